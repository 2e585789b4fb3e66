// Making the key and the store of a host, safe to repeat and never over anything that is there.
//
// The new key lies under another name until the store that belongs to it is there; so a key without a store always
// means that the store was lost, and a store without a key that the key was. Neither is mended by making a new one: an
// empty store would let everybody in whom the old one asked for a code.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "common/ports/system.h"

namespace mfa {

struct InitStep {
  std::string what;   // a path
  bool made = false;  // or it was there
  std::string detail;
};
struct InitFailure {
  std::string error;
  std::string hint;
};

// As the user that is to own both. The folder must be there. What was made before a failure stays and is safe.
[[nodiscard]] std::expected<std::vector<InitStep>, InitFailure> make_key_and_store(const std::string& store_path,
                                                                                   Journal& journal, UnixTime now);

}  // namespace mfa
