#include "common/ports/store.h"

namespace mfa {

std::string_view name_of(StoreError error) {
  switch (error) {
    case StoreError::missing:
      return "missing";
    case StoreError::unavailable:
      return "unavailable";
    case StoreError::busy:
      return "busy";
    case StoreError::full:
      return "full";
    case StoreError::damaged:
      return "damaged";
    case StoreError::too_new:
      return "too_new";
    case StoreError::wrong_key:
      return "wrong_key";
    case StoreError::keys_full:
      return "keys_full";
  }
  return "unavailable";
}

}  // namespace mfa
