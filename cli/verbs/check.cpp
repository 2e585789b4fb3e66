#include "cli/verbs/check.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "cli/plain_text.h"
#include "cli/run_program.h"
#include "cli/suggest.h"

namespace mfa::cli {

namespace {

constexpr std::chrono::seconds kLimit{120};

constexpr auto kNames = std::to_array<std::string_view>({
    "access-groups",
    "account",
    "clock",
    "configuration",
    "file-kind",
    "file-missing",
    "file-mode",
    "file-owner",
    "file-unreadable",
    "gateway-channel",
    "gateway-closed",
    "gateway-program",
    "gateway-settings",
    "gateways",
    "geo-database",
    "key",
    "pam-account",
    "pam-account-missing",
    "pam-arguments",
    "pam-authfail",
    "pam-control",
    "pam-module",
    "pam-nobody",
    "pam-nowhere",
    "pam-order",
    "pam-recursion",
    "pam-skipped",
    "pam-syntax",
    "pam-unclear",
    "pam-wrong-password",
    "people-locked-out",
    "people-unknown",
    "people-without-factor",
    "phone-countries",
    "phone-press",
    "rules-catch-all",
    "rules-countries",
    "rules-gateways",
    "rules-groups",
    "rules-root",
    "rules-unreached",
    "service",
    "sshd-grace-time",
    "sshd-keyboard-interactive",
    "sshd-match",
    "sshd-methods",
    "sshd-password",
    "sshd-startups",
    "sshd-touch",
    "sshd-unknown",
    "sshd-use-pam",
    "store",
    "trail",
    "units",
});

Outcome<void> names_are_known(std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (std::ranges::find(kNames, name) != kNames.end()) continue;
    const std::string near = nearest_word(name, kNames);
    return std::unexpected(
        Failure{.status = ExitStatus::usage,
                .error = fmt::format("There is no fault called {}.", printable_line(name)),
                .hint = near.empty() ? "Their names are under CHECKS in: man mfa-enroll"
                                     : fmt::format("Did you mean: mfa-enroll admin check --except {}", near)});
  }
  return {};
}

Failure cannot_look(std::string error) {
  return {.error = std::move(error), .hint = "Are mfa-enroll and mfad of the same release, and wholly installed?"};
}

Outcome<std::vector<Checked>> look() {
  const auto ended = run_program(std::array<std::string, 2>{MFA_MFAD, "--check"}, kLimit);
  if (!ended) return std::unexpected(cannot_look(fmt::format("{} cannot be run: {}.", MFA_MFAD, ended.error())));
  if (ended->status != 0)
    return std::unexpected(cannot_look(fmt::format("{} --check failed with status {}.", MFA_MFAD, ended->status)));
  return parse_checks(ended->output);
}

// A mend may be several lines, to be written as they stand; a tab is as good a blank as another there.
std::string text_of_mend(std::string_view mend) {
  std::string text;
  while (!mend.empty()) {
    const std::size_t end = std::min(mend.find('\n'), mend.size());
    std::string line(mend.substr(0, end));
    std::ranges::replace(line, '\t', ' ');
    if (end > 0) text += fmt::format("      {}\n", printable_line(line));
    mend.remove_prefix(std::min(end + 1, mend.size()));
  }
  return text;
}

std::string text_of_one(const Checked& check, const Style& style) {
  const std::string detail = printable_line(check.detail);
  if (check.ok)
    return fmt::format("  {} {}: {}\n", painted(style, Paint::good, style.utf8 ? "✓" : "ok"),
                       printable_line(check.name), detail);
  return fmt::format("  {} {}: {}\n{}", painted(style, Paint::bad, style.utf8 ? "✗" : "FAULT"),
                     printable_line(check.name), detail, text_of_mend(check.mend));
}

}  // namespace

Outcome<std::vector<Checked>> parse_checks(std::string_view lines) {
  std::vector<Checked> checks;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) continue;
    const auto object = parse_json(line);
    Checked check{.name = object ? text_of(*object, "name") : "",
                  .ok = object && flag_of(*object, "ok"),
                  .detail = object ? text_of(*object, "detail") : "",
                  .mend = object ? text_of(*object, "mend") : ""};
    // A line that is cut short must not look like good news.
    if (check.name.empty() || (!check.ok && check.mend.empty()))
      return std::unexpected(cannot_look(fmt::format("{} --check said something that makes no sense.", MFA_MFAD)));
    checks.push_back(std::move(check));
  }
  if (checks.empty())
    return std::unexpected(cannot_look(fmt::format("{} --check found nothing to look at.", MFA_MFAD)));
  return checks;
}

std::span<const std::string_view> names_of_checks() { return kNames; }

std::string checks_text(std::span<const Checked> checks, const Style& style) {
  std::string text;
  for (const bool ok : {true, false})
    for (const Checked& check : checks)
      if (check.ok == ok) text += text_of_one(check, style);
  return text;
}

Json checks_json(std::span<const Checked> checks) {
  Json list = Json::array();
  for (const Checked& check : checks) {
    Json object{{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}};
    if (!check.ok) object["mend"] = check.mend;
    list.push_back(std::move(object));
  }
  return Json{{"ok", std::ranges::all_of(checks, &Checked::ok)}, {"checks", std::move(list)}};
}

Outcome<void> admin_check(const Console& console, const CheckOptions& options) {
  if (auto known = names_are_known(options.except); !known) return known;
  if (geteuid() != 0)
    return std::unexpected(
        Failure{.error = "Only root can look at all that is to be checked.", .hint = "sudo mfa-enroll admin check"});
  auto checks = look();
  if (!checks) return std::unexpected(checks.error());
  check_engine(console, options.accounts, *checks);
  for (Checked& check : *checks) {
    if (check.ok || std::ranges::find(options.except, check.name) == options.except.end()) continue;
    check.ok = true;
    check.detail = "known and left as it is: " + check.detail;
  }
  const auto printed =
      console.json ? console.print_json(checks_json(*checks)) : console.print(checks_text(*checks, console.style));
  if (!printed) return printed;
  const auto faults = std::ranges::count(*checks, false, &Checked::ok);
  if (faults == 0) return {};
  return std::unexpected(
      Failure{.error = faults == 1 ? "One thing is not right." : fmt::format("{} things are not right.", faults),
              .hint = "What mends it stands below each. Then run this again."});
}

}  // namespace mfa::cli
