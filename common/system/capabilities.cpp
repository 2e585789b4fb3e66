#include "common/system/capabilities.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/system/error_text.h"

namespace mfa {
namespace {

using Sets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

bool read_sets(Sets& sets) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  return ::syscall(SYS_capget, &header, sets.data()) == 0;
}

// The ambient set follows the inheritable one down.
bool write_sets(const Sets& sets) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  return ::syscall(SYS_capset, &header, sets.data()) == 0;
}

bool same(const Sets& a, const Sets& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.effective == y.effective && x.permitted == y.permitted && x.inheritable == y.inheritable;
  });
}

// What an exec by root may have again. A process without CAP_SETPCAP cannot say so; systemd has said it then.
void bound(std::span<const int> capabilities) {
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
    if (std::ranges::find(capabilities, capability) == capabilities.end() &&
        ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
      return;
}

}  // namespace

std::expected<void, std::string> keep_only_capabilities(std::span<const int> capabilities) {
  constexpr unsigned kWord = 32;  // capabilities a word
  bound(capabilities);
  Sets held{};
  if (!read_sets(held)) return std::unexpected(fmt::format("cannot read capabilities: {}", error_text(errno)));
  Sets wanted{};
  for (const int capability : capabilities)
    wanted.at(static_cast<unsigned>(capability) / kWord).permitted |= 1U << (static_cast<unsigned>(capability) % kWord);
  for (std::size_t i = 0; i < held.size(); ++i) {
    wanted[i].permitted &= held[i].permitted;
    wanted[i].effective = wanted[i].permitted;
  }
  // systemd may have left just these, and not let one ask for fewer (~@privileged forbids capset).
  if (!same(held, wanted) && !write_sets(wanted))
    return std::unexpected(fmt::format("cannot drop capabilities: {}", error_text(errno)));
  return {};
}

bool has_any_capability() {
  Sets held{};
  if (!read_sets(held)) return true;
  return std::ranges::any_of(
      held, [](const auto& word) { return (word.effective | word.permitted | word.inheritable) != 0; });
}

}  // namespace mfa
