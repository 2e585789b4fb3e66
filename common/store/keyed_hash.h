// How codes and the like are kept: as a keyed hash over what they are for, whose they are and their normal form. Each
// use of the codes subkey begins with a label of its own.
#pragma once

#include <string_view>

#include "common/domain/types.h"
#include "common/store/canonical.h"
#include "common/store/crypto.h"

namespace mfa {

[[nodiscard]] inline Digest keyed_hash(const Secret& key, std::string_view use, PersonId person,
                                       std::string_view value) {
  Canonical message;
  message.number(person.value).text(use).text(value);
  return hmac_sha256(key, message.view());
}

}  // namespace mfa
