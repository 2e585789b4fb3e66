#include "common/service/handed.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>

namespace mfa {
namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START
constexpr int kMost = 16;

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before there is any thread
  return value == nullptr ? "" : value;
}

std::optional<long> number(const std::string& text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> split(std::string_view text, char by) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(by);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

int option(int socket, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

bool listens(int socket, int type) {
  return option(socket, SO_DOMAIN) == AF_UNIX && option(socket, SO_TYPE) == type && option(socket, SO_ACCEPTCONN) == 1;
}

std::expected<Supervisor, std::string> Supervisor::from_environment() {
  Supervisor made;
  made.notify_ = variable("NOTIFY_SOCKET");
  const auto meant_for = number(variable("LISTEN_PID"));
  const auto count = number(variable("LISTEN_FDS"));
  const auto names = split(variable("LISTEN_FDNAMES"), ':');
  if (clearenv() != 0) return std::unexpected("cannot empty the environment");
  if (!meant_for || *meant_for != getpid() || !count || *count == 0) return made;
  if (*count < 0 || *count > kMost) return std::unexpected(fmt::format("LISTEN_FDS={} makes no sense", *count));
  made.handed_ = true;
  for (int i = 0; i < *count; ++i) {
    Descriptor socket(kFirst + i);
    if (fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0) return std::unexpected("a handed descriptor is not open");
    const auto place = static_cast<std::size_t>(i);
    made.sockets_.push_back({.name = place < names.size() ? names[place] : "", .socket = std::move(socket)});
  }
  return made;
}

Descriptor Supervisor::take(std::string_view name) {
  for (auto& handed : sockets_)
    if (handed.name == name && handed.socket) return std::move(handed.socket);
  return {};
}

Descriptor Supervisor::take_only() {
  if (sockets_.size() != 1) return {};
  return std::move(sockets_.front().socket);
}

void Supervisor::reloading() const {
  // The time is what Type=notify-reload asks for.
  timespec now{};
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return;
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000LL + now.tv_nsec / 1000));
}

void Supervisor::status(std::string_view text) const { tell(fmt::format("STATUS={}", text)); }

// Nobody's loss if it does not arrive.
void Supervisor::tell(std::string_view state) const {
  sockaddr_un address{};
  if (notify_.empty() || notify_.size() >= sizeof address.sun_path || (notify_[0] != '/' && notify_[0] != '@')) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, notify_.data(), notify_.size());
  if (notify_[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_.size());
  (void)sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
               reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace mfa
