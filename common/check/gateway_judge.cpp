#include "common/check/gateway_judge.h"

#include <fmt/format.h>

#include "common/config/mistakes.h"

namespace mfa {
namespace {

constexpr std::size_t kLongest = 400;  // bytes of what a program says

// What a program cannot carry, in the words of its [[gateway]].
struct Wanted {
  bool wanted;
  const std::optional<bool>& can;
  std::string_view what, key;
};

void judge_one(const GatewayCheck& check, Findings& findings) {
  const GatewaySettings& gateway = check.gateway;
  const std::string name = in_quotes(gateway.name);
  const std::string path = printable(gateway.settings);
  if (check.result == GatewayCheck::Result::silent) {
    findings.push_back(
        good("gateways", fmt::format("{}: not asked about its settings, which its program does not answer", name)));
    return;
  }
  if (check.result == GatewayCheck::Result::bad) {
    findings.push_back(fault(
        "gateway-settings", fmt::format("gateway {}: {}", name, printable(check.detail.substr(0, kLongest))),
        fmt::format("Mend that there or in {}, then try it out: mfa-enroll admin send-test --gateway {}", path, name)));
    return;
  }
  bool fits = true;
  for (const Wanted& one : {Wanted{gateway.texts, check.texts, "carries no texts", "\"sms\" out of channel"},
                            Wanted{gateway.calls, check.calls, "places no calls", "\"call\" out of channel"},
                            Wanted{gateway.press, check.press, "cannot wait for #", "press = true out"}}) {
    if (!one.wanted || one.can.value_or(true)) continue;
    fits = false;
    findings.push_back(fault("gateway-channel",
                             fmt::format("gateway {}: its program {} {}", name, in_quotes(gateway.program), one.what),
                             fmt::format("Take {} of its [[gateway]] in the configuration", one.key)));
  }
  if (fits) findings.push_back(good("gateways", fmt::format("{}: its program finds its settings right", name)));
}

}  // namespace

Findings judge_gateways(std::span<const GatewayCheck> checks) {
  Findings findings;
  for (const GatewayCheck& check : checks) judge_one(check, findings);
  return findings;
}

}  // namespace mfa
