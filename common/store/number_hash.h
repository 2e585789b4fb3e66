// By what a telephone number is found again without being kept in a form that could be read: a keyed hash.
#pragma once

#include "common/domain/phone_number.h"
#include "common/store/canonical.h"
#include "common/store/crypto.h"

namespace mfa {

// `key`: a subkey for KeyUse::codes. The same for everybody, since one number may serve several people.
[[nodiscard]] inline Digest number_hash(const Secret& key, const PhoneNumber& number) {
  Canonical message;
  message.number(0).text("phone number").text(number.e164);
  return hmac_sha256(key, message.view());
}

}  // namespace mfa
