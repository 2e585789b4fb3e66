#include "common/service/wire.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace mfa {

using protocol::kHeader;

std::span<const char> hello_frame(FrameBuffer& room) {
  protocol::FrameWriter frame(room, protocol::FrameType::hello);
  frame.field(protocol::Tag::version, protocol::kVersion).field(protocol::Tag::oldest, protocol::kOldestVersion);
  return frame.finish();
}

std::expected<void, WireError> Wire::wait(short events, Deadline until) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - limits_.now()).count();
    if (left <= 0) return std::unexpected(WireError::timeout);
    pollfd poll_fd{.fd = fd_, .events = events, .revents = 0};
    const int ready = poll(&poll_fd, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return std::unexpected(WireError::broken);
  }
}

std::expected<Wire::Frame, WireError> Wire::receive(std::chrono::milliseconds within) {
  const Deadline until = limits_.now() + within;
  wipe();
  for (;;) {
    // All that is there, and so one byte too many if there is one: what follows a frame at once is out of turn.
    const ssize_t got = recv(fd_, buffer_.data() + used_, buffer_.size() - used_, MSG_DONTWAIT);
    if (got == 0) return std::unexpected(WireError::end);
    if (got < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return std::unexpected(errno == ECONNRESET ? WireError::end : WireError::broken);
      if (auto ready = wait(POLLIN, until); !ready) return std::unexpected(ready.error());
      continue;
    }
    used_ += static_cast<std::size_t>(got);
    if (limits_.now() >= until) return std::unexpected(WireError::timeout);
    if (used_ < kHeader) continue;
    const auto header = protocol::parse_header(std::span<const char>(buffer_.data(), kHeader));
    if (!header) return std::unexpected(WireError::malformed);
    const std::size_t whole = kHeader + header->payload;
    if (used_ > whole) return std::unexpected(WireError::malformed);
    if (used_ < whole) continue;
    const auto fields = protocol::Fields::parse(std::span<const char>(buffer_.data() + kHeader, header->payload));
    if (!fields) return std::unexpected(WireError::malformed);
    return Frame{header->type, *fields};
  }
}

void Wire::wipe() {
  explicit_bzero(buffer_.data(), used_);
  used_ = 0;
}

bool Wire::spoken_out_of_turn() const {
  char byte = 0;
  return recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
}

bool Wire::send(std::span<const char> frame) {
  if (frame.empty()) return false;
  const Deadline until = limits_.now() + limits_.sending;
  while (!frame.empty()) {
    const ssize_t sent = ::send(fd_, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      frame = frame.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait(POLLOUT, until)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace mfa
