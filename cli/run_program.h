// Runs one program of the system to its end: absolute path, no environment, no input, nothing of ours inherited, a
// session of its own (Ctrl-C does not stop it half-way), a time limit.
#pragma once

#include <chrono>
#include <expected>
#include <span>
#include <string>

namespace mfa::cli {

struct Ended {
  int status = 0;      // exit status; 128 + n after signal n
  std::string output;  // at most kMostOutput bytes each; the rest is passed over
  std::string errors;
};
inline constexpr std::size_t kMostOutput = 65536;

// Why it could not be run, in words.
[[nodiscard]] std::expected<Ended, std::string> run_program(std::span<const std::string> command,
                                                            std::chrono::seconds limit);

}  // namespace mfa::cli
