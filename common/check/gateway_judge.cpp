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

Finding judge_program(const std::string& gateway, const std::string& path, const std::string& objection,
                      const std::string& when_missing) {
  const std::string at = printable(objection.substr(0, objection.find_first_of(" :")));
  const std::string detail =
      objection.starts_with(path) ? printable(objection) : fmt::format("{}: {}", printable(path), printable(objection));
  std::string mend = when_missing;
  if (objection.ends_with("belongs to another user") || objection.contains("can be written by others"))
    mend = at == printable(path)
               ? fmt::format("chown root:root {0} && chmod go-w {0}", at)
               : fmt::format(
                     "install -D -o root -g root -m 0755 {0} /usr/local/libexec/mfa/{1}\nThen write as its program: "
                     "/usr/local/libexec/mfa/{1}",
                     printable(path), printable(path.substr(path.rfind('/') + 1)));
  else if (objection.ends_with("is not a program"))
    mend = fmt::format("chmod 0755 {0}  if it is one; or write the whole path of one as program", at);
  return fault("gateway-program", fmt::format("gateway {}: {}", in_quotes(gateway), detail), std::move(mend));
}

Finding judge_trial(const TrialFacts& facts) {
  const std::string folder = printable(facts.folder);
  std::string detail = fmt::format("no program can be run that is kept out of {}: {}", folder, facts.trouble);
  if (!facts.opens_null) return fault("gateway-closed", detail + "; mfa cannot open /dev/null", "chmod 0666 /dev/null");
  if (!facts.enters_folder)
    return fault("gateway-closed", detail + "; mfa cannot enter that folder",
                 fmt::format("Let the user mfa into it: namei -l {}", folder));
  return fault("gateway-closed", std::move(detail),
               fmt::format("See what else the user mfa may not do: namei -l /bin/true /dev/null {}", folder));
}

Findings judge_gateways(std::span<const GatewayCheck> checks) {
  Findings findings;
  for (const GatewayCheck& check : checks) judge_one(check, findings);
  return findings;
}

}  // namespace mfa
