// The service while it runs: two listeners, and the signals that reload the configuration and end it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/service/current_configuration.h"
#include "common/service/handed.h"
#include "common/service/limits.h"
#include "common/service/listener.h"
#include "common/service/purging.h"
#include "common/service/workings.h"

namespace mfa {

// Of the limit on open files (RLIMIT_NOFILE), what sessions may have: caps that together leave kReservedFiles for the
// rest. Both listeners shrink alike when there are too few.
inline constexpr std::size_t kReservedFiles = 128;
[[nodiscard]] Limits fitted(Limits limits, std::size_t open_files);

class Resident {
 public:
  struct Parts {
    Descriptor login;
    Descriptor user;
    bool shared = false;    // somebody else holds login's socket too, and it stays when we end
    Descriptor signals;     // a signalfd of SIGHUP, SIGTERM, SIGINT and SIGCHLD, all blocked
    pid_t monitor_pid = 0;  // a child whose end is to be noted; 0: none
    const Supervisor& supervisor;
  };

  // Borrows the configuration, the limits and the workings.
  Resident(CurrentConfiguration& configuration, const Limits& limits, Workings& workings, Parts parts);

  // Serves until SIGTERM or SIGINT, lets dialogues end, and says with which status the process is to end. `mistakes`:
  // of the configuration that was read at the start.
  [[nodiscard]] int run(const std::vector<std::string>& mistakes);

 private:
  enum class Asked : std::uint8_t { nothing, end };
  [[nodiscard]] Asked handle_signal();
  void note_start(const std::vector<std::string>& mistakes);
  void reload();
  void reap();
  void turn_next_away();
  [[nodiscard]] bool wait_until_empty(std::chrono::milliseconds limit, bool calls_too);
  [[nodiscard]] bool cut_until_empty(std::chrono::milliseconds limit);
  [[nodiscard]] bool end();
  [[nodiscard]] bool empty();

  CurrentConfiguration& configuration_;
  const Limits& limits_;
  Workings& workings_;
  Journal& journal_;
  Descriptor signals_;
  pid_t monitor_pid_;
  const Supervisor& supervisor_;
  Descriptor shared_login_;  // the socket once more, if somebody else holds it too
  Descriptor emptied_;       // an eventfd: a listener has no session left
  Purging purging_;
  Listener login_;
  Listener user_;
};

}  // namespace mfa
