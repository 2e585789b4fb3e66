// /proc/PID/stat holds a name of the process's own choosing: no name changes what is read after it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/system/terminal_id.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto stat = mfa::parse_process_stat(text); stat && text.find(") ") == std::string_view::npos) std::abort();
  const auto named = "7 (" + std::string(text) + ") S 19 200 100 34816 300 0 1 2 3 4 5 6 7 8 20 0 1 0 4242 0\n";
  const auto stat = mfa::parse_process_stat(named);
  if (!stat || stat->session != 100 || stat->terminal != 34816 || stat->started_at != 4242) std::abort();
  return 0;
}
