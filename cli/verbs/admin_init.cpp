#include "cli/verbs/admin_init.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <vector>

#include "cli/places.h"
#include "cli/plain_text.h"
#include "cli/run_program.h"
#include "cli/system_account.h"

namespace mfa::cli {

namespace {

constexpr const char* kState = "/var/lib/mfa";
constexpr const char* kForGateways = "/var/lib/mfa/gateways";  // all of it that they reach
constexpr const char* kConfiguration = MFA_SYSCONFDIR "/mfa";
constexpr const char* kConfigurationFile = MFA_SYSCONFDIR "/mfa/mfa.toml";
constexpr const char* kDefaultConfiguration = MFA_DATADIR "/mfa.toml";
constexpr std::chrono::seconds kEngineLimit{60};
// As pam_mfa(8) has it.
constexpr std::string_view kSshStack = R"(
For SSH (other programs and ways: man 8 pam_mfa), with a root shell kept open while you try it:
  /etc/pam.d/sshd, in the place of "@include common-auth":
      auth [success=1 default=ignore]  pam_unix.so
      auth [default=die]               pam_mfa.so authfail
      auth required                    pam_mfa.so
      account required                 pam_mfa.so
  /etc/ssh/sshd_config.d/00-mfa.conf (the first value that sshd reads counts), then "sshd -t && systemctl reload ssh":
      UsePAM yes
      KbdInteractiveAuthentication yes
      PasswordAuthentication no
      AuthenticationMethods keyboard-interactive
      LoginGraceTime 600
      MaxStartups 100:30:300
)";
constexpr Owner kRoot{.uid = 0, .gid = 0};

// The reason that `mfad --init` gives: {"error","hint"} on its last line, or plain text.
Failure failure_of_engine(const Ended& ended) {
  for (const std::string* stream : {&ended.errors, &ended.output}) {
    std::string_view text = *stream;
    while (text.ends_with('\n')) text.remove_suffix(1);
    const std::string_view last = text.substr(text.rfind('\n') + 1);
    if (const auto object = parse_json(last); object && !text_of(*object, "error").empty())
      return {.error = text_of(*object, "error"), .hint = text_of(*object, "hint")};
    if (!text.empty())
      return {.error = std::string(text), .hint = "Mend that, then run this again; it is safe to repeat."};
  }
  return {.error = fmt::format("{} --init failed with status {}.", MFA_MFAD, ended.status),
          .hint = "The system log may say why."};
}

Outcome<void> ensure_store(Steps& steps) {
  const auto ended = run_program(std::array<std::string, 2>{MFA_MFAD, "--init"}, kEngineLimit);
  if (!ended)
    return std::unexpected(Failure{.error = fmt::format("{} cannot be run: {}.", MFA_MFAD, ended.error()),
                                   .hint = "Is pam_mfa wholly installed?"});
  if (ended->status != 0) return std::unexpected(failure_of_engine(*ended));
  auto done = parse_steps(ended->output);
  if (!done) return std::unexpected(done.error());
  steps.insert(steps.end(), done->begin(), done->end());
  return {};
}

Outcome<void> carry_out(Steps& steps) {
  const auto owner = ensure_account(steps);
  if (!owner) return std::unexpected(owner.error());
  for (const char* folder : {kState, kForGateways})
    if (auto done = ensure_private_folder(folder, *owner, steps); !done) return done;
  if (auto done = ensure_shared_folder(kConfiguration, kRoot, *owner, steps); !done) return done;
  if (auto done = ensure_shared_file(kConfigurationFile, kDefaultConfiguration, kRoot, *owner, steps); !done)
    return done;
  return ensure_store(steps);
}

std::string sentence(const Step& step) {
  const std::string what = printable_line(step.what);
  const std::string detail = step.detail.empty() ? "" : " (" + printable_line(step.detail) + ")";
  switch (step.did) {
    case Did::made:
      return fmt::format("  made    {}{}", what, detail);
    case Did::kept:
      return fmt::format("  kept    {}{}", what, detail);
    case Did::mended:
      return fmt::format("  mended  {}{}", what, detail);
  }
  return fmt::format("  {}{}", what, detail);
}

}  // namespace

std::string_view name_of(Did did) {
  switch (did) {
    case Did::made:
      return "made";
    case Did::kept:
      return "kept";
    case Did::mended:
      return "mended";
  }
  return "kept";
}

Outcome<Steps> parse_steps(std::string_view lines) {
  Steps steps;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) continue;
    const auto object = parse_json(line);
    const std::string what = object ? text_of(*object, "what") : "";
    const std::string did = object ? text_of(*object, "did") : "";
    const bool known = did == "made" || did == "kept" || did == "mended";
    if (what.empty() || !known)
      return std::unexpected(Failure{.error = fmt::format("{} --init said something that makes no sense.", MFA_MFAD),
                                     .hint = "Are mfa-enroll and mfad of the same release?"});
    steps.push_back({.what = what,
                     .did = did == "made"   ? Did::made
                            : did == "kept" ? Did::kept
                                            : Did::mended,
                     .detail = text_of(*object, "detail")});
  }
  return steps;
}

std::string steps_text(const Steps& steps, bool systemd) {
  std::string text;
  for (const Step& step : steps) text += sentence(step) + "\n";
  text += "\nNext:\n";
  text += systemd ? "  systemctl enable --now mfad-login.socket mfad-user.socket mfad-monitor.socket\n"
                  : "  mfad --foreground                       start the service (your init system keeps it running)\n";
  text += "  mfa-enroll                              enrol yourself, then try a code: mfa-enroll test\n";
  text += fmt::format("  {:<38}  who is asked, and where\n", kConfigurationFile);
  text += kSshStack;
  return text;
}

Json steps_json(const Steps& steps) {
  Json list = Json::array();
  for (const Step& step : steps) {
    Json object{{"what", step.what}, {"did", name_of(step.did)}};
    if (!step.detail.empty()) object["detail"] = step.detail;
    list.push_back(std::move(object));
  }
  return Json{{"steps", std::move(list)}};
}

Outcome<void> admin_init(const Console& console) {
  if (geteuid() != 0)
    return std::unexpected(
        Failure{.error = "Only root can set up this computer.", .hint = "sudo mfa-enroll admin init"});
  Steps steps;
  const auto done = carry_out(steps);
  if (!done) {
    // What was done before it failed stays, and is told.
    if (!console.json)
      for (const Step& step : steps)
        if (auto printed = console.print(sentence(step) + "\n"); !printed) return printed;
    return done;
  }
  if (console.json) return console.print_json(steps_json(steps));
  return console.print(steps_text(steps, access("/run/systemd/system", F_OK) == 0));
}

}  // namespace mfa::cli
