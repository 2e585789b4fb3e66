// Frames on one connection, with time limits: the engine's side of protocol/frame.h.
//
// A limit is for the whole frame, so that a client which sends a byte now and then gains nothing. The two sides take
// turns; whatever arrives out of turn makes the frame malformed. Nothing here blocks longer than it was told to.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <span>

#include "common/protocol/frame.h"
#include "common/service/limits.h"

namespace mfa {

enum class WireError : std::uint8_t {
  end,        // the other side closed
  timeout,    // no whole frame in time
  malformed,  // not a frame, or more than one
  broken,     // the system says so
};

// Room for any one frame.
using FrameBuffer = std::array<char, protocol::kHeader + protocol::kMostPayload>;

// What the engine says first on every connection.
[[nodiscard]] std::span<const char> hello_frame(FrameBuffer& room);

class Wire {
 public:
  // Borrows both.
  Wire(int connection, const Limits& limits) : fd_(connection), limits_(limits) {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() { wipe(); }

  struct Frame {
    protocol::FrameType type{};
    protocol::Fields fields;  // point into this object, until the next receive() or wipe()
  };
  [[nodiscard]] std::expected<Frame, WireError> receive(std::chrono::milliseconds within);
  // Overwrites what was received: answers may be codes or passwords.
  void wipe();
  // Whether bytes have come that nobody asked for yet.
  [[nodiscard]] bool spoken_out_of_turn() const;

  // Sends a whole frame; false if it is void, or could not be sent within limits.sending.
  [[nodiscard]] bool send(std::span<const char> frame);

  [[nodiscard]] int connection() const { return fd_; }

 private:
  using Deadline = Limits::Steady::time_point;
  [[nodiscard]] std::expected<void, WireError> wait(short events, Deadline until) const;

  int fd_;
  const Limits& limits_;
  std::size_t used_ = 0;
  FrameBuffer buffer_;
};

}  // namespace mfa
