#include "common/service/monitor/monitor_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/service/monitor/packet.h"

namespace mfa {
namespace {

constexpr timeval kSendLimit{.tv_sec = 2, .tv_usec = 0};  // for connect(2) too, which waits when the backlog is full

bool limit_sending(int socket) {
  return ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &kSendLimit, sizeof kSendLimit) == 0;
}

bool belongs_to(int socket, Uid owner) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == owner.value;
}

bool wait_readable(int socket, std::chrono::steady_clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
    const int found = ::poll(&ready, 1, static_cast<int>(left));
    if (found > 0) return true;
    if (found < 0 && errno != EINTR) return false;
  }
}

}  // namespace

MonitorClient::MonitorClient(Descriptor control) : control_(std::move(control)), owner_(kNoUid) {
  if (control_ && !limit_sending(control_.get())) control_.reset();
}

MonitorClient::MonitorClient(std::string socket, Uid owner) : socket_(std::move(socket)), owner_(owner) {}

PasswordAnswer MonitorClient::check_password(int connection, const Secret& password, std::chrono::seconds* wait) {
  // Longer than any password the monitor takes: not sent, since that would end the channel.
  if (password.size() > kLongestAnswer) return PasswordAnswer::wrong;
  const auto reply = ask(monitor::Question::password, password.text(), connection);
  if (!reply) return PasswordAnswer::unavailable;
  const auto said = monitor::parse_password_reply(*reply);
  if (wait != nullptr) *wait = said.wait;
  return said.answer;
}

monitor::Version MonitorClient::password_version(const Username& user) {
  if (user.value.empty() || user.value.size() > monitor::kLongestName)
    return std::unexpected(monitor::VersionError::unavailable);
  const auto reply = ask(monitor::Question::version, user.value, std::nullopt);
  if (!reply) return std::unexpected(monitor::VersionError::unavailable);
  return monitor::parse_version_reply(*reply);
}

std::optional<std::string> MonitorClient::ask(monitor::Question question, std::string_view content,
                                              std::optional<int> connection) {
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  const Descriptor own_channel = socket_.empty() ? Descriptor() : connect();
  const int channel = socket_.empty() ? control_.get() : own_channel.get();
  auto [ours, theirs] = monitor::packet_pair();
  if (channel < 0 || !ours) return std::nullopt;
  const std::array<int, 2> descriptors{theirs.get(), connection.value_or(-1)};
  if (!monitor::send_packet(channel, static_cast<char>(question), content,
                            std::span(descriptors).first(connection ? 2 : 1)))
    return std::nullopt;
  theirs.reset();  // so that the end of the monitor ends the wait
  if (!wait_readable(ours.get(), deadline)) return std::nullopt;
  std::array<char, monitor::kLongestReply + 1> reply{};
  const auto got = ::recv(ours.get(), reply.data(), reply.size(), MSG_DONTWAIT);
  if (got <= 0) return std::nullopt;
  return std::string(reply.data(), static_cast<std::size_t>(got));
}

Descriptor MonitorClient::connect() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  Descriptor made(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!made || !limit_sending(made.get()) ||
      ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      !belongs_to(made.get(), owner_))
    return {};
  return made;
}

}  // namespace mfa
