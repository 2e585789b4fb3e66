// The real ports behind sessions, made once in a process that has given up root. Users get an access to accounts of
// their own, and so do reports of wrong passwords: a directory that hangs under their look-ups holds up no login of
// root's programs.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/gateways/program_gateways.h"
#include "common/service/calls_under_way.h"
#include "common/service/current_configuration.h"
#include "common/service/failed_passwords.h"
#include "common/service/limits.h"
#include "common/service/monitor/monitor.h"
#include "common/service/monitor/monitor_client.h"
#include "common/service/session.h"
#include "common/service/store_on_demand.h"
#include "common/system/accounts.h"
#include "common/system/clock.h"
#include "common/system/confinement.h"
#include "common/system/journal.h"
#include "common/system/programs.h"
#include "common/system/random.h"

namespace mfa {

// What the monitor of this configuration is to know: the key with which versions of passwords are keyed, and whose it
// is.
[[nodiscard]] monitor::Options monitor_options(const CurrentConfiguration& configuration, Uid owner);

class Workings {
 public:
  // Borrows both. `resident`: the store is this process's alone.
  Workings(CurrentConfiguration& configuration, const Limits& limits, MonitorClient monitor, bool resident,
           SyslogJournal::Options syslog = {});
  Workings(const Workings&) = delete;
  Workings& operator=(const Workings&) = delete;
  ~Workings() = default;

  [[nodiscard]] SessionContext for_logins() { return context(login_accounts_); }
  [[nodiscard]] SessionContext for_users() { return context(user_accounts_); }
  [[nodiscard]] Journal& journal() { return journal_; }
  [[nodiscard]] StoreOnDemand& store() { return store_; }
  [[nodiscard]] CallsUnderWay& calls() { return calls_; }

 private:
  [[nodiscard]] SessionContext context(Accounts& accounts);
  [[nodiscard]] std::shared_ptr<Countries> countries(const Settings& settings);
  // Where the store is: of a resident process, for as long as it lives, where it was first.
  [[nodiscard]] std::string store_path(const Settings& settings);
  [[nodiscard]] std::vector<ClosedFolder> closed_folders(const Settings& settings);

  CurrentConfiguration& configuration_;
  const Limits& limits_;
  SyslogJournal journal_;
  SystemClock clock_;
  KernelRandom random_;
  NssAccounts login_accounts_;
  NssAccounts user_accounts_;
  NssAccounts report_accounts_;
  MonitorClient monitor_;
  MonitorVersions versions_;
  CountedFailures failed_passwords_;
  Programs programs_;
  GatewayMemory gateway_memory_;
  StoreOnDemand store_;
  NoStore no_store_;
  Crowd crowd_{{}};
  const std::string server_;

  const bool resident_;
  std::mutex store_path_mutex_;
  std::string store_path_;  // under that; empty: no configuration was valid yet

  std::mutex countries_mutex_;  // guards the two below
  std::pair<std::string, std::string> countries_of_;
  std::shared_ptr<Countries> countries_;

  CallsUnderWay calls_{journal_};  // the last: it ends before what its calls use
};

}  // namespace mfa
