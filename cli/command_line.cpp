#include "cli/command_line.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "cli/help.h"
#include "cli/plain_text.h"
#include "cli/suggest.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

constexpr std::array<std::string_view, 26> kOptions{
    "--json",    "--socket",     "--help",      "--version", "--name",  "--all",    "--reason",
    "--checked", "--service",    "--from",      "--key",     "--at",    "--users",  "--digits",
    "--user",    "--actor",      "--event",     "--since",   "--until", "--verify", "--against",
    "--host",    "--prometheus", "--all-homes", "--dry-run", "--file"};

Failure usage(std::string error, std::string hint) {
  return {.status = ExitStatus::usage, .error = std::move(error), .hint = std::move(hint)};
}

// What people type who know other programs, and do not find by its letters.
struct OtherWord {
  std::string_view word, verb;
};
constexpr std::array kOtherWords = std::to_array<OtherWord>({
    {"list", "status"},
    {"ls", "status"},
    {"show", "status"},
    {"info", "status"},
    {"enroll", "totp"},
    {"enrol", "totp"},
    {"add", "totp"},
    {"new", "totp"},
    {"register", "totp"},
    {"setup", "totp"},
    {"set-up", "totp"},
    {"app", "totp"},
    {"qr", "totp"},
    {"token", "hotp"},
    {"delete", "remove"},
    {"del", "remove"},
    {"rm", "remove"},
    {"disable", "remove"},
    {"recovery", "codes"},
    {"backup", "codes"},
    {"verify", "test"},
    {"check", "test"},
    {"try", "test"},
    {"name", "rename"},
    {"mv", "rename"},
    {"init", "admin init"},
    {"install", "admin init"},
    {"provision", "admin provision"},
    {"import", "admin import"},
});

std::string_view other_word(std::string_view word) {
  const auto found = std::ranges::find(kOtherWords, word, &OtherWord::word);
  return found == kOtherWords.end() ? std::string_view() : found->verb;
}

std::string usage_or_help(std::string_view verb) {
  const std::string text = usage_of(verb);
  return text.empty() ? "mfa-enroll --help" : text;
}

}  // namespace

Failure unknown_verb(std::string_view group, std::string_view word) {
  const std::string prefix = group.empty() ? "" : fmt::format("{} ", group);
  const std::string all = group.empty() ? "mfa-enroll --help" : fmt::format("mfa-enroll help {}", group);
  if (word.empty()) return usage(say("'{}' needs to know what to do.", group), all);
  std::vector<std::string_view> known;
  for (const VerbHelp& verb : verbs())
    if (verb.name.starts_with(prefix)) known.push_back(verb.name.substr(prefix.size()));
  std::string near = nearest_word(word, known);
  if (const auto verb = group.empty() ? other_word(word) : ""; !verb.empty()) near = verb;
  return usage(say("There is no '{}{}'.", prefix, word),
               near.empty() ? all : say("Did you mean: mfa-enroll {}{}", prefix, near));
}

Failure unknown_option(std::string_view verb, std::string_view option) {
  const std::string_view name = option.substr(0, option.find('='));
  const std::string near = nearest_word(name, kOptions);
  const std::string error =
      verb.empty() ? say("There is no option '{}'.", name) : say("'{}' has no option '{}'.", verb, name);
  return usage(error, near.empty() || near == name ? usage_or_help(verb) : say("Did you mean: {}", near));
}

Failure unexpected_word(std::string_view verb, std::string_view word) {
  return usage(say("'{}' is one word too many.", word), usage_or_help(verb));
}

Failure missing_words(std::string_view verb) { return usage(say("'{}' needs more words.", verb), usage_or_help(verb)); }

Failure missing_value(std::string_view verb, std::string_view what) {
  return usage(say("{} needs a value.", what.substr(0, what.find(':'))), usage_or_help(verb));
}

Failure one_of_both(std::string_view verb, std::string_view one, std::string_view other) {
  return usage(say("'{}' needs either {} or {}.", verb, one, other), usage_or_help(verb));
}

Failure unknown_kind(std::string_view kind) {
  return usage(fmt::format("There is no kind of factor '{}'.", kind), usage_of("admin provision"));
}

Failure no_event(std::string_view name) {
  return usage(fmt::format("There is no event '{}'.", name),
               "Their names are in mfad(8); the first word alone stands for all that begin with it: login");
}

Failure unknown_source(std::string_view source) {
  return usage(fmt::format("There is nothing to import from '{}'.", source), usage_of("admin import"));
}

Failure no_moment(std::string_view option, std::string_view value) {
  return usage(say("{} {} is no moment.", option, value),
               say("Write 2026-12-01 or \"2026-12-01 08:00\" in local time, or 2026-12-01T08:00:00Z."));
}

Failure other_fault(std::string_view verb, std::string_view what) {
  return usage(say("This command line makes no sense: {}.", what), usage_or_help(verb));
}

std::optional<Failure> fault_of_word(std::string_view place, std::string_view value) {
  if (value.empty()) return usage(say("{} is empty.", place), "mfa-enroll --help");
  if (!valid_utf8(value)) return usage(say("{} is not valid UTF-8.", place), say("Type it on a UTF-8 terminal."));
  if (printable_line(value) != value)
    return usage(say("{} holds a line break or another control character.", place),
                 say("Use letters, digits, spaces and the like."));
  return std::nullopt;
}

}  // namespace mfa::cli
