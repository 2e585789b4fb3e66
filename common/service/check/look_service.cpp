#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/check/service_judge.h"
#include "common/protocol/client.h"
#include "common/service/check/look.h"
#include "common/service/check/look_sshd.h"
#include "common/system/descriptor.h"
#include "common/system/error_text.h"
#include "common/system/programs.h"

namespace mfa {
namespace {

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

std::vector<std::string> units_off() {
  Programs programs;
  std::vector<std::string> off;
  for (const char* unit : {"mfad-login.socket", "mfad-user.socket", "mfad-monitor.socket"}) {
    const auto answer = programs.run({.path = "/usr/bin/systemctl",
                                      .arguments = {"is-enabled", unit},
                                      .input = {},
                                      .limit = std::chrono::seconds(10),
                                      .most_output = 4096});
    if (answer && answer->status != 0) off.emplace_back(unit);
  }
  return off;
}

// Somebody's own, as of an earlier release.
std::vector<std::string> units_over() {
  std::vector<std::string> over;
  for (const char* unit : {"mfad.service", "mfad-monitor.service"}) {
    std::string path = fmt::format("/etc/systemd/system/{}", unit);
    const auto text = contents_of(path);
    if (text && text->contains("ExecStart=") && !text->contains(MFA_MFAD)) over.push_back(std::move(path));
  }
  return over;
}

}  // namespace

Findings look_at_service() {
  ServiceFacts facts{.sockets = {}, .systemd = has_systemd(), .units_off = {}, .units_over = {}};
  for (const char* path : {protocol::kLoginSocket, protocol::kUserSocket}) {
    const int trouble = try_to_connect(path);
    facts.sockets.push_back(
        {.path = path, .trouble = trouble == 0 ? "" : std::string(error_text(trouble)), .is_there = trouble != ENOENT});
  }
  if (facts.systemd) {
    facts.units_off = units_off();
    facts.units_over = units_over();
  }
  return judge_service(facts);
}

}  // namespace mfa
