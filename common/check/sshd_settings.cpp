#include "common/check/sshd_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace mfa {
namespace {

constexpr const char* kAsking = "keyboard-interactive";
constexpr long kGraceSeconds = 600;  // an enrolment in the login, at a person's pace
constexpr long kStartups = 100;      // of them at the same time

std::string_view value_of(const SshdSettings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() || found->second.empty() ? std::string_view()
                                                          : std::string_view(found->second.front());
}

bool is(const SshdSettings& settings, std::string_view name, std::string_view value) {
  return value_of(settings, name) == value;
}

std::vector<std::string> parts_of(std::string_view text, char between) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(between), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::optional<long> number_in(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() || number < 0) return std::nullopt;
  return number;
}

// "keyboard-interactive:pam" is keyboard-interactive.
std::string method_of(std::string_view written) { return std::string(written.substr(0, written.find(':'))); }

struct Method {
  std::string_view name;
  std::string_view setting;
};
constexpr std::array<Method, 5> kMethods{{{"publickey", "pubkeyauthentication"},
                                          {"password", "passwordauthentication"},
                                          {kAsking, "kbdinteractiveauthentication"},
                                          {"hostbased", "hostbasedauthentication"},
                                          {"gssapi-with-mic", "gssapiauthentication"}}};

bool is_on(const SshdSettings& settings, std::string_view method) {
  const auto* const found = std::ranges::find(kMethods, method, &Method::name);
  return found != kMethods.end() && is(settings, found->setting, "yes");
}

bool asks(const std::vector<std::string>& way) { return std::ranges::find(way, kAsking) != way.end(); }
bool takes_password(const std::vector<std::string>& way) { return std::ranges::find(way, "password") != way.end(); }

std::string in_words(const std::vector<std::string>& way) {
  std::string text;
  for (const std::string& method : way) text += (text.empty() ? "" : ",") + method;
  return text;
}

constexpr std::string_view kReload = "  then: sshd -t && systemctl reload ssh";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// What is to stand where: in the place of the line that counts, or before all others.
std::string to_write(const SshdUsual& usual, std::string_view keyword, std::string_view value) {
  const std::string name = lower(keyword);
  const std::string line = fmt::format("{} {}", keyword, value);
  std::string text;
  for (const SshdLine& found : usual.lines) {
    if (found.keyword != name) continue;
    text += fmt::format("{}Write {}:{} as: {}", text.empty() ? "" : "  ", found.file, found.number, line);
    // Of this one the last value counts with some releases of sshd, the first with others.
    if (name != "maxstartups") break;
  }
  if (!text.empty()) return text;
  return fmt::format("Add to the top of /etc/ssh/{}: {}",
                     usual.has_folder ? "sshd_config.d/00-mfa.conf" : "sshd_config", line);
}

void judge_methods(const SshdSettings& settings, const SshdWants& wants, const SshdUsual& usual, Findings& findings) {
  std::string past;
  for (const auto& way : ways_in(settings))
    if (!asks(way) && !takes_password(way)) past += (past.empty() ? "" : ", ") + in_words(way);
  if (past.empty()) return;
  const std::string what = fmt::format("sshd lets in by {} alone, which goes past PAM's auth lines", past);
  if (wants.account_line) {
    findings.push_back(
        good("sshd-methods", what + ": pam_mfa's account line refuses those whom a rule wants a code of"));
  } else {
    findings.push_back(fault("sshd-methods", what + ", and so past the code",
                             fmt::format("{}{}  or add to /etc/pam.d/sshd, before its other lines of type account: "
                                         "account required pam_mfa.so",
                                         to_write(usual, "AuthenticationMethods", kAsking), kReload)));
  }
}

// "10:30:100": from how many on it turns some away, how many of a hundred, and from how many on all.
void judge_startups(const SshdSettings& settings, const SshdUsual& usual, Findings& findings) {
  const std::string_view written = value_of(settings, "maxstartups");
  const auto begin = number_in(written);
  if (!begin || *begin >= kStartups) return;
  findings.push_back(
      fault("sshd-startups",
            fmt::format("MaxStartups {}: from {} logins under way at the same time sshd turns people away, and an "
                        "enrolment takes minutes",
                        written, *begin),
            fmt::format("{}{}", to_write(usual, "MaxStartups", "100:30:300"), kReload)));
}

void judge_grace(const SshdSettings& settings, const SshdUsual& usual, Findings& findings) {
  const std::string_view written = value_of(settings, "logingracetime");
  const auto seconds = number_in(written);
  if (!seconds || *seconds == 0 || *seconds >= kGraceSeconds) return;
  findings.push_back(fault(
      "sshd-grace-time",
      fmt::format("LoginGraceTime {}: sshd ends a login in which somebody still sets up a second factor", written),
      fmt::format("{}{}", to_write(usual, "LoginGraceTime", "600"), kReload)));
}

}  // namespace

SshdSettings parse_sshd_settings(std::string_view text) {
  SshdSettings settings;
  for (const std::string& line : parts_of(text, '\n')) {
    std::string_view rest = line;
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    const std::size_t blank = rest.find(' ');
    settings[lower(rest.substr(0, blank))].emplace_back(blank == std::string_view::npos ? std::string_view()
                                                                                        : rest.substr(blank + 1));
  }
  return settings;
}

WaysIn ways_in(const SshdSettings& settings) {
  WaysIn ways;
  std::vector<std::string> lists = parts_of(value_of(settings, "authenticationmethods"), ' ');
  if (lists.empty() || lists.front() == "any") {
    for (const Method& method : kMethods)
      if (is_on(settings, method.name)) ways.push_back({std::string(method.name)});
    return ways;
  }
  for (const std::string& list : lists) {
    std::vector<std::string> way;
    for (const std::string& written : parts_of(list, ',')) way.push_back(method_of(written));
    if (std::ranges::all_of(way, [&settings](const std::string& method) { return is_on(settings, method); }))
      ways.push_back(std::move(way));
  }
  return ways;
}

bool lets_in_past_auth(const SshdSettings& settings) {
  return std::ranges::any_of(ways_in(settings), [](const auto& way) { return !asks(way) && !takes_password(way); });
}

Finding judge_failing_sshd(const std::string& words, const SshdUsual& usual) {
  const auto first = [&usual](std::string_view keyword) -> std::string_view {
    const auto found = std::ranges::find(usual.lines, keyword, &SshdLine::keyword);
    return found == usual.lines.end() ? std::string_view() : std::string_view(found->value);
  };
  const std::string detail = fmt::format("what sshd does cannot be told: sshd -T: {}", words);
  if (words.contains("AuthenticationMethods") && first("authenticationmethods").contains(kAsking) &&
      lower(first("kbdinteractiveauthentication")) == "no")
    return fault(
        "sshd-keyboard-interactive",
        "KbdInteractiveAuthentication is not on, though AuthenticationMethods wants keyboard-interactive: sshd "
        "does not start",
        fmt::format("{}{}", to_write(usual, "KbdInteractiveAuthentication", "yes"), kReload));
  if (words.contains("/run/sshd") || words.contains("rivilege separation directory"))
    return fault("sshd-unknown", detail, "install -d -m 755 /run/sshd");
  return fault("sshd-unknown", detail,
               "Mend what it names, until it says nothing of that: sshd -t && systemctl reload ssh");
}

Findings judge_sshd(const SshdSettings& settings, const SshdWants& wants, const SshdUsual& usual) {
  Findings findings;
  const auto tell = [&](std::string_view name, std::string_view detail, std::string_view keyword,
                        std::string_view value) {
    findings.push_back(fault(name, std::string(detail), fmt::format("{}{}", to_write(usual, keyword, value), kReload)));
  };
  if (!is(settings, "usepam", "yes")) {
    tell("sshd-use-pam", "UsePAM is not on: sshd never asks PAM, and so nobody for a code", "UsePAM", "yes");
    return findings;
  }
  const WaysIn ways = ways_in(settings);
  if (!is(settings, "kbdinteractiveauthentication", "yes"))
    tell("sshd-keyboard-interactive",
         "KbdInteractiveAuthentication is not on: sshd cannot show the question for a code",
         "KbdInteractiveAuthentication", "yes");
  if (std::ranges::any_of(ways, takes_password)) {
    constexpr std::string_view kDetail =
        "PasswordAuthentication is on: there sshd cannot ask for a code, and the login fails";
    // Without any method left that is on, sshd does not start.
    if (std::ranges::all_of(ways, takes_password))
      tell("sshd-password", kDetail, "AuthenticationMethods", kAsking);
    else
      tell("sshd-password", kDetail, "PasswordAuthentication", "no");
  }
  judge_methods(settings, wants, usual, findings);
  if (wants.enrols_in_login) {
    judge_grace(settings, usual, findings);
    judge_startups(settings, usual, findings);
  }
  if (wants.security_keys && !value_of(settings, "pubkeyauthoptions").contains("touch-required"))
    tell("sshd-touch",
         "PubkeyAuthOptions lacks touch-required: a line in somebody's own authorized_keys makes a security key count "
         "that nobody touches",
         "PubkeyAuthOptions", "touch-required");
  if (!any_fault(findings)) findings.push_back(good("sshd", "sshd asks through PAM, by keyboard-interactive"));
  return findings;
}

}  // namespace mfa
