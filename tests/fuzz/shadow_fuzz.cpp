// Lines of /etc/shadow: whatever is in them, a setting is a true part of its field and leaves out the hash.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/service/monitor/shadow.h"

namespace monitor = mfa::monitor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const auto& [name, entry] : monitor::parse_shadow(text)) {
    if (name.empty() || name.find_first_of(":\n") != std::string::npos) std::abort();
    if (entry.setting.find_first_of(":\n!*") != std::string::npos) std::abort();
  }
  const auto setting = monitor::setting_of(text);
  if (setting.empty()) return 0;
  const auto at = text.find(setting);
  if (at == std::string_view::npos || at + setting.size() >= text.size()) std::abort();
  // Locking changes nothing, and neither does another hash of the same length.
  if (monitor::setting_of("!" + std::string(text)) != setting) std::abort();
  std::string other(text);
  other.back() = other.back() == 'x' ? 'y' : 'x';
  if (monitor::setting_of(other) != setting) std::abort();
  return 0;
}
