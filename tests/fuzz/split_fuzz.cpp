// Where a password ends and a code begins: of any answer, whatever the engine said, nothing is lost but one comma.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "pam_module/split.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mfa::CodesDue codes;
  if (size < 1 + sizeof codes.digits) return 0;
  codes.due = (data[0] & 1U) != 0;
  std::memcpy(codes.digits, data + 1, sizeof codes.digits);
  const std::size_t before = 1 + sizeof codes.digits;
  const std::string_view answer{reinterpret_cast<const char*>(data) + before, size - before};
  const mfa::Parts parts = mfa::split(answer, codes);
  if (!answer.starts_with(parts.password) || !answer.ends_with(parts.code)) std::abort();
  const std::size_t dropped = answer.size() - parts.password.size() - parts.code.size();
  if (dropped > 1 || (dropped == 1 && answer[parts.password.size()] != ',')) std::abort();
  if (!codes.due && parts.password != answer) std::abort();
  return 0;
}
