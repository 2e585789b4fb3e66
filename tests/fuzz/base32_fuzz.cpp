// What base32_decode takes, base32_encode writes back; what base32_encode writes, base32_decode takes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "common/domain/base32.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// The text as base32_encode would have written it: upper case, nothing but the alphabet.
std::string plain(std::string_view text) {
  std::string upper;
  for (const char c : text) {
    if (c == ' ' || c == '-' || c == '=') continue;
    upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return upper;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::span input(bytes, size);
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);

  if (const auto key = mfa::base32_decode(text)) {
    require(key->size() <= size * 5 / 8);
    require(mfa::base32_encode(key->bytes()) == plain(text));
  }

  const std::string written = mfa::base32_encode(input);
  require(written.size() == (size * 8 + 4) / 5);
  const auto back = mfa::base32_decode(written);
  require(back && *back == mfa::Secret(input));
  const auto typed = mfa::base32_decode(mfa::in_groups_of_four(written));
  require(typed && *typed == *back);
  return 0;
}
