// The line of an SSH public key, told from everything else that people give in its place. Pure.
//
// What is no public key never leaves this program: a private key, a password typed at the wrong prompt. Of a public
// one only type and base64 do; its comment stays here. Whether the key counts is the engine's to say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "cli/outcome.h"

namespace mfa::cli {

inline constexpr std::size_t kLongestKeyLine = 16384;  // bytes; a security key's has some 150

struct PublicKey {
  std::string line;     // "sk-ssh-ed25519@openssh.com AAAA…", what is sent
  std::string type;     // its first word
  std::string comment;  // may be anything; may be empty
};

enum class NoKey : std::uint8_t {
  nothing,        // an empty line or a comment
  private_key,    // of OpenSSH, PEM or PuTTY
  other_format,   // a public key as RFC 4716 or PEM write it
  no_public_key,  // anything else
  too_long,       // for a request; no security key's is
};

[[nodiscard]] std::expected<PublicKey, NoKey> parse_public_key(std::string_view line);

// `place`: the file's name; "" if the line was typed.
[[nodiscard]] Failure failure_of(NoKey why, std::string_view place);

}  // namespace mfa::cli
