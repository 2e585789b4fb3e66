// The monitor as a process: forked from an engine that is still root, or a unit of its own under systemd.
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>

#include "common/service/monitor/monitor.h"
#include "common/system/descriptor.h"

namespace mfa::monitor {

struct Handle {
  Descriptor control;  // for MonitorClient
  pid_t pid = 0;       // a child of this process; it ends when the last copy of `control` is closed
};

// Call it as root, before there is any thread and before anything secret is read. The child keeps no descriptor but its
// end of the channel, no capability but the few it needs, cannot be traced and leaves no core file. It outlives SIGINT
// and SIGTERM to the engine's group: dialogues that end with the engine may still need it.
[[nodiscard]] std::expected<Handle, std::string> start_monitor(const Options& options);

// For `mfad --monitor`: serves on a listening SOCK_SEQPACKET socket, for peers of `engine` alone, until SIGTERM or
// SIGINT. The exit status of the process: 0, or 1 after a line on standard error.
[[nodiscard]] int serve_monitor_unit(Descriptor listener, Uid engine, const Options& options);

}  // namespace mfa::monitor
