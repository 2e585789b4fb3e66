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

std::string in_file(std::string_view line) {
  return fmt::format("In /etc/ssh/sshd_config.d/00-mfa.conf write: {}  then: sshd -t && systemctl reload ssh", line);
}

void judge_methods(const SshdSettings& settings, const SshdWants& wants, Findings& findings) {
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
                             in_file("AuthenticationMethods keyboard-interactive") +
                                 "  or add to /etc/pam.d/sshd: account required pam_mfa.so"));
  }
}

// Of this setting the last value counts with some releases of sshd, the first with others.
// "10:30:100": from how many on it turns some away, how many of a hundred, and from how many on all.
void judge_startups(const SshdSettings& settings, Findings& findings) {
  const std::string_view written = value_of(settings, "maxstartups");
  const auto begin = number_in(written);
  if (!begin || *begin >= kStartups) return;
  findings.push_back(
      fault("sshd-startups",
            fmt::format("MaxStartups {}: from {} logins under way at the same time sshd turns people away, and an "
                        "enrolment takes minutes",
                        written, *begin),
            "Of sshd's files change the one that sets it, or /etc/ssh/sshd_config, to: MaxStartups 100:30:300  then: "
            "sshd -t && "
            "systemctl reload ssh"));
}

void judge_grace(const SshdSettings& settings, Findings& findings) {
  const std::string_view written = value_of(settings, "logingracetime");
  const auto seconds = number_in(written);
  if (!seconds || *seconds == 0 || *seconds >= kGraceSeconds) return;
  findings.push_back(fault(
      "sshd-grace-time",
      fmt::format("LoginGraceTime {}: sshd ends a login in which somebody still sets up a second factor", written),
      in_file("LoginGraceTime 600")));
}

}  // namespace

SshdSettings parse_sshd_settings(std::string_view text) {
  SshdSettings settings;
  for (const std::string& line : parts_of(text, '\n')) {
    std::string_view rest = line;
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    const std::size_t blank = rest.find(' ');
    std::string name(rest.substr(0, blank));
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    settings[name].emplace_back(blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1));
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

Findings judge_sshd(const SshdSettings& settings, const SshdWants& wants) {
  Findings findings;
  if (!is(settings, "usepam", "yes")) {
    findings.push_back(fault("sshd-use-pam", "UsePAM is not on: sshd never asks PAM, and so nobody for a code",
                             in_file("UsePAM yes")));
    return findings;
  }
  const WaysIn ways = ways_in(settings);
  if (!is(settings, "kbdinteractiveauthentication", "yes"))
    findings.push_back(fault("sshd-keyboard-interactive",
                             "KbdInteractiveAuthentication is not on: sshd cannot show the question for a code",
                             in_file("KbdInteractiveAuthentication yes")));
  if (std::ranges::any_of(ways, takes_password))
    findings.push_back(fault("sshd-password",
                             "PasswordAuthentication is on: there sshd cannot ask for a code, and the login fails",
                             in_file("PasswordAuthentication no")));
  judge_methods(settings, wants, findings);
  if (wants.enrols_in_login) {
    judge_grace(settings, findings);
    judge_startups(settings, findings);
  }
  if (wants.security_keys && !value_of(settings, "pubkeyauthoptions").contains("touch-required"))
    findings.push_back(fault("sshd-touch",
                             "PubkeyAuthOptions lacks touch-required: a line in somebody's own authorized_keys makes a "
                             "security key count that nobody touches",
                             in_file("PubkeyAuthOptions touch-required")));
  if (!any_fault(findings)) findings.push_back(good("sshd", "sshd asks through PAM, by keyboard-interactive"));
  return findings;
}

}  // namespace mfa
