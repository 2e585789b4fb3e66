#include "common/check/pam_stack.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace mfa {
namespace {

constexpr std::string_view kBlank = " \t\r\n\v\f";
constexpr int kDeepest = 32;              // PAM_SUBSTACK_MAX_LEVEL of Linux-PAM
constexpr std::size_t kMostLines = 2000;  // of a stack; a file that includes itself twice would have 2^32
constexpr int kFarthestJump = 1000;

constexpr std::array<std::string_view, kPamCodes> kCodes{"success",
                                                         "open_err",
                                                         "symbol_err",
                                                         "service_err",
                                                         "system_err",
                                                         "buf_err",
                                                         "perm_denied",
                                                         "auth_err",
                                                         "cred_insufficient",
                                                         "authinfo_unavail",
                                                         "user_unknown",
                                                         "maxtries",
                                                         "new_authtok_reqd",
                                                         "acct_expired",
                                                         "session_err",
                                                         "cred_unavail",
                                                         "cred_expired",
                                                         "cred_err",
                                                         "no_module_data",
                                                         "conv_err",
                                                         "authtok_err",
                                                         "authtok_recover_err",
                                                         "authtok_lock_busy",
                                                         "authtok_disable_aging",
                                                         "try_again",
                                                         "ignore",
                                                         "abort",
                                                         "authtok_expired",
                                                         "module_unknown",
                                                         "bad_item",
                                                         "conv_again",
                                                         "incomplete"};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

struct Logical {
  int number = 0;  // of its first line
  int last = 0;
  std::string text;
};

// Without comments; with what a backslash at the end continues.
std::vector<Logical> logical_lines(std::string_view text) {
  std::vector<Logical> lines;
  bool goes_on = false;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    const std::size_t comment = line.find('#');
    const bool commented = comment != std::string_view::npos;
    line = line.substr(0, comment);
    const std::size_t last = line.find_last_not_of(kBlank);
    line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (line.empty() && commented && goes_on) continue;  // a comment between continued lines
    const bool continued = !commented && line.ends_with('\\');
    if (continued) line.remove_suffix(1);
    if (goes_on) {
      lines.back().text += ' ';
      lines.back().text += line;
      lines.back().last = number;
    } else {
      lines.push_back({.number = number, .last = number, .text = std::string(line)});
    }
    goes_on = continued;
  }
  std::erase_if(lines, [](const Logical& l) { return l.text.find_first_not_of(kBlank) == std::string::npos; });
  return lines;
}

// Words, or what stands in brackets with "\]" for a bracket in them; the brackets are kept.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (;;) {
    const std::size_t start = text.find_first_not_of(kBlank);
    if (start == std::string_view::npos) return words;
    text.remove_prefix(start);
    std::string word;
    std::size_t used = 0;
    if (text.front() == '[') {
      for (; used < text.size(); ++used) {
        if (text[used] == '\\' && used + 1 < text.size() && text[used + 1] == ']') ++used;
        word += text[used];
        if (text[used] == ']' && text[used - 1] != '\\') break;
      }
      used = std::min(used + 1, text.size());
    } else {
      used = std::min(text.find_first_of(kBlank), text.size());
      word = text.substr(0, used);
    }
    words.push_back(std::move(word));
    text.remove_prefix(used);
  }
}

std::optional<PamAction> parse_action(std::string_view word) {
  using Kind = PamAction::Kind;
  constexpr std::array<std::pair<std::string_view, Kind>, 6> kWords{{{"ignore", Kind::ignore},
                                                                     {"ok", Kind::ok},
                                                                     {"done", Kind::done},
                                                                     {"bad", Kind::bad},
                                                                     {"die", Kind::die},
                                                                     {"reset", Kind::reset}}};
  for (const auto& [name, kind] : kWords)
    if (name == word) return PamAction{.kind = kind, .over = 0};
  int over = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), over);
  if (error != std::errc() || end != word.data() + word.size() || over < 0 || over > kFarthestJump) return std::nullopt;
  if (over == 0) return PamAction{.kind = Kind::ignore, .over = 0};
  return PamAction{.kind = Kind::jump, .over = over};
}

void set(PamControl& control, PamCode code, PamAction action) {
  control.actions.at(static_cast<std::size_t>(code)) = action;
}

struct Word {
  std::string_view name;
  PamAction::Kind success, other;
  bool ignores;  // what a module calls "ignore"
};

std::optional<PamControl> control_of_word(std::string_view written) {
  using Kind = PamAction::Kind;
  constexpr std::array<Word, 4> kWords{{{"required", Kind::ok, Kind::bad, true},
                                        {"requisite", Kind::ok, Kind::die, true},
                                        {"optional", Kind::ok, Kind::ignore, false},
                                        {"sufficient", Kind::done, Kind::ignore, false}}};
  const std::string name = lower(written);
  const auto* const word = std::ranges::find(kWords, name, &Word::name);
  if (word == kWords.end()) return std::nullopt;
  PamControl control{.written = name, .actions = {}, .named = {}};
  control.actions.fill({.kind = word->other, .over = 0});
  set(control, PamCode::success, {.kind = word->success, .over = 0});
  set(control, PamCode::new_authtok_reqd, {.kind = word->success, .over = 0});
  if (word->ignores) set(control, PamCode::ignore, {.kind = Kind::ignore, .over = 0});
  return control;
}

std::optional<PamControl> control_in_brackets(std::string_view written) {
  PamControl control{.written = std::string(written), .actions = {}, .named = {}};
  std::array<bool, kPamCodes> known{};
  PamAction other{.kind = PamAction::Kind::bad, .over = 0};
  written = written.substr(1, written.size() - 2);
  for (const std::string& word : words_of(written)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return std::nullopt;
    const auto action = parse_action(std::string_view(word).substr(equals + 1));
    if (!action) return std::nullopt;
    const std::string name = word.substr(0, equals);
    if (name == "default") {
      other = *action;
      continue;
    }
    const auto code = pam_code(name);
    if (!code) return std::nullopt;
    set(control, *code, *action);
    known.at(static_cast<std::size_t>(*code)) = true;
    control.named.push_back(*code);
  }
  for (std::size_t i = 0; i < kPamCodes; ++i)
    if (!known.at(i)) control.actions.at(i) = other;
  return control;
}

std::string module_name(std::string_view path) {
  path = path.substr(path.rfind('/') + 1);
  if (path.ends_with(".so")) path.remove_suffix(3);
  return std::string(path);
}

class Assembly {
 public:
  Assembly(PamType type, const PamReader& reader) : type_(type), reader_(reader) {}

  // False: there is no such file, or it is too deep.
  bool add_file(const std::string& name, int depth, int level) {
    if (depth >= kDeepest || name.empty()) return false;
    const auto file = reader_(name);
    if (!file) return false;
    for (const Logical& line : logical_lines(file->text)) {
      if (stack_.size() >= kMostLines) return false;
      add_line({.file = file->path, .line = line.number}, words_of(line.text), depth, level);
    }
    return true;
  }
  [[nodiscard]] PamStack take() { return std::move(stack_); }

 private:
  void add_without_module(PamLine::Kind kind, const PamPlace& at, int level, std::string what) {
    stack_.push_back({.kind = kind,
                      .at = at,
                      .control = *control_of_word("required"),
                      .path = {},
                      .module = {},
                      .arguments = {},
                      .level = level,
                      .what = std::move(what),
                      .through = through_});
  }
  void refuse(const PamPlace& at, int level, std::string what) {
    add_without_module(PamLine::Kind::unreadable, at, level, std::move(what));
  }

  void include(const PamPlace& at, const PamInclusion& included, int depth, int level) {
    if (included.substack) add_without_module(PamLine::Kind::substack, at, level, {});
    through_.push_back(at);
    const bool added = add_file(included.file, depth + 1, level + (included.substack ? 1 : 0));
    through_.pop_back();
    if (!added) refuse(at, level, fmt::format("\"{}\" cannot be included", included.file));
  }

  void add_line(const PamPlace& at, const std::vector<std::string>& words, int depth, int level) {
    const auto inclusion = inclusion_in(words);
    if (words[0] == "@include") return include(at, *inclusion, depth, level);
    const auto type = type_of(words[0]);
    // libpam takes a type that it does not know for the one it looks for, and refuses.
    if (!type) return refuse(at, level, fmt::format("\"{}\" is no type of line", words[0]));
    if (*type != type_) return;
    if (inclusion) return include(at, *inclusion, depth, level);
    if (words.size() < 3) return refuse(at, level, "a control or a module is missing");
    auto control = parse_pam_control(words[1]);
    if (!control) return refuse(at, level, fmt::format("\"{}\" is no control", words[1]));
    stack_.push_back({.kind = PamLine::Kind::module,
                      .at = at,
                      .control = *std::move(control),
                      .path = words[2],
                      .module = module_name(words[2]),
                      .arguments = {words.begin() + 3, words.end()},
                      .level = level,
                      .what = {},
                      .through = through_});
  }

  PamType type_;
  const PamReader& reader_;
  PamStack stack_;
  std::vector<PamPlace> through_;
};

}  // namespace

std::string_view name_of(PamType type) {
  switch (type) {
    case PamType::auth:
      return "auth";
    case PamType::account:
      return "account";
    case PamType::password:
      return "password";
    case PamType::session:
      return "session";
  }
  return "";
}

std::optional<PamCode> pam_code(std::string_view name) {
  const auto* const found = std::ranges::find(kCodes, name);
  if (found == kCodes.end()) return std::nullopt;
  return static_cast<PamCode>(std::distance(kCodes.begin(), found));
}

std::string_view name_of(PamCode code) { return kCodes.at(static_cast<std::size_t>(code)); }

std::optional<PamControl> parse_pam_control(std::string_view written) {
  if (written.size() >= 2 && written.starts_with('[') && written.ends_with(']')) return control_in_brackets(written);
  return control_of_word(written);
}

std::string to_string(const PamPlace& place) { return fmt::format("{}:{}", place.file, place.line); }

bool PamLine::has(std::string_view argument) const { return std::ranges::find(arguments, argument) != arguments.end(); }

std::string PamLine::text(PamType type, std::string_view other_control) const {
  std::string line =
      fmt::format("{} {} {}", name_of(type), other_control.empty() ? control.written : other_control, path);
  for (const std::string& argument : arguments) line += " " + argument;
  return line;
}

PamStack read_pam_stack(const std::string& service, PamType type, const PamReader& reader) {
  Assembly own(type, reader);
  static_cast<void>(own.add_file(service, 0, 0));
  PamStack stack = own.take();
  if (!stack.empty() || service == "other") return stack;
  return read_pam_stack("other", type, reader);
}

std::optional<PamPlace> place_in(const std::string& file, const PamLine& line) {
  if (line.at.file == file) return line.at;
  const auto found = std::ranges::find(line.through, file, &PamPlace::file);
  if (found == line.through.end()) return std::nullopt;
  return *found;
}

std::vector<PamText> pam_texts(std::string_view text) {
  std::vector<PamText> texts;
  for (const Logical& line : logical_lines(text)) {
    PamText one{.from = line.number, .to = line.last, .text = {}, .words = words_of(line.text)};
    for (const std::string& word : one.words) one.text += (one.text.empty() ? "" : " ") + word;
    texts.push_back(std::move(one));
  }
  return texts;
}

std::optional<PamInclusion> inclusion_in(const std::vector<std::string>& words) {
  const auto word = [&words](std::size_t at) { return at < words.size() ? words[at] : std::string(); };
  if (words.empty()) return std::nullopt;
  if (words[0] == "@include") return PamInclusion{.file = word(1), .substack = false, .all_types = true};
  const std::string control = lower(word(1));
  if (control == "include" || control == "substack")
    return PamInclusion{.file = word(2), .substack = control == "substack", .all_types = false};
  return std::nullopt;
}

std::optional<PamType> type_of(std::string_view word) {
  std::string name = lower(word);
  if (name.starts_with('-')) name.erase(0, 1);
  for (const PamType type : {PamType::auth, PamType::account, PamType::password, PamType::session})
    if (name_of(type) == name) return type;
  return std::nullopt;
}

std::vector<std::string> included_files(std::string_view text) {
  std::vector<std::string> files;
  for (const Logical& line : logical_lines(text))
    if (const auto inclusion = inclusion_in(words_of(line.text)); inclusion && !inclusion->file.empty())
      files.push_back(inclusion->file);
  return files;
}

}  // namespace mfa
