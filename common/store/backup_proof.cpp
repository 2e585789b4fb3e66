#include "common/store/backup_proof.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <charconv>

#include "common/store/failure.h"

namespace mfa {

namespace {

constexpr std::string_view kTitle = "mfa-backup ";
constexpr std::string_view kVersion = "1 ";
constexpr std::size_t kIdDigits = 8;
constexpr int kHex = 16;

[[noreturn]] void damaged(const char* why) { throw StoreFailure(StoreError::damaged, fmt::format("the copy {}", why)); }

KeyId key_named_in(std::string_view line) {
  KeyId key;
  const std::string digits(line.substr(0, kIdDigits));
  const char* const end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, key.value, kHex);
  if (error != std::errc() || last != end) damaged("ends with no proof");
  return key;
}

std::string proof_with(const KeyRing& keys, KeyId key, const Digest& all_before) {
  const Secret* const subkey = keys.subkey(key, KeyUse::backup);
  if (subkey == nullptr)
    throw StoreFailure(StoreError::wrong_key, fmt::format("the copy is sealed with {:08x}", key.value));
  return fmt::format("{}{}{:08x} {}\n", kTitle, kVersion, key.value, to_hex(hmac_sha256(*subkey, all_before)));
}

}  // namespace

std::string backup_proof(const KeyRing& keys, const Digest& all_before) {
  return proof_with(keys, keys.newest(), all_before);
}

void check_backup_proof(const KeyRing& keys, std::string_view line, const Digest& all_before) {
  if (line.size() != kBackupProofSize || !line.starts_with(kTitle)) damaged("ends with no proof");
  const std::string_view behind_title = line.substr(kTitle.size());
  if (!behind_title.starts_with(kVersion)) throw StoreFailure(StoreError::too_new, "the copy has a later proof");
  const std::string expected = proof_with(keys, key_named_in(behind_title.substr(kVersion.size())), all_before);
  if (expected.size() != line.size() || CRYPTO_memcmp(expected.data(), line.data(), line.size()) != 0)
    damaged("is not as it was written");
}

}  // namespace mfa
