#include "common/service/monitor/packet.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace mfa::monitor {
namespace {

constexpr std::size_t kControl = CMSG_SPACE(sizeof(int) * kMostDescriptors);

std::vector<Descriptor> descriptors_in(msghdr& message) {
  std::vector<Descriptor> found;
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      found.emplace_back(fd);
    }
  }
  return found;
}

}  // namespace

Packet::~Packet() { ::explicit_bzero(buffer_.data(), buffer_.size()); }

Packet::Got Packet::receive(int socket) {
  alignas(cmsghdr) std::array<char, kControl> control{};
  iovec part{.iov_base = buffer_.data(), .iov_len = buffer_.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto got = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0) return errno == EAGAIN || errno == EINTR ? Got::nothing : Got::end;
  descriptors_ = descriptors_in(message);
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return Got::refused;
  size_ = static_cast<std::size_t>(got);
  return size_ == 0 ? Got::end : Got::packet;
}

bool send_packet(int socket, char first, std::string_view rest, std::span<const int> descriptors) {
  if (descriptors.size() > kMostDescriptors) return false;
  alignas(cmsghdr) std::array<char, kControl> control{};
  // sendmsg(2) does not write to what it is given.
  std::array<iovec, 2> parts{
      {{.iov_base = &first, .iov_len = 1}, {.iov_base = const_cast<char*>(rest.data()), .iov_len = rest.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  ssize_t sent = 0;
  do sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(1 + rest.size());
}

std::pair<Descriptor, Descriptor> packet_pair() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return {};
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace mfa::monitor
