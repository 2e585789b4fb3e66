// What mfad can be started as, one function each. Each returns the exit status of the process: 0, or 1 after it said
// why (on standard error, and to syslog where nobody reads that).
#pragma once

#include "common/service/command_line.h"

namespace mfa {

// Serves both sockets: those an init system handed over, or its own. Starts as root and becomes mfa for good, or is
// mfa.
[[nodiscard]] int run_foreground(const CommandLine& line);

// Serves one dialogue on a connected socket whose other end is root's, as user mfa.
[[nodiscard]] int run_session(const CommandLine& line);

// Root's part as a unit of its own; see monitor/monitor_process.h.
[[nodiscard]] int run_monitor(const CommandLine& line);

// Makes what is missing of key and store; see init.h.
[[nodiscard]] int run_init(const CommandLine& line);

[[nodiscard]] int run_check_config(const CommandLine& line);

// Looks at everything but what is in the store, as root, and prints a JSON object for each finding; see check/look.h.
[[nodiscard]] int run_check(const CommandLine& line);

}  // namespace mfa
