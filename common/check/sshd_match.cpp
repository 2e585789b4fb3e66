#include "common/check/sshd_match.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace mfa {
namespace {

constexpr std::string_view kBlank = " \t\r\f\v";
constexpr int kDeepest = 16;              // SERVCONF_MAX_DEPTH of OpenSSH
constexpr std::size_t kMostFiles = 1000;  // that are read; a file that includes itself twice would have 2^16

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// Blanks, or one '=' with blanks around it, part the keyword from the rest; quotes hold blanks together.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (;;) {
    const std::size_t start = text.find_first_not_of(kBlank);
    if (start == std::string_view::npos || text[start] == '#') return words;
    text.remove_prefix(start);
    if (words.size() == 1 && text.front() == '=') {
      text.remove_prefix(1);
      if (text.empty()) return words;
      continue;
    }
    const bool quoted = text.front() == '"';
    if (quoted) text.remove_prefix(1);
    const std::size_t end =
        std::min(text.find_first_of(quoted ? "\"" : (words.empty() ? " \t\r\f\v=" : kBlank)), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + (quoted ? 1 : 0), text.size()));
  }
}

struct Keyword {
  std::string_view written;
  std::string_view name;
};
// What decides how people log in, with former names.
constexpr auto kKeywords = std::to_array<Keyword>({{"usepam", "usepam"},
                                                   {"pubkeyauthentication", "pubkeyauthentication"},
                                                   {"dsaauthentication", "pubkeyauthentication"},
                                                   {"passwordauthentication", "passwordauthentication"},
                                                   {"kbdinteractiveauthentication", "kbdinteractiveauthentication"},
                                                   {"challengeresponseauthentication", "kbdinteractiveauthentication"},
                                                   {"skeyauthentication", "kbdinteractiveauthentication"},
                                                   {"hostbasedauthentication", "hostbasedauthentication"},
                                                   {"gssapiauthentication", "gssapiauthentication"},
                                                   {"authenticationmethods", "authenticationmethods"},
                                                   {"pubkeyauthoptions", "pubkeyauthoptions"},
                                                   {"logingracetime", "logingracetime"},
                                                   {"maxstartups", "maxstartups"}});

class Files {
 public:
  explicit Files(const SshdReader& reader) : reader_(reader) {}

  // `around`: the criteria under which the files are included.
  void read(const std::string& pattern, const std::vector<std::string>& around, int depth) {
    if (depth > kDeepest) return;
    for (const SshdFile& file : reader_(pattern)) {
      if (++files_ > kMostFiles) return;
      read_file(file, around, depth);
    }
  }
  std::vector<SshdMatch> take() && {
    std::erase_if(found_, [](const SshdMatch& match) { return match.lines.empty(); });
    return std::move(found_);
  }
  SshdUsual take_usual() && { return std::move(usual_); }

 private:
  void read_file(const SshdFile& file, std::vector<std::string> criteria, int depth) {
    const std::vector<std::string> around = criteria;
    int match_line = 0;
    bool begun = false;  // the block that takes lines is this file's, here
    std::string_view rest = file.text;
    for (int number = 1; !rest.empty(); ++number) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::vector<std::string> words = words_of(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (words.size() < 2) continue;
      const std::string keyword = lower(words[0]);
      if (keyword == "match") {
        criteria = around;
        criteria.insert(criteria.end(), words.begin() + 1, words.end());
        match_line = number;
        begun = false;
      } else if (keyword == "include") {
        for (std::size_t i = 1; i < words.size(); ++i) {
          if (criteria.empty() && words[i].ends_with("sshd_config.d/*.conf")) usual_.has_folder = true;
          read(words[i], criteria, depth + 1);
        }
        begun = false;
      } else {
        add({.file = file.path, .number = number, .keyword = keyword, .value = joined(words)}, match_line, criteria,
            begun);
      }
    }
  }

  void add(SshdLine line, int match_line, const std::vector<std::string>& criteria, bool& begun) {
    const auto* const known = std::ranges::find(kKeywords, line.keyword, &Keyword::written);
    if (known == kKeywords.end()) return;
    line.keyword = known->name;
    if (criteria.empty()) {
      usual_.lines.push_back(std::move(line));
      return;
    }
    if (!begun) {
      if (found_.size() >= kMostMatches) return;
      found_.push_back({.file = line.file, .number = match_line, .criteria = criteria, .lines = {}});
      begun = true;
    }
    found_.back().lines.push_back(std::move(line));
  }

  static std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 1; i < words.size(); ++i) text += (text.empty() ? "" : " ") + words[i];
    return text;
  }

  const SshdReader& reader_;
  std::vector<SshdMatch> found_;
  SshdUsual usual_;
  std::size_t files_ = 0;
};

// What the first pattern of a list that is not negated stands for.
std::optional<std::string> example_of(std::string_view list) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string pattern(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (pattern.empty() || pattern.starts_with('!')) continue;
    std::erase(pattern, '*');
    std::ranges::replace(pattern, '?', 'x');
    return pattern.empty() ? "x" : pattern;
  }
  return std::nullopt;
}

// Puts what a criterion asks for into the login.
bool follow(std::string_view criterion, const std::string& list, const MemberOf& member_of,
            std::map<std::string, std::string, std::less<>>& login) {
  constexpr auto kNames = std::to_array<std::pair<std::string_view, std::string_view>>({{"user", "user"},
                                                                                        {"host", "host"},
                                                                                        {"address", "addr"},
                                                                                        {"localaddress", "laddr"},
                                                                                        {"localport", "lport"},
                                                                                        {"rdomain", "rdomain"}});
  auto example = example_of(list);
  if (!example) return false;
  if (criterion == "group") {
    auto member = member_of(*example);
    if (!member) return false;
    login["user"] = *std::move(member);
    return true;
  }
  const auto* const known = std::ranges::find(kNames, criterion, &std::pair<std::string_view, std::string_view>::first);
  if (known == kNames.end()) return false;
  if (known->second.ends_with("addr")) example->erase(std::min(example->find('/'), example->size()));  // of a network
  login[std::string(known->second)] = *std::move(example);
  return true;
}

struct Mend {
  std::string_view fault;
  std::string_view keyword;
  std::string_view line;
};
// The first whose keyword the block has is what it is to say instead.
constexpr auto kMends = std::to_array<Mend>(
    {{"sshd-keyboard-interactive", "kbdinteractiveauthentication", "KbdInteractiveAuthentication yes"},
     {"sshd-password", "authenticationmethods", "AuthenticationMethods keyboard-interactive"},
     {"sshd-password", "passwordauthentication", "PasswordAuthentication no"},
     {"sshd-methods", "authenticationmethods", "AuthenticationMethods keyboard-interactive"},
     {"sshd-methods", "gssapiauthentication", "GSSAPIAuthentication no"},
     {"sshd-methods", "hostbasedauthentication", "HostbasedAuthentication no"},
     {"sshd-methods", "pubkeyauthentication", "PubkeyAuthentication no"},
     {"sshd-touch", "pubkeyauthoptions", "PubkeyAuthOptions touch-required"}});

constexpr std::string_view kReload = "  then: sshd -t && systemctl reload ssh";

std::string mend_of(std::string_view fault, const SshdMatch& match) {
  for (const Mend& mend : kMends) {
    if (mend.fault != fault) continue;
    const auto line = std::ranges::find(match.lines, mend.keyword, &SshdLine::keyword);
    if (line != match.lines.end())
      return fmt::format("Write {}:{} as: {}{}", line->file, line->number, mend.line, kReload);
  }
  return fmt::format("Remove {}:{}, or all of that block{}", match.lines.front().file, match.lines.front().number,
                     kReload);
}

std::string name_of(const SshdMatch& match) {
  std::string text = "Match";
  for (const std::string& word : match.criteria) text += " " + word;
  return fmt::format("{} ({}:{})", text, match.file, match.number > 0 ? match.number : match.lines.front().number);
}

SshdSettings overridden(SshdSettings settings, const SshdMatch& match) {
  std::vector<std::string_view> seen;
  for (const SshdLine& line : match.lines) {
    if (line.keyword == "usepam" || std::ranges::find(seen, line.keyword) != seen.end()) continue;
    seen.push_back(line.keyword);
    const bool flag = line.keyword != "authenticationmethods" && line.keyword != "pubkeyauthoptions";
    settings[line.keyword] = {flag ? lower(line.value) : line.value};
  }
  return settings;
}

void judge_match(const SshdMatch& match, const SshdSettings& settings, const Findings& known, const SshdWants& wants,
                 Findings& findings) {
  for (const Finding& finding : judge_sshd(overridden(settings, match), wants)) {
    const bool old = std::ranges::find(known, finding.name, &Finding::name) != known.end();
    if (finding.ok || old) continue;
    findings.push_back(fault("sshd-match", fmt::format("{}: for these logins {}", name_of(match), finding.detail),
                             mend_of(finding.name, match)));
  }
}

}  // namespace

std::vector<SshdMatch> match_blocks(const std::string& file, const SshdReader& reader) {
  Files files(reader);
  files.read(file, {}, 0);
  return std::move(files).take();
}

SshdUsual usual_lines(const std::string& file, const SshdReader& reader) {
  Files files(reader);
  files.read(file, {}, 0);
  return std::move(files).take_usual();
}

std::optional<std::string> login_within(const SshdMatch& match, const MemberOf& member_of) {
  std::map<std::string, std::string, std::less<>> login{
      {"user", "x"}, {"host", "x"}, {"addr", "192.0.2.1"}, {"laddr", "192.0.2.2"}, {"lport", "22"}};
  const auto& words = match.criteria;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string criterion = lower(words[i].substr(0, equals));
    if (criterion == "all") continue;
    if (equals == std::string::npos && i + 1 == words.size()) return std::nullopt;
    const std::string list = equals == std::string::npos ? words[++i] : words[i].substr(equals + 1);
    if (!follow(criterion, list, member_of, login)) return std::nullopt;
  }
  std::string text;
  for (const auto& [key, value] : login) {
    if (value.empty() || value.contains(',')) return std::nullopt;
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, value);
  }
  return text;
}

Findings judge_matches(std::span<const SshdMatch> matches, const SshdSettings& usual, const SshdWants& wants,
                       const SettingsFor& settings_for) {
  Findings known = judge_sshd(usual, wants);
  std::erase_if(known, [](const Finding& finding) { return finding.ok; });
  Findings findings;
  for (const SshdMatch& match : matches)
    judge_match(match, settings_for(match).value_or(usual), known, wants, findings);
  return findings;
}

Findings misplaced_lines(std::span<const SshdMatch> matches) {
  Findings findings;
  for (const SshdMatch& match : matches) {
    const auto line = std::ranges::find(match.lines, "usepam", &SshdLine::keyword);
    if (line == match.lines.end()) continue;
    findings.push_back(fault("sshd-match",
                             fmt::format("{}: UsePAM cannot stand there, and sshd does not start", name_of(match)),
                             fmt::format("Remove {}:{}{}", line->file, line->number, kReload)));
  }
  return findings;
}

}  // namespace mfa
