// What `sshd -T` prints, of any bytes: every fault has a mend, and without keyboard-interactive nothing is called
// right.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/check/sshd_settings.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mfa;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as characters
  const SshdSettings settings = parse_sshd_settings({reinterpret_cast<const char*>(data), size});
  const Findings findings = judge_sshd(settings, {.enrols_in_login = true, .security_keys = true});
  for (const Finding& finding : findings)
    if (finding.name.empty() || finding.detail.empty() || (!finding.ok && finding.mend.empty())) std::abort();
  const auto asks = settings.find("kbdinteractiveauthentication");
  if ((asks == settings.end() || asks->second.front() != "yes") && !any_fault(findings)) std::abort();
  return 0;
}
