#include "common/store/sealed.h"

#include <fmt/format.h>

#include "common/store/canonical.h"
#include "common/store/failure.h"

namespace mfa {

namespace {

constexpr std::uint8_t kLayout = 1;
constexpr std::size_t kIdSize = 4;
constexpr std::size_t kHeadSize = 1 + kIdSize;
constexpr std::size_t kSmallest = kHeadSize + kGcmNonceSize + kGcmTagSize;

// The head of the blob is authenticated along with the place.
void describe(Canonical& out, const SealedPlace& place, ByteView head) {
  out.bytes(head).number(place.person).number(place.factor).number(place.kind).text(place.label);
}

}  // namespace

std::string seal(const KeyRing& keys, const SealedPlace& place, const Secret& plain) {
  const KeyId id = keys.newest();
  std::array<std::uint8_t, kHeadSize> head{kLayout};
  for (std::size_t i = 0; i < kIdSize; ++i) head.at(1 + i) = static_cast<std::uint8_t>(id.value >> (8 * (3 - i)));
  std::array<std::uint8_t, kGcmNonceSize> nonce{};
  random_bytes(nonce);
  Canonical associated;
  describe(associated, place, head);
  const GcmSealed sealed = gcm_seal(keys.subkey(KeyUse::seal), nonce, associated.view(), plain);

  std::string blob;
  blob.reserve(kSmallest + plain.size());
  blob.append(head.begin(), head.end());
  blob.append(nonce.begin(), nonce.end());
  blob += sealed.ciphertext;
  blob.append(sealed.tag.begin(), sealed.tag.end());
  return blob;
}

KeyId sealed_with(ByteView blob) {
  if (blob.size() < kSmallest || blob[0] != kLayout) throw StoreFailure(StoreError::damaged, "a sealed value is none");
  KeyId id;
  for (std::size_t i = 0; i < kIdSize; ++i) id.value = id.value << 8U | blob[1 + i];
  return id;
}

Secret open_sealed(const KeyRing& keys, const SealedPlace& place, ByteView blob) {
  if (blob.size() < kSmallest || blob[0] != kLayout)
    throw StoreFailure(StoreError::damaged, fmt::format("a sealed {} is no sealed value", place.label));
  const KeyId id = sealed_with(blob);
  const Secret* key = keys.subkey(id, KeyUse::seal);
  if (key == nullptr)
    throw StoreFailure(StoreError::wrong_key,
                       fmt::format("a {} was sealed with the key {:08x}, which is not there", place.label, id.value));
  const ByteView rest = blob.subspan(kHeadSize);
  Canonical associated;
  describe(associated, place, blob.first(kHeadSize));
  auto plain = gcm_open(*key, rest.first(kGcmNonceSize), associated.view(),
                        rest.subspan(kGcmNonceSize, rest.size() - kGcmNonceSize - kGcmTagSize), rest.last(kGcmTagSize));
  if (!plain)
    throw StoreFailure(StoreError::damaged,
                       fmt::format("a sealed {} of person {} was altered or moved", place.label, place.person));
  return std::move(*plain);
}

}  // namespace mfa
