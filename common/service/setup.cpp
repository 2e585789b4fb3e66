// The modes that end by themselves, and the monitor's.
#include <fmt/format.h>
#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/config/configuration.h"
#include "common/config/mistakes.h"
#include "common/config/unplaced.h"
#include "common/config/unreachable.h"
#include "common/json/json_writer.h"
#include "common/service/current_configuration.h"
#include "common/service/handed.h"
#include "common/service/init.h"
#include "common/service/modes.h"
#include "common/service/monitor/monitor_process.h"
#include "common/service/workings.h"
#include "common/system/clock.h"
#include "common/system/error_text.h"
#include "common/system/journal.h"
#include "common/system/privileges.h"
#include "common/system/process_limits.h"

namespace mfa {
namespace {

std::string_view text_of(const WipedText& json) { return {json.data(), json.size()}; }

int tell_failure(const InitFailure& failure) {
  JsonWriter json;
  json.open_object().member("error", failure.error).member("hint", failure.hint).close_object();
  fmt::print(stderr, "{}\n", text_of(json.text()));
  return 1;
}

void tell_step(const InitStep& step) {
  JsonWriter json;
  json.open_object().member("what", step.what).member("did", step.made ? "made" : "kept");
  if (!step.detail.empty()) json.member("detail", step.detail);
  json.close_object();
  fmt::print("{}\n", text_of(json.text()));
}

std::expected<std::string, InitFailure> store_path_for_init(const CommandLine& line) {
  CurrentConfiguration configuration(line.configuration);
  const auto mistakes = configuration.reload();
  if (!mistakes.empty())
    return std::unexpected(InitFailure{.error = mistakes.front(), .hint = "See them all: mfad --check-config"});
  return configuration.snapshot().settings->store_path;
}

// What the settings name and this computer does not have now: no mistakes of the file, but hardly meant.
void warn_of_what_is_missing(const Settings& settings) {
  for (const std::string& group : groups_mentioned(settings.rules)) {
    if (getgrnam(group.c_str()) == nullptr)
      fmt::print("warning: there is no group \"{}\" on this computer: a rule that asks for it denies\n",
                 printable(group));
  }
  if (!settings.geo_database.empty() && access(settings.geo_database.c_str(), R_OK) != 0)
    fmt::print("warning: the country database {} cannot be read: {}\n", printable(settings.geo_database),
               error_text(errno));
}

}  // namespace

int run_init(const CommandLine& line) {
  if (geteuid() != 0)
    return tell_failure({.error = "Only root can set up this computer.", .hint = "Run it with sudo."});
  if (auto done = prepare_session_process(); !done) return tell_failure({.error = done.error(), .hint = ""});
  const auto store_path = store_path_for_init(line);
  if (!store_path) return tell_failure(store_path.error());
  const auto user = service_user();
  if (!user) return tell_failure({.error = user.error() + ".", .hint = "Run: mfa-enroll admin init"});
  if (auto done = become(user->uid, user->gid); !done) return tell_failure({.error = done.error(), .hint = ""});
  SyslogJournal journal;
  const auto steps = make_key_and_store(*store_path, journal, SystemClock().now());
  if (!steps) return tell_failure(steps.error());
  for (const auto& step : *steps) tell_step(step);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

int run_check_config(const CommandLine& line) {
  const auto [read, files] = load_configuration_files(line.configuration);
  if (!read) {
    for (const auto& error : read.error()) fmt::print("{}\n", to_string(error));
    return 1;
  }
  for (const auto& file : files) fmt::print("{}: no mistakes\n", printable(file));
  fmt::print("{} rule{}\n", read->rules.size(), read->rules.size() == 1 ? "" : "s");
  for (const auto& sentence : unreachable_rules(read->rules)) fmt::print("warning: {}\n", sentence);
  for (const auto& sentence : unplaced_rules(*read)) fmt::print("warning: {}\n", sentence);
  warn_of_what_is_missing(*read);
  return 0;
}

int run_monitor(const CommandLine& line) {
  const auto fail = [](std::string_view why) {
    fmt::print(stderr, "mfad: error: {}\n", why);
    return 1;
  };
  auto supervisor = Supervisor::from_environment();
  if (!supervisor) return fail(supervisor.error());
  Descriptor listener = supervisor->take_only();
  if (!listens(listener.get(), SOCK_SEQPACKET))
    return fail("the monitor must be handed its listening socket (systemd)");
  CurrentConfiguration configuration(line.configuration);
  for (const auto& mistake : configuration.reload()) fmt::print(stderr, "mfad: error: {}\n", mistake);
  const auto user = service_user();
  if (!user) return fail(user.error());
  return monitor::serve_monitor_unit(std::move(listener), user->uid, monitor_options(configuration, user->uid));
}

}  // namespace mfa
