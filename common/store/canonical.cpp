#include "common/store/canonical.h"

#include <openssl/crypto.h>

namespace mfa {

namespace {
constexpr std::size_t kUsualSize = 512;  // bytes: an event with long names
}  // namespace

Canonical::Canonical() { buffer_.reserve(kUsualSize); }

Canonical::~Canonical() { OPENSSL_cleanse(buffer_.data(), buffer_.size()); }

Canonical& Canonical::number(std::int64_t value) {
  big_endian(static_cast<std::uint64_t>(value), 8);
  return *this;
}

Canonical& Canonical::text(std::string_view value) {
  return bytes({reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
}

Canonical& Canonical::bytes(std::span<const std::uint8_t> value) {
  make_room(value.size() + 4);
  big_endian(value.size(), 4);
  buffer_.insert(buffer_.end(), value.begin(), value.end());
  return *this;
}

void Canonical::big_endian(std::uint64_t value, int width) {
  make_room(static_cast<std::size_t>(width));
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
    buffer_.push_back(static_cast<std::uint8_t>(value >> shift));
}

// A vector that grows by itself leaves its old bytes behind in freed memory.
void Canonical::make_room(std::size_t more) {
  if (buffer_.size() + more <= buffer_.capacity()) return;
  std::vector<std::uint8_t> larger;
  larger.reserve(2 * (buffer_.size() + more));
  larger.assign(buffer_.begin(), buffer_.end());
  OPENSSL_cleanse(buffer_.data(), buffer_.size());
  buffer_.swap(larger);
}

}  // namespace mfa
