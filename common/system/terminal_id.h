// Which terminal of which login session a caller sits at: what a step-up is good for.
//
// Two processes have the same id if they belong to the same session (the same leader, told apart from a later process
// of that number by its start time, and from another boot) and the same controlling terminal. A process of the same
// user elsewhere (another login, cron, a service) has another id or none, and only a descendant of the session's
// leader can have this one: the kernel gives a controlling terminal to no one else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/domain/types.h"
#include "common/ports/store.h"

namespace mfa {

// Of the process that made `connection`, a connected Unix socket whose peer is `caller` (SO_PEERCRED). Nothing when it
// has no controlling terminal, is gone, belongs to someone else by now, or cannot be seen (/proc mounted with hidepid).
//
// Protected against a pid that changed hands: /proc/PID is opened once, must belong to the caller's uid, and everything
// is read through it; it must not have begun after the connection was taken (Caller::taken_at), and from Linux 6.5 on
// SO_PEERPIDFD proves that it is still the process that connected. Not protected: a process of the same user that may
// trace (ptrace) or type into (TIOCSTI) those at the terminal; it can do all that they can.
[[nodiscard]] std::optional<TerminalId> terminal_of(int connection, const Caller& caller);

// Now, in clock ticks since boot (proc(5), starttime); 0 if the system does not say.
[[nodiscard]] std::int64_t ticks_since_boot();

// The fields of /proc/PID/stat that matter here (proc(5)).
struct ProcessStat {
  std::int32_t session = 0;      // the session's leader
  std::int32_t terminal = 0;     // device number; 0: none
  std::uint64_t started_at = 0;  // clock ticks since boot
};
// The second field, a name of the process's own choosing, may hold anything: fields count from its last ')'. Nothing
// if it does not look like that file.
[[nodiscard]] std::optional<ProcessStat> parse_process_stat(std::string_view text);

}  // namespace mfa
