// The keys of a store: what the key file holds, and the subkeys made from it.
//
// The file is text: a line "mfa-key 1", then a line a key, "<id> <64 hex digits>", the newest last; lines that begin
// with '#' and empty lines are passed over. The id is made from the key, so that a mistyped key is noticed. The newest
// key seals, every one opens. Each use has a subkey of its own (HKDF-SHA256). All of it is wiped.
// Reading and writing the file is the caller's.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "common/domain/types.h"

namespace mfa {

enum class KeyUse : std::uint8_t { seal, codes, trail, password_version };

struct KeyId {
  std::uint32_t value = 0;
  auto operator<=>(const KeyId&) const = default;
};

enum class KeyRingError : std::uint8_t {
  not_a_key_file,
  unknown_version,  // of a newer release
  bad_line,
  wrong_id,  // the id does not belong to the key beside it
  repeated,
  no_key,
  too_many,     // more than kMostKeys
  unavailable,  // libcrypto failed
};
[[nodiscard]] std::string_view name_of(KeyRingError error);  // words for a message

inline constexpr std::size_t kMostKeys = 16;
inline constexpr std::size_t kKeySize = 32;  // bytes

class KeyRing {
 public:
  // The text of a new key file with one random key.
  [[nodiscard]] static std::expected<Secret, KeyRingError> generate();
  [[nodiscard]] static std::expected<KeyRing, KeyRingError> parse(const Secret& text);

  [[nodiscard]] KeyId newest() const { return keys_.back().id; }
  [[nodiscard]] const Secret& subkey(KeyUse use) const { return of(keys_.back(), use); }  // of the newest
  // nullptr: that key is not in the ring. Valid as long as the ring is.
  [[nodiscard]] const Secret* subkey(KeyId id, KeyUse use) const;
  [[nodiscard]] std::vector<KeyId> newest_first() const;

 private:
  struct Key {
    KeyId id;
    std::array<Secret, 4> subkeys;  // by KeyUse
  };
  static const Secret& of(const Key& key, KeyUse use) { return key.subkeys.at(static_cast<std::size_t>(use)); }
  std::expected<void, KeyRingError> add(std::string_view line);

  std::vector<Key> keys_;  // oldest first, never empty once parsed
};

}  // namespace mfa
