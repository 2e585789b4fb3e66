// How a command ended: the exit status that scripts read, and what went wrong in words for a person.
//
// The statuses are a promise to scripts (product.md, mfa-enroll). A Failure says what happened and what to type next.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace mfa::cli {

enum class ExitStatus : std::uint8_t {
  done = 0,
  refused = 1,      // refused or failed, with the reason
  usage = 2,        // the command line is wrong
  unreachable = 3,  // the service or the store cannot be reached
};

struct Failure {
  ExitStatus status = ExitStatus::refused;
  std::string error;  // what happened
  std::string hint;   // the next thing to type or do; may be empty
  bool fault = true;  // false: the person wished it so
};

template <class T>
using Outcome = std::expected<T, Failure>;

}  // namespace mfa::cli
