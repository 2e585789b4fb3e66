#include "common/service/workings.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "common/numbers/program_numbers.h"
#include "common/service/open_store.h"
#include "common/system/countries.h"
#include "common/system/host_name.h"
#include "common/system/terminal_id.h"

namespace mfa {

monitor::Options monitor_options(const CurrentConfiguration& configuration, Uid owner) {
  const auto settings = configuration.snapshot().settings;
  monitor::Options options;
  options.key_path = key_path_of(settings ? settings->store_path : Settings{}.store_path);
  options.key_owners = {owner};
  return options;
}

Workings::Workings(CurrentConfiguration& configuration, const Limits& limits, MonitorClient monitor, bool resident,
                   SyslogJournal::Options syslog)
    : configuration_(configuration),
      limits_(limits),
      journal_(std::move(syslog)),
      monitor_(std::move(monitor)),
      versions_(monitor_),
      failed_passwords_(journal_, limits),
      store_(
          [this](bool alone) -> std::expected<std::shared_ptr<Store>, StoreError> {
            const Snapshot snapshot = configuration_.snapshot();
            if (!snapshot.settings) return std::unexpected(StoreError::unavailable);
            return open_store(store_path(*snapshot.settings), journal_, alone);
          },
          resident, limits,
          [this](bool alone) -> std::expected<std::shared_ptr<Store>, StoreError> {
            const Snapshot snapshot = configuration_.snapshot();
            if (!snapshot.settings) return std::unexpected(StoreError::unavailable);
            return store_to_replace(store_path(*snapshot.settings), journal_, alone);
          }),
      server_(short_host_name()),
      resident_(resident) {}

std::string Workings::store_path(const Settings& settings) {
  if (!resident_) return settings.store_path;
  const std::lock_guard lock(store_path_mutex_);
  if (store_path_.empty()) store_path_ = settings.store_path;
  return store_path_;
}

// The one of the store in use, and the one that is to be used next.
std::vector<ClosedFolder> Workings::closed_folders(const Settings& settings) {
  const std::string now = store_path(settings);
  std::vector<ClosedFolder> closed{closed_to_programs(now)};
  ClosedFolder next = closed_to_programs(settings.store_path);
  if (settings.store_path != now && access(next.path.c_str(), F_OK) == 0) closed.push_back(std::move(next));
  return closed;
}

std::shared_ptr<Countries> Workings::countries(const Settings& settings) {
  const std::pair<std::string, std::string> wanted{settings.geo_database, settings.geo_home};
  const std::lock_guard lock(countries_mutex_);
  if (!countries_ || countries_of_ != wanted) {
    countries_ = std::make_shared<DatabaseCountries>(settings.geo_database, settings.geo_home);
    countries_of_ = wanted;
  }
  return countries_;
}

SessionContext Workings::context(Accounts& accounts) {
  return {
      .limits = limits_,
      .configuration = [this] { return configuration_.snapshot(); },
      .store = store_,
      .no_store = no_store_,
      .clock = clock_,
      .random = random_,
      .accounts = accounts,
      .accounts_of_reports = &report_accounts_,
      .versions = versions_,
      .failed_passwords = failed_passwords_,
      .journal = journal_,
      .server = server_,
      .countries = [this](const Settings& settings) { return countries(settings); },
      .gateway =
          [this](const Settings& settings) {
            return std::make_unique<ProgramGateways>(settings.gateways, gateway_memory_, programs_, journal_,
                                                     ProgramGateways::Options{.closed = closed_folders(settings)});
          },
      .numbers =
          [this](const Settings& settings) {
            return std::make_unique<ProgramNumbers>(programs_,
                                                    ProgramNumbers::Options{.closed = closed_folders(settings)});
          },
      .password_check = [this](int connection) { return std::make_unique<ConnectionPassword>(monitor_, connection); },
      .terminal = [](int connection, const Caller& caller) { return terminal_of(connection, caller); },
      .calls = &calls_,
      .crowd = &crowd_};
}

}  // namespace mfa
