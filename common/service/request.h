// What mfa-enroll asks for, read from the JSON of a Request frame: {"verb":"rename","factor":"totp-1","name":"x"}.
//
// Strict, because whoever can open user.sock writes it: one flat object of strings, each verb with exactly its keys, no
// key twice, valid UTF-8 without control characters, at most kLongestRequest bytes. Anything else is no request.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "common/domain/access.h"

namespace mfa {

inline constexpr std::size_t kLongestRequest = 4096;  // bytes

struct Request {
  Verb verb{};
  std::string factor;  // default, rename, remove: an id or a name
  std::string name;    // rename; totp and provision: empty if none was given
  std::string user;    // provision
};

// Or what is wrong with it, for whoever wrote the client.
[[nodiscard]] std::expected<Request, std::string> parse_request(std::string_view json);

}  // namespace mfa
