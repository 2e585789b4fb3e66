// One way to write a list of fields as bytes, for everything that is hashed or authenticated.
//
// Numbers take eight bytes, most significant first; texts and bytes are preceded by their length in four. So no two
// different lists of fields come out alike. The buffer is wiped, since codes pass through it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mfa {

class Canonical {
 public:
  Canonical();
  Canonical(const Canonical&) = delete;
  Canonical& operator=(const Canonical&) = delete;
  ~Canonical();

  Canonical& number(std::int64_t value);
  Canonical& text(std::string_view value);
  Canonical& bytes(std::span<const std::uint8_t> value);

  [[nodiscard]] std::span<const std::uint8_t> view() const { return buffer_; }

 private:
  void big_endian(std::uint64_t value, int width);
  void make_room(std::size_t more);
  std::vector<std::uint8_t> buffer_;
};

}  // namespace mfa
