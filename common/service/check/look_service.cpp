#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "common/protocol/client.h"
#include "common/service/check/look.h"
#include "common/system/descriptor.h"
#include "common/system/error_text.h"
#include "common/system/programs.h"

namespace mfa {
namespace {

constexpr const char* kStart = "systemctl enable --now mfad-login.socket mfad-user.socket mfad-monitor.socket";
constexpr const char* kStartAnywhere = "mfad --foreground &  (your init system keeps it running)";
constexpr timeval kPatience{.tv_sec = 3, .tv_usec = 0};

bool has_systemd() { return access("/run/systemd/system", F_OK) == 0; }

// 0, or why nobody answers there.
int try_to_connect(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const Descriptor connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connection || setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience) != 0)
    return errno;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how socket addresses are passed
  if (connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return errno;
  ucred peer{};
  socklen_t size = sizeof peer;
  return getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? 0 : errno;
}

void look_at_units(Findings& findings) {
  Programs programs;
  for (const char* unit : {"mfad-login.socket", "mfad-user.socket", "mfad-monitor.socket"}) {
    const auto answer = programs.run({.path = "/usr/bin/systemctl",
                                      .arguments = {"is-enabled", unit},
                                      .input = {},
                                      .limit = std::chrono::seconds(10),
                                      .most_output = 4096});
    if (answer && answer->status != 0)
      findings.push_back(fault("units", fmt::format("{} does not start with the computer", unit),
                               fmt::format("systemctl enable --now {}", unit)));
  }
}

}  // namespace

Findings look_at_service() {
  Findings findings;
  bool any = false;
  for (const char* path : {protocol::kLoginSocket, protocol::kUserSocket}) {
    const int trouble = try_to_connect(path);
    any = any || trouble == 0 || trouble != ENOENT;
    if (trouble == 0) continue;
    findings.push_back(fault("service", fmt::format("{}: the service does not answer: {}", path, error_text(trouble)),
                             has_systemd() ? kStart : kStartAnywhere));
  }
  // Where nothing starts services, as in a container, programs of root start one session each, by design.
  if (!any && !has_systemd())
    findings = {
        good("service", "no service runs: each login starts one for itself, and programs that are not root's cannot")};
  if (findings.empty()) findings.push_back(good("service", "the service answers"));
  if (has_systemd()) look_at_units(findings);
  return findings;
}

}  // namespace mfa
