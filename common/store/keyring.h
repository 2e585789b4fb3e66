// The keys of a store: what the key file holds, and the subkeys made from it.
//
// The file is text: a line "mfa-key 1", then a line a key, "<id> <64 hex digits>", the newest last; lines that begin
// with '#' and empty lines are passed over. The id is made from the key, so that a mistyped key is noticed. One key
// seals: the newest, unless another is chosen; every one opens. Each use has a subkey of its own (HKDF-SHA256). All of
// it is wiped. Reading and writing the file is the caller's.
//
// A file in which a key has taken the place of another begins with "mfa-key 2" and may also hold
//   password-version <64 hex>         what the monitor keys versions of passwords with: stays, or all would look new
//   retired <id> <64 hex> <64 hex>    of a key that is gone: its subkeys for codes and for the trail, which open
//   nothing
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "common/domain/types.h"

namespace mfa {

enum class KeyUse : std::uint8_t { seal, codes, trail, password_version, backup };

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
  too_many,     // more than kMostKeys, or than kMostRetired
  unavailable,  // libcrypto failed
};
[[nodiscard]] std::string_view name_of(KeyRingError error);  // words for a message

inline constexpr std::size_t kMostKeys = 16;  // that open
inline constexpr std::size_t kMostRetired = 256;
inline constexpr std::size_t kRetiredIsMany = 240;     // time to tell
inline constexpr std::size_t kKeySize = 32;            // bytes
inline constexpr std::size_t kLargestKeyFile = 65536;  // bytes

class KeyRing {
 public:
  // The text of a new key file with one random key.
  [[nodiscard]] static std::expected<Secret, KeyRingError> generate();
  [[nodiscard]] static std::expected<KeyRing, KeyRingError> parse(const Secret& text);

  // The text without the retired keys that are not among these.
  [[nodiscard]] static std::expected<Secret, KeyRingError> with_retired_of_these(const Secret& text,
                                                                                 const std::vector<KeyId>& needed);
  // The text with a new key, which is the newest. `too_many` also if those before it could not be retired then.
  [[nodiscard]] static std::expected<Secret, KeyRingError> with_new_key(const Secret& text);
  // The text with this key alone. Those before it are retired; those behind it were never taken into use, and go.
  [[nodiscard]] static std::expected<Secret, KeyRingError> with_one_key(const Secret& text, KeyId kept);
  // The text with the keys of the other one as well, older than its own.
  [[nodiscard]] static std::expected<Secret, KeyRingError> joined(const Secret& text, const Secret& other);
  // The text with the keys of the other one as well, retired.
  [[nodiscard]] static std::expected<Secret, KeyRingError> with_retired_of(const Secret& text, const Secret& other);

  // The key that seals.
  [[nodiscard]] KeyId newest() const { return keys_.at(sealing_).id; }
  [[nodiscard]] const Secret& subkey(KeyUse use) const { return of(keys_.at(sealing_), use); }
  // Makes this one the key that seals. False: it is not there, or retired.
  [[nodiscard]] bool choose(KeyId id);
  [[nodiscard]] bool opens_with(KeyId id) const;
  // nullptr: that key is not in the ring, or is retired and has no such subkey. Valid as long as the ring is.
  [[nodiscard]] const Secret* subkey(KeyId id, KeyUse use) const;
  [[nodiscard]] std::vector<KeyId> not_older_than_own() const;    // the key that seals and those behind it
  [[nodiscard]] std::vector<KeyId> newest_first() const;          // those that open before those that are retired
  [[nodiscard]] std::size_t openers() const { return openers_; }  // how many keys open
  [[nodiscard]] std::size_t retired() const { return keys_.size() - openers_; }

 private:
  struct Key {
    KeyId id;
    std::array<Secret, 5> subkeys;  // by KeyUse; empty where a retired key has none
  };
  static const Secret& of(const Key& key, KeyUse use) { return key.subkeys.at(static_cast<std::size_t>(use)); }

  std::vector<Key> keys_;    // the retired ones, then those that open, each oldest first; never empty once parsed
  std::size_t openers_ = 0;  // the last so many
  std::size_t sealing_ = 0;  // of keys_
};

}  // namespace mfa
