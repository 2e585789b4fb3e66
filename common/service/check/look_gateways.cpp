#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

#include "common/check/file_judge.h"
#include "common/config/mistakes.h"
#include "common/service/check/look.h"
#include "common/system/confinement.h"
#include "common/system/privileges.h"
#include "common/system/programs.h"

namespace mfa {
namespace {

constexpr mode_t kPermissions = 07777;
constexpr mode_t kOthers = 07;

void look_at_program(const GatewaySettings& gateway, Findings& findings) {
  const bool whole = gateway.program.starts_with('/');
  const std::string path = whole ? gateway.program : fmt::format("{}/gateways/{}", MFA_LIBEXEC, gateway.program);
  const std::string objection = objection_to_program(path);
  if (objection.empty()) return;
  findings.push_back(fault(
      "gateway-program",
      fmt::format("gateway {}: {}: {}", in_quotes(gateway.name), printable(path), printable(objection)),
      whole ? fmt::format("chown root:root {0} && chmod 0755 {0}  (and every folder above it root's)", printable(path))
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
  else if ((facts.mode & kOthers) != 0)
    tell("can be read by everybody, and may hold a password", fmt::format("chown mfa {0} && chmod 0600 {0}", path));
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
        good("gateways", fmt::format("{} gateway{}, with programs and settings; {}", settings.gateways.size(),
                                     settings.gateways.size() == 1 ? "" : "s",
                                     open.empty() ? "kept out of the key and the store"
                                                  : "not kept out of the key and the store, since " + open)));
  return findings;
}

}  // namespace mfa
