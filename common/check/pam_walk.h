// Every way a login can take through a PAM stack: each module returning each thing it may, as libpam would go on from
// there (pam.conf(5)). What becomes of pam_mfa on the way is what the judge wants to know.
//
// Finite and quick: ways that have come to the same are one. Substacks, jumps and resets are gone through as libpam
// does it; a stack that is too large for that is told to be so.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/check/pam_stack.h"

namespace mfa {

// What a line is to a login.
enum class PamPart : std::uint8_t {
  verify,        // pam_mfa asks for a code, or decides in `account`
  report,        // pam_mfa authfail
  part_answer,   // pam_mfa forward_pass
  password,      // a module that checks one
  condition,     // lets by, or not, by what is known without asking: who, from where, when
  harmless,      // never fails in a way that matters: pam_env, pam_motd
  always_fails,  // pam_deny, and what libpam cannot read
  always_passes,
  unknown,
};
[[nodiscard]] PamPart part_of(const PamLine& line);

inline constexpr const char* kMfaModule = "pam_mfa";

// How a way ended. Lines are indices of the stack.
struct PamEnding {
  enum class Came : std::uint8_t { never, passed, failed };
  bool lets_in = false;
  Came verified = Came::never;  // what the last verifying line said
  Came password = Came::never;  // whether one was right; failed: all that were asked were wrong
  bool verified_first = false;  // before a password that came after it
  bool reported = false;        // authfail was reached
  bool reported_right = false;  // after a right password
  int passed_over = -1;         // the line that led past a verifying one before any was reached
  int password_line = -1;       // that was asked last
  int wrong_line = -1;          // that was asked last before a verifying one asked after nothing but wrong ones
  std::strong_ordering operator<=>(const PamEnding&) const = default;
};

// Nothing if there are too many ways.
[[nodiscard]] std::optional<std::vector<PamEnding>> walk_pam_stack(const PamStack& stack, PamType type);

}  // namespace mfa
