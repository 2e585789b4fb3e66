// PAM stacks of any bytes: cut at NULs into the files a, b, c …, of which a is the service. Whatever is in them, the
// walk ends, every fault has a mend, and each line has a place.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "common/check/pam_judge.h"
#include "common/check/pam_stack.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mfa;
  std::vector<std::string> files(1);
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] != 0)
      files.back() += static_cast<char>(data[i]);
    else if (files.size() < 26)
      files.emplace_back();
  }
  const PamReader reader = [&files](const std::string& name) -> std::optional<PamFile> {
    if (name == "sshd") return PamFile{.path = "/etc/pam.d/sshd", .text = files[0]};
    if (name.size() != 1 || name[0] < 'a' || static_cast<std::size_t>(name[0] - 'a') >= files.size())
      return std::nullopt;
    return PamFile{.path = "/etc/pam.d/" + name, .text = files[static_cast<std::size_t>(name[0] - 'a')]};
  };
  for (const PamType type : {PamType::auth, PamType::account})
    for (const PamLine& line : read_pam_stack("a", type, reader))
      if (line.at.line < 1 || line.level < 0 || line.at.file.empty()) std::abort();
  const std::vector<std::string> services{"a", "sshd"};
  for (const Finding& finding : judge_pam(services, reader, {.trust = true, .keys_alone = true}))
    if (finding.name.empty() || finding.detail.empty() || (!finding.ok && finding.mend.empty())) std::abort();
  return 0;
}
