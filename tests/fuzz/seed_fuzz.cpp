// Whatever is typed for a seed: what is taken has a length that a seed may have, and reads the same when written back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/domain/seed.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string in_hex(const mfa::Secret& bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const std::uint8_t byte : bytes.bytes()) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0x0FU];
    text += ' ';
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto seed = mfa::read_seed(text);
  if (!seed) return 0;
  require(seed->size() >= mfa::kShortestSeed && seed->size() <= mfa::kLongestSeed);
  require(seed->size() <= size * 5 / 8);
  const auto back = mfa::read_seed(in_hex(*seed));
  require(back && *back == *seed);
  return 0;
}
