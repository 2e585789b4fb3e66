#include "common/check/service_judge.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/config/mistakes.h"

namespace mfa {
namespace {

constexpr const char* kUnits = "mfad-login.socket mfad-user.socket mfad-monitor.socket";
constexpr const char* kStart = "setsid -f mfad --foreground  and have your init system start it with the computer";

// The command that has it answer, by what there is.
std::string mend_of(const ServiceFacts& facts, bool any_answers) {
  if (facts.systemd)
    return any_answers ? fmt::format("systemctl restart {} mfad", kUnits)
                       : fmt::format("systemctl enable --now {}", kUnits);
  if (any_answers) return fmt::format("End the mfad that runs (pidof mfad), then: {}", kStart);
  return fmt::format("{}\nWhere nobody but root's programs is to be served: mfa-enroll admin check --except service",
                     kStart);
}

void judge_sockets(const ServiceFacts& facts, Findings& findings) {
  std::string silent;
  bool any_answers = false;
  bool any_there = false;
  for (const SocketFacts& one : facts.sockets) {
    any_answers = any_answers || one.trouble.empty();
    any_there = any_there || one.is_there;
    if (!one.trouble.empty())
      silent += fmt::format("{}{}: {}", silent.empty() ? "" : "; ", printable(one.path), one.trouble);
  }
  if (silent.empty()) return;
  std::string detail = fmt::format("the service does not answer: {}", silent);
  if (!any_there && !facts.systemd)
    detail =
        "no service runs: logins through programs of root start one for themselves, but mfa-enroll serves nobody but "
        "root, neither people nor the helpdesk";
  if (!facts.units_off.empty())
    detail += fmt::format("; nor does it start with the computer: {}", fmt::join(facts.units_off, ", "));
  findings.push_back(fault("service", std::move(detail), mend_of(facts, any_answers)));
}

}  // namespace

Findings judge_service(const ServiceFacts& facts) {
  Findings findings;
  judge_sockets(facts, findings);
  const bool told = any_fault(findings);
  if (!told) findings.push_back(good("service", "the service answers"));
  // What has it answer has it start with the computer as well, unless some of it answers.
  const bool some = std::ranges::any_of(facts.sockets, [](const SocketFacts& one) { return one.trouble.empty(); });
  if (!facts.units_off.empty() && (!told || some))
    findings.push_back(fault("units",
                             fmt::format("{} {} not start with the computer", fmt::join(facts.units_off, ", "),
                                         facts.units_off.size() == 1 ? "does" : "do"),
                             fmt::format("systemctl enable --now {}", fmt::join(facts.units_off, " "))));
  for (const std::string& file : facts.units_over)
    findings.push_back(
        fault("units",
              fmt::format("{} takes the place of the installed unit, and starts another program than this mfad",
                          printable(file)),
              fmt::format("mv {0} {0}.before && systemctl daemon-reload && systemctl restart {1}", printable(file),
                          printable(file.substr(file.rfind('/') + 1)))));
  return findings;
}

}  // namespace mfa
