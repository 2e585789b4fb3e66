#include "common/store/keyring.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <ranges>
#include <string>
#include <utility>

#include "common/store/crypto.h"
#include "common/store/failure.h"

namespace mfa {

namespace {

constexpr std::string_view kTitle = "mfa-key ";
constexpr std::string_view kVersion = "1";
constexpr std::string_view kWithRetired = "2";
constexpr std::string_view kPasswordVersion = "password-version ";
constexpr std::string_view kRetired = "retired ";
constexpr std::size_t kIdDigits = 8;
constexpr std::size_t kKeyDigits = 2 * kKeySize;

// In the order of KeyUse. Changing one makes every existing store unreadable.
constexpr std::array<std::string_view, 5> kLabels{"mfa store seal 1", "mfa store codes 1", "mfa store trail 1",
                                                  "mfa store password version 1", "mfa store backup 1"};
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

Secret random_key() {
  Secret key(std::vector<std::uint8_t>(kKeySize, 0));
  random_bytes(key.writable());
  return key;
}

Secret subkey_of(const Secret& key, KeyUse use) {
  return hkdf_sha256(key, {}, kLabels.at(static_cast<std::size_t>(use)), kKeySize);
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// What a file says, line for line.
struct KeyLines {
  struct Whole {
    KeyId id;
    Secret key;
  };
  struct Retired {
    KeyId id;
    Secret codes, trail;
  };
  Secret password_version;  // empty: the whole text stands for it
  std::vector<Retired> retired;
  std::vector<Whole> whole;

  [[nodiscard]] bool knows(KeyId id) const {
    return std::ranges::find(retired, id, &Retired::id) != retired.end() ||
           std::ranges::find(whole, id, &Whole::id) != whole.end();
  }
};

std::optional<KeyId> id_from_hex(std::string_view hex) {
  KeyId id;
  if (hex.size() != kIdDigits) return std::nullopt;
  for (const char c : hex) {
    const int value = value_of_hex(c);
    if (value < 0) return std::nullopt;
    id.value = id.value << 4U | static_cast<std::uint32_t>(value);
  }
  return id;
}

using Added = std::expected<void, KeyRingError>;

Added add_whole(KeyLines& file, std::string_view line) {
  if (line.size() != kIdDigits + 1 + kKeyDigits || line[kIdDigits] != ' ')
    return std::unexpected(KeyRingError::bad_line);
  auto key = key_from_hex(line.substr(kIdDigits + 1));
  if (!key) return std::unexpected(KeyRingError::bad_line);
  const KeyId id = id_of(*key);
  if (id_from_hex(line.substr(0, kIdDigits)) != id) return std::unexpected(KeyRingError::wrong_id);
  if (file.knows(id)) return std::unexpected(KeyRingError::repeated);
  if (file.whole.size() == kMostKeys) return std::unexpected(KeyRingError::too_many);
  file.whole.push_back({id, *std::move(key)});
  return {};
}

// Behind the word.
Added add_retired(KeyLines& file, std::string_view line) {
  constexpr std::size_t kCodes = kIdDigits + 1;
  constexpr std::size_t kTrail = kCodes + kKeyDigits + 1;
  if (line.size() != kTrail + kKeyDigits || line[kCodes - 1] != ' ' || line[kTrail - 1] != ' ')
    return std::unexpected(KeyRingError::bad_line);
  const auto id = id_from_hex(line.substr(0, kIdDigits));
  auto codes = key_from_hex(line.substr(kCodes, kKeyDigits));
  auto trail = key_from_hex(line.substr(kTrail));
  if (!id || !codes || !trail) return std::unexpected(KeyRingError::bad_line);
  if (file.knows(*id)) return std::unexpected(KeyRingError::repeated);
  if (file.retired.size() == kMostRetired) return std::unexpected(KeyRingError::too_many);
  file.retired.push_back({*id, *std::move(codes), *std::move(trail)});
  return {};
}

Added add_password_version(KeyLines& file, std::string_view hex) {
  auto key = key_from_hex(hex);
  if (!key) return std::unexpected(KeyRingError::bad_line);
  if (!file.password_version.empty()) return std::unexpected(KeyRingError::repeated);
  file.password_version = *std::move(key);
  return {};
}

Added add_line(KeyLines& file, std::string_view line, bool with_retired) {
  if (line.empty() || line.front() == '#') return {};
  if (with_retired && line.starts_with(kRetired)) return add_retired(file, line.substr(kRetired.size()));
  if (with_retired && line.starts_with(kPasswordVersion))
    return add_password_version(file, line.substr(kPasswordVersion.size()));
  return add_whole(file, line);
}

// Throws StoreFailure if libcrypto fails.
std::expected<KeyLines, KeyRingError> parsed(const Secret& text) {
  std::string_view rest = text.text();
  const std::string_view title = take_line(rest);
  if (!title.starts_with(kTitle)) return std::unexpected(KeyRingError::not_a_key_file);
  const std::string_view version = title.substr(kTitle.size());
  if (version != kVersion && version != kWithRetired) return std::unexpected(KeyRingError::unknown_version);
  KeyLines file;
  while (!rest.empty())
    if (auto added = add_line(file, take_line(rest), version == kWithRetired); !added)
      return std::unexpected(added.error());
  if (file.whole.empty()) return std::unexpected(KeyRingError::no_key);
  return file;
}

// While there is no line for it the monitor keys with the whole text. HMAC hashes a key of more than 64 bytes, which a
// file always is (RFC 2104 §2), so this keys alike.
Secret standing_for(const Secret& text) { return Secret(sha256_of_both(text.bytes(), {})); }

void append_hex(std::string& text, const Secret& key) {
  std::string hex = to_hex(key.bytes());
  text += hex;
  OPENSSL_cleanse(hex.data(), hex.size());
}

Secret written(const KeyLines& file) {
  std::string text;
  text.reserve(kLargestKeyFile);  // never moved, so nothing is left behind
  text.append(kTitle).append(kWithRetired).append("\n").append(kPasswordVersion);
  append_hex(text, file.password_version);
  text += '\n';
  for (const auto& [id, codes, trail] : file.retired) {
    text += fmt::format("{}{:08x} ", kRetired, id.value);
    append_hex(text, codes);
    text += ' ';
    append_hex(text, trail);
    text += '\n';
  }
  for (const auto& [id, key] : file.whole) {
    text += fmt::format("{:08x} ", id.value);
    append_hex(text, key);
    text += '\n';
  }
  Secret out(text);
  OPENSSL_cleanse(text.data(), text.size());
  return out;
}

Added retire(KeyLines& file, const KeyLines::Whole& key) {
  if (file.retired.size() == kMostRetired) return std::unexpected(KeyRingError::too_many);
  file.retired.push_back({key.id, subkey_of(key.key, KeyUse::codes), subkey_of(key.key, KeyUse::trail)});
  return {};
}

// What a change makes of the text.
template <class Change>
std::expected<Secret, KeyRingError> changed(const Secret& text, Change change) {
  try {
    auto file = parsed(text);
    if (!file) return std::unexpected(file.error());
    if (file->password_version.empty()) file->password_version = standing_for(text);
    if (Added done = change(*file); !done) return std::unexpected(done.error());
    return written(*file);
  } catch (const StoreFailure&) {
    return std::unexpected(KeyRingError::unavailable);
  }
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
    const Secret key = random_key();
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
  try {
    auto file = parsed(text);
    if (!file) return std::unexpected(file.error());
    KeyRing ring;
    ring.keys_.reserve(file->retired.size() + file->whole.size());
    for (auto& [id, codes, trail] : file->retired)
      ring.keys_.push_back({id, {Secret(), std::move(codes), std::move(trail), Secret(), Secret()}});
    for (const auto& [id, key] : file->whole) {
      Key made{id, {}};
      for (std::size_t use = 0; use < kLabels.size(); ++use)
        made.subkeys.at(use) = subkey_of(key, static_cast<KeyUse>(use));
      ring.keys_.push_back(std::move(made));
    }
    ring.openers_ = file->whole.size();
    ring.sealing_ = ring.keys_.size() - 1;
    return ring;
  } catch (const StoreFailure&) {
    return std::unexpected(KeyRingError::unavailable);
  }
}

std::expected<Secret, KeyRingError> KeyRing::with_retired_of_these(const Secret& text,
                                                                   const std::vector<KeyId>& needed) {
  return changed(text, [&needed](KeyLines& file) -> Added {
    std::erase_if(file.retired, [&needed](const KeyLines::Retired& key) {
      return std::ranges::find(needed, key.id) == needed.end();
    });
    return {};
  });
}

std::expected<Secret, KeyRingError> KeyRing::with_new_key(const Secret& text) {
  return changed(text, [](KeyLines& file) -> Added {
    if (file.whole.size() == kMostKeys || file.retired.size() + file.whole.size() > kMostRetired)
      return std::unexpected(KeyRingError::too_many);
    Secret key = random_key();
    const KeyId id = id_of(key);
    file.whole.push_back({id, std::move(key)});
    return {};
  });
}

std::expected<Secret, KeyRingError> KeyRing::with_one_key(const Secret& text, KeyId kept) {
  return changed(text, [kept](KeyLines& file) -> Added {
    std::vector<KeyLines::Whole> all = std::exchange(file.whole, {});
    const auto found = std::ranges::find(all, kept, &KeyLines::Whole::id);
    if (found == all.end()) return std::unexpected(KeyRingError::no_key);
    file.whole.push_back(std::move(*found));
    for (auto key = all.begin(); key != found; ++key)
      if (Added done = retire(file, *key); !done) return done;
    return {};
  });
}

std::expected<Secret, KeyRingError> KeyRing::with_retired_of(const Secret& text, const Secret& other) {
  return changed(text, [&other](KeyLines& file) -> Added {
    auto more = parsed(other);
    if (!more) return std::unexpected(more.error());
    for (KeyLines::Retired& key : more->retired) {
      if (file.knows(key.id)) continue;
      if (file.retired.size() == kMostRetired) return std::unexpected(KeyRingError::too_many);
      file.retired.push_back(std::move(key));
    }
    for (const KeyLines::Whole& key : more->whole) {
      if (file.knows(key.id)) continue;
      if (Added done = retire(file, key); !done) return done;
    }
    return {};
  });
}

std::expected<Secret, KeyRingError> KeyRing::joined(const Secret& text, const Secret& other) {
  return changed(text, [&other](KeyLines& file) -> Added {
    auto more = parsed(other);
    if (!more) return std::unexpected(more.error());
    for (KeyLines::Retired& key : more->retired)
      if (!file.knows(key.id)) file.retired.push_back(std::move(key));
    const auto known = [&file](const KeyLines::Whole& key) {
      return std::ranges::find(file.whole, key.id, &KeyLines::Whole::id) != file.whole.end();
    };
    std::erase_if(more->whole, known);
    for (const KeyLines::Whole& key : more->whole)  // whole again
      std::erase_if(file.retired, [&](const KeyLines::Retired& old) { return old.id == key.id; });
    file.whole.insert(file.whole.begin(), std::make_move_iterator(more->whole.begin()),
                      std::make_move_iterator(more->whole.end()));
    if (file.retired.size() > kMostRetired || file.whole.size() > kMostKeys)
      return std::unexpected(KeyRingError::too_many);
    return {};
  });
}

bool KeyRing::opens_with(KeyId id) const { return subkey(id, KeyUse::seal) != nullptr; }

bool KeyRing::choose(KeyId id) {
  if (!opens_with(id)) return false;
  sealing_ = static_cast<std::size_t>(std::ranges::find(keys_, id, &Key::id) - keys_.begin());
  return true;
}

const Secret* KeyRing::subkey(KeyId id, KeyUse use) const {
  const auto found = std::ranges::find(keys_, id, &Key::id);
  if (found == keys_.end() || of(*found, use).empty()) return nullptr;
  return &of(*found, use);
}

std::vector<KeyId> KeyRing::not_older_than_own() const {
  std::vector<KeyId> ids;
  for (std::size_t i = sealing_; i < keys_.size(); ++i) ids.push_back(keys_.at(i).id);
  return ids;
}

std::vector<KeyId> KeyRing::newest_first() const {
  std::vector<KeyId> ids;
  ids.reserve(keys_.size());
  for (const Key& key : std::views::reverse(keys_)) ids.push_back(key.id);
  return ids;
}

}  // namespace mfa
