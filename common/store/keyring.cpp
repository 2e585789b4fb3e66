#include "common/store/keyring.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <ranges>
#include <string>

#include "common/store/crypto.h"
#include "common/store/failure.h"

namespace mfa {

namespace {

constexpr std::string_view kTitle = "mfa-key ";
constexpr std::string_view kVersion = "1";
constexpr std::size_t kIdDigits = 8;
constexpr std::size_t kKeyDigits = 2 * kKeySize;

// In the order of KeyUse. Changing one makes every existing store unreadable.
constexpr std::array<std::string_view, 4> kLabels{"mfa store seal 1", "mfa store codes 1", "mfa store trail 1",
                                                  "mfa store password version 1"};
constexpr std::string_view kIdLabel = "mfa store key id 1";

int value_of_hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<Secret> key_from_hex(std::string_view hex) {
  if (hex.size() != kKeyDigits) return std::nullopt;
  Secret key(std::vector<std::uint8_t>(kKeySize, 0));
  for (std::size_t i = 0; i < kKeySize; ++i) {
    const int high = value_of_hex(hex[2 * i]);
    const int low = value_of_hex(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key.writable()[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return key;
}

KeyId id_of(const Secret& key) {
  const Secret bytes = hkdf_sha256(key, {}, kIdLabel, 4);
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes.bytes()) value = value << 8U | byte;
  return {value};
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

std::string_view name_of(KeyRingError error) {
  switch (error) {
    case KeyRingError::not_a_key_file:
      return "it is not a key file";
    case KeyRingError::unknown_version:
      return "it was written by a newer release";
    case KeyRingError::bad_line:
      return "a line is neither a key nor a comment";
    case KeyRingError::wrong_id:
      return "a key was altered: it does not fit its id";
    case KeyRingError::repeated:
      return "a key is there twice";
    case KeyRingError::no_key:
      return "it holds no key";
    case KeyRingError::too_many:
      return "it holds too many keys";
    case KeyRingError::unavailable:
      return "libcrypto failed";
  }
  return "it cannot be used";
}

std::expected<Secret, KeyRingError> KeyRing::generate() {
  try {
    Secret key(std::vector<std::uint8_t>(kKeySize, 0));
    random_bytes(key.writable());
    std::string hex = to_hex(key.bytes());
    std::string text = fmt::format("{}{}\n{:08x} {}\n", kTitle, kVersion, id_of(key).value, hex);
    Secret out(text);
    OPENSSL_cleanse(hex.data(), hex.size());
    OPENSSL_cleanse(text.data(), text.size());
    return out;
  } catch (const StoreFailure&) {
    return std::unexpected(KeyRingError::unavailable);
  }
}

std::expected<KeyRing, KeyRingError> KeyRing::parse(const Secret& text) {
  std::string_view rest = text.text();
  const std::string_view title = take_line(rest);
  if (!title.starts_with(kTitle)) return std::unexpected(KeyRingError::not_a_key_file);
  if (title.substr(kTitle.size()) != kVersion) return std::unexpected(KeyRingError::unknown_version);
  KeyRing ring;
  ring.keys_.reserve(kMostKeys);
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (line.empty() || line.front() == '#') continue;
    if (ring.keys_.size() == kMostKeys) return std::unexpected(KeyRingError::too_many);
    try {
      if (auto added = ring.add(line); !added) return std::unexpected(added.error());
    } catch (const StoreFailure&) {
      return std::unexpected(KeyRingError::unavailable);
    }
  }
  if (ring.keys_.empty()) return std::unexpected(KeyRingError::no_key);
  return ring;
}

std::expected<void, KeyRingError> KeyRing::add(std::string_view line) {
  if (line.size() != kIdDigits + 1 + kKeyDigits || line[kIdDigits] != ' ')
    return std::unexpected(KeyRingError::bad_line);
  const auto key = key_from_hex(line.substr(kIdDigits + 1));
  if (!key) return std::unexpected(KeyRingError::bad_line);
  const KeyId id = id_of(*key);
  if (fmt::format("{:08x}", id.value) != line.substr(0, kIdDigits)) return std::unexpected(KeyRingError::wrong_id);
  if (subkey(id, KeyUse::seal) != nullptr) return std::unexpected(KeyRingError::repeated);
  Key made{id, {}};
  for (std::size_t use = 0; use < kLabels.size(); ++use)
    made.subkeys.at(use) = hkdf_sha256(*key, {}, kLabels.at(use), kKeySize);
  keys_.push_back(std::move(made));
  return {};
}

const Secret* KeyRing::subkey(KeyId id, KeyUse use) const {
  const auto found = std::ranges::find(keys_, id, &Key::id);
  return found == keys_.end() ? nullptr : &of(*found, use);
}

std::vector<KeyId> KeyRing::newest_first() const {
  std::vector<KeyId> ids;
  ids.reserve(keys_.size());
  for (const Key& key : std::views::reverse(keys_)) ids.push_back(key.id);
  return ids;
}

}  // namespace mfa
