#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/check/file_judge.h"
#include "common/check/gateway_judge.h"
#include "common/config/mistakes.h"
#include "common/gateways/program_gateways.h"
#include "common/service/check/look.h"
#include "common/service/open_store.h"
#include "common/system/confinement.h"
#include "common/system/journal.h"
#include "common/system/privileges.h"
#include "common/system/programs.h"

namespace mfa {
namespace {

constexpr mode_t kPermissions = 07777;
constexpr std::chrono::seconds kForTrial{5};

void look_at_program(const GatewaySettings& gateway, Findings& findings) {
  const bool whole = gateway.program.starts_with('/');
  const std::string path = whole ? gateway.program : fmt::format("{}/gateways/{}", MFA_LIBEXEC, gateway.program);
  const std::string objection = objection_to_program(path);
  if (objection.empty()) return;
  if (!whole && std::ranges::find(kGatewayPrograms, gateway.program) == kGatewayPrograms.end() &&
      access(path.c_str(), F_OK) != 0) {
    findings.push_back(fault("gateway-program",
                             fmt::format("gateway {}: there is no program {}{}", in_quotes(gateway.name),
                                         in_quotes(gateway.program), suggestion(gateway.program, kGatewayPrograms)),
                             fmt::format("Write program = \"…\": {}; or the whole path of one of your own",
                                         fmt::join(kGatewayPrograms, ", "))));
    return;
  }
  findings.push_back(judge_program(gateway.name, path, objection,
                                   whole ? "Put the program there, or write its whole path as program"
                                         : "apt install --reinstall libpam-mfa  (or install it again as README says)"));
}

void look_at_settings(const GatewaySettings& gateway, const ServiceUser& user, Findings& findings) {
  const auto tell = [&](std::string_view what, std::string mend) {
    findings.push_back(fault(
        "gateway-settings",
        fmt::format("gateway {}: {} {}", in_quotes(gateway.name), printable(gateway.settings), what), std::move(mend)));
  };
  const std::string path = printable(gateway.settings);
  struct stat found{};
  if (stat(gateway.settings.c_str(), &found) != 0) {
    tell("is not there", fmt::format("Copy a ready one from /usr/share/mfa/gateways and fill it in: {}", path));
    return;
  }
  const FileFacts facts{
      .kind = FileFacts::Kind::file, .uid = found.st_uid, .gid = found.st_gid, .mode = found.st_mode & kPermissions};
  if (!readable_by(facts, user.uid.value, user.gid.value))
    tell("cannot be read by the service", fmt::format("chown mfa {0} && chmod 0600 {0}", path));
}

// As the service itself: whether a program can be run so that it is kept out, and what it misses by that.
Findings look_at_confinement(Programs& programs, const std::vector<ClosedFolder>& closed) {
  const auto ran = programs.run(
      {.path = "/bin/true", .arguments = {}, .input = {}, .limit = kForTrial, .most_output = 1, .closed = closed});
  if (!ran || ran->status != 0)
    return {judge_trial({.folder = closed.front().path,
                         .trouble = ran ? "it failed" : std::string(in_words(ran.error())),
                         .enters_folder = access(closed.front().path.c_str(), X_OK) == 0,
                         .opens_null = access("/dev/null", R_OK | W_OK) == 0})};
  Findings findings;
  if (Confinement::missing().empty())
    for (const std::string& folder : Confinement(closed).unlisted())
      findings.push_back(
          good("gateways", fmt::format("{} cannot be listed by mfa: of what else is in it, gateways reach "
                                       "nothing",
                                       printable(folder))));
  return findings;
}

}  // namespace

Findings look_at_gateways(const Settings& settings) {
  Findings findings;
  const auto user = service_user();
  if (!user) return findings;  // told with the files
  for (const GatewaySettings& gateway : settings.gateways) {
    look_at_program(gateway, findings);
    look_at_settings(gateway, *user, findings);
  }
  const std::string open = Confinement::missing();
  if (!any_fault(findings) && !settings.gateways.empty())
    findings.push_back(
        good("gateways", open.empty() ? "their programs are kept out of the key and the store"
                                      : "their programs are not kept out of the key and the store, since " + open));
  return findings;
}

Findings ask_gateways(const Settings& settings) {
  const auto user = service_user();
  if (!user || settings.gateways.empty()) return {};
  if (auto done = become(user->uid, user->gid); !done)
    return {fault("gateways", "the programs of the gateways cannot be asked about their settings: " + done.error(),
                  "Run this as root of the whole computer, not of a container that keeps it from other users")};
  Programs programs;
  GatewayMemory memory;
  SyslogJournal journal;
  const std::vector<ClosedFolder> closed{closed_to_programs(settings.store_path)};
  Findings findings = look_at_confinement(programs, closed);
  if (any_fault(findings)) return findings;
  append(findings, judge_gateways(ProgramGateways(settings.gateways, memory, programs, journal,
                                                  ProgramGateways::Options{.closed = closed})
                                      .check()));
  return findings;
}

}  // namespace mfa
