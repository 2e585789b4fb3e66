// The state a process inherits from whoever started it (ulimit, nice, trap, taskset), back to what a service expects.
#pragma once

#include <expected>
#include <string>

namespace mfa {

// Default handlers but for SIGPIPE and SIGXFSZ, which are ignored (a full disk or a client that left is an error code
// here, not a death); nothing blocked.
[[nodiscard]] std::expected<void, std::string> normalise_signals();

// As root: no limit on file size, processor time and memory, kOpenFiles descriptors, no core files.
inline constexpr unsigned kOpenFiles = 4096;
[[nodiscard]] std::expected<void, std::string> normalise_limits();

// As root: ordinary priority on all processors, nothing that makes it the first to be killed for memory. What of it the
// system does not let one do (a container) is left as it is: it costs time, not safety.
void normalise_scheduling();

}  // namespace mfa
