// What `sshd -T` prints and what sshd's files say, of any bytes: every fault has a mend, without keyboard-interactive
// nothing is called right, and files that include each other end.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/check/sshd_match.h"
#include "common/check/sshd_settings.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mfa;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as characters
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const SshdSettings settings = parse_sshd_settings(text);
  constexpr SshdWants kWants{.enrols_in_login = true, .security_keys = true};
  const Findings findings = judge_sshd(settings, kWants);
  for (const Finding& finding : findings)
    if (finding.name.empty() || finding.detail.empty() || (!finding.ok && finding.mend.empty())) std::abort();
  const auto files = [text](const std::string&) {
    return std::vector<SshdFile>{{.path = "f", .text = std::string(text)}};
  };
  const auto matches = match_blocks("f", files);
  if (matches.size() > kMostMatches) std::abort();
  for (const SshdMatch& match : matches) {
    if (match.lines.empty()) std::abort();
    static_cast<void>(login_within(match, [](const std::string&) { return "alice"; }));
  }
  for (const Finding& finding : judge_matches(matches, settings, kWants, [](const SshdMatch&) { return std::nullopt; }))
    if (finding.ok || finding.detail.empty() || finding.mend.empty()) std::abort();
  const auto asks = settings.find("kbdinteractiveauthentication");
  if ((asks == settings.end() || asks->second.front() != "yes") && !any_fault(findings)) std::abort();
  return 0;
}
