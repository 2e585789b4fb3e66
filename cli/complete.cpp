#include "cli/complete.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "cli/help.h"
#include "cli/json.h"
#include "cli/plain_text.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

struct Option {
  std::string_view name;
  std::string_view value;  // what help calls its value: "DATE", "6|8"; "" without one
};

// What may follow a verb.
struct Grammar {
  std::vector<Option> options;
  std::vector<std::string_view> places;  // "USER", "totp|hotp"
};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// Of "USER totp|hotp [--name NAME] | --codes --users FILE".
Grammar grammar_of(std::string_view arguments) {
  Grammar grammar;
  bool behind_option = false;
  for (std::string_view word : split(arguments, ' ')) {
    while (word.starts_with('[')) word.remove_prefix(1);
    while (word.ends_with(']')) word.remove_suffix(1);
    if (word.starts_with("--")) {
      grammar.options.push_back({.name = word, .value = ""});
    } else if (word == "|" || word == "...") {
      behind_option = false;
      continue;
    } else if (behind_option) {
      grammar.options.back().value = word;
    } else {
      grammar.places.push_back(word);
    }
    behind_option = word.starts_with("--");
  }
  return grammar;
}

const VerbHelp* verb_named(std::string_view name) {
  const auto all = verbs();
  const auto found = std::ranges::find(all, name, &VerbHelp::name);
  return found == all.end() ? nullptr : &*found;
}

// The words that lead from `stem` ("", "admin") to a verb, each once.
std::vector<Candidate> next_words(const std::string& stem) {
  std::vector<Candidate> found;
  const std::string before = stem.empty() ? "" : stem + " ";
  for (const VerbHelp& verb : verbs()) {
    if (!verb.name.starts_with(before)) continue;
    const std::string_view rest = verb.name.substr(before.size());
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (std::ranges::any_of(found, [word](const Candidate& other) { return other.word == word; })) continue;
    found.push_back({.word = std::string(word), .what = std::string(word == rest ? in_words(verb.line) : "")});
  }
  return found;
}

bool leads_to_a_verb(const std::string& words) { return verb_named(words) != nullptr || !next_words(words).empty(); }

// What help names in capitals the shell or the engine lists, if anybody can; the rest are words to choose from.
Completion values(std::string_view name) {
  Completion completion;
  for (const std::string_view word : split(name, '|')) {
    if (word == "FILE" || word == "PATH") completion.listed = Listed::files;
    if (word == "USER" || word == "OLD") completion.listed = Listed::users;
    if (word == "S") completion.listed = Listed::services;
    if (word == "FACTOR") completion.listed = Listed::factors;
    if (word == "ID") completion.listed = Listed::devices;
    const bool capital = std::ranges::any_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!capital) completion.candidates.push_back({.word = std::string(word), .what = ""});
  }
  return completion;
}

// A command line, read from left to right.
class Reading {
 public:
  Reading() {
    for (const OptionHelp& option : general_options()) grammar_.options.push_back({option.name, option.value});
  }

  void read(const std::string& word) {
    if (std::exchange(expected_, std::nullopt)) return;
    if (word.starts_with('-') && word != "-") {
      const auto option = std::ranges::find(grammar_.options, word, &Option::name);
      if (option != grammar_.options.end() && !option->value.empty()) expected_ = option->value;
      return;
    }
    const std::string longer = verb_.empty() ? word : verb_ + " " + word;
    if (taken_.empty() && leads_to_a_verb(longer)) {
      verb_ = longer;
      if (const VerbHelp* verb = verb_named(verb_)) add(*verb);
    } else {
      taken_.push_back(word);
    }
  }

  [[nodiscard]] Completion after(const std::string& typed) const {
    if (expected_) return values(*expected_);
    if (const auto equals = typed.find('='); typed.starts_with("--") && equals != std::string::npos) {
      const auto option = std::ranges::find(grammar_.options, std::string_view(typed).substr(0, equals), &Option::name);
      return option == grammar_.options.end() ? Completion{} : values(option->value);
    }
    if (typed.starts_with('-')) return options();
    if (taken_.size() < grammar_.places.size() && grammar_.places[taken_.size()] != "VERB") {
      Completion completion = values(grammar_.places[taken_.size()]);
      if (taken_.empty()) std::ranges::move(next_words(verb_), std::back_inserter(completion.candidates));
      return completion;
    }
    if (!grammar_.places.empty() && grammar_.places.front() == "VERB")
      return {.candidates = next_words(joined(taken_))};
    return taken_.empty() ? Completion{.candidates = next_words(verb_)} : Completion{};
  }

 private:
  void add(const VerbHelp& verb) {
    Grammar more = grammar_of(verb.arguments);
    std::ranges::move(more.options, std::back_inserter(grammar_.options));
    grammar_.places = std::move(more.places);
  }

  static std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
  }

  [[nodiscard]] Completion options() const {
    Completion completion;
    for (const Option& option : grammar_.options)
      completion.candidates.push_back({.word = std::string(option.name), .what = std::string(option.value)});
    return completion;
  }

  Grammar grammar_;
  std::string verb_;
  std::vector<std::string> taken_;            // words behind the verb
  std::optional<std::string_view> expected_;  // the value of the option before
};

// The ids that the person at the keyboard may name, from the engine. Without an answer there are none.
std::vector<Candidate> ids(const Console& console, const char* verb, const char* key, const char* what) {
  std::vector<Candidate> found;
  if (const auto reply = console.ask({{"verb", verb}}))
    for (const Json& object : objects_of(*reply, key))
      found.push_back({.word = text_of(object, "id"), .what = text_of(object, what)});
  return found;
}

}  // namespace

Completion complete(std::span<const std::string> words) {
  if (words.empty()) return {.candidates = next_words("")};
  Reading reading;
  for (const std::string& word : words.first(words.size() - 1)) reading.read(word);
  return reading.after(words.back());
}

Outcome<void> print_completion(const Console& console, std::span<const std::string> words) {
  Completion completion = complete(words);
  if (completion.listed == Listed::factors) completion.candidates = ids(console, "status", "factors", "name");
  if (completion.listed == Listed::devices) completion.candidates = ids(console, "devices", "devices", "label");
  std::string text = completion.listed == Listed::files      ? "files\n"
                     : completion.listed == Listed::users    ? "users\n"
                     : completion.listed == Listed::services ? "services\n"
                                                             : "nothing\n";
  for (const Candidate& candidate : completion.candidates)
    text += printable_line(candidate.word) + "\t" + printable_line(candidate.what) + "\n";
  return console.print(text);
}

}  // namespace mfa::cli
