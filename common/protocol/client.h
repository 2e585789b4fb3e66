// The client's side of a connection: reach the engine, make sure it is the engine, carry frames with time limits.
//
// Freestanding like frame.h (libc only, no exceptions, no environment read). Every wait has a limit.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/protocol/frame.h"

namespace mfa::protocol {

inline constexpr const char* kLoginSocket = "/run/mfa/login.sock";
inline constexpr const char* kUserSocket = "/run/mfa/user.sock";
inline constexpr int kHelloSeconds = 3;     // no hello by then: the service hangs; also the limit of connecting
inline constexpr int kSendSeconds = 3;      // an engine that takes no bytes for so long hangs too
inline constexpr int kFarewellSeconds = 2;  // what a session of our own gets to end after its connection closed

enum class Reached : std::uint8_t {
  service,     // connected to the resident engine
  session,     // the resident engine is not there: a session of our own runs
  no_service,  // ENOENT or ECONNREFUSED and we may not start a session (euid is not 0)
  impostor,    // the peer is neither root nor mfa
  failed,      // anything else, a time-out included
};

// One connection. Not copied; close() or the destructor closes it. No destructor is virtual. 16 KiB: it holds a frame.
// Any failure ends the connection: what comes after it fails too.
class Connection {
 public:
  struct Received {
    FrameType type{};
    Fields fields;
  };
  enum class Failure : std::uint8_t { end, timeout, malformed, error };
  class Deadline;

  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }

  // All waits from now on together end after `seconds`, each with Failure::timeout; close() alone may take longer.
  void limit(int seconds);

  // All of the beginning in one: reach(), sends `first` (Login or Request), waits kHelloSeconds for the engine's first
  // frame, which is Hello or a Verdict that turns us away. If the connection ends before that frame and euid is 0,
  // tries once more with a session of our own. Nothing on failure: way() and why() say which and on which way.
  [[nodiscard]] std::optional<Received> open(const char* socket, std::span<const char> first);

  // Connects to `socket`, waiting kHelloSeconds at most. With euid 0, ENOENT and ECONNREFUSED (never a time-out) start
  // `mfad --session` on a socketpair. Sends nothing. Of `failed`, why() tells a time-out.
  [[nodiscard]] Reached reach(const char* socket);
  // A session of our own in any case: for a service that hangs. euid 0 only. Ends the connection there was.
  [[nodiscard]] Reached start_session();
  // Wipes the buffer and closes; a session of our own gets kFarewellSeconds to end and is reaped. One that said that it
  // lives on is not waited for: whoever reaps our children, or inherits them, does it.
  void close();

  // The whole frame within kSendSeconds, or false. An empty one (FrameWriter's void frame) is refused.
  [[nodiscard]] bool send(std::span<const char> frame);

  // Waits at most `seconds` for one whole frame, however its bytes dribble in; 0 takes what is there. The fields point
  // into this object's buffer until the next call. Nothing on failure: why() says which.
  [[nodiscard]] std::optional<Received> receive(int seconds);
  [[nodiscard]] Failure why() const { return failure_; }
  // errno of a failure that is Failure::error; 0 if there is none to tell.
  [[nodiscard]] int fault() const { return fault_; }
  // How the last reach(), start_session() or open() ended.
  [[nodiscard]] Reached way() const { return way_; }

 private:
  Reached connect_to(const char* socket);
  std::optional<Received> exchange(std::span<const char> first);
  bool read_exactly(std::span<char> bytes, const Deadline& deadline);
  bool fail(Failure failure, int fault = 0);
  [[nodiscard]] Deadline within(int seconds) const;

  std::int64_t latest_ = INT64_MAX;  // of CLOCK_MONOTONIC, in nanoseconds
  int fd_ = -1;
  int child_ = -1;         // pidfd of a session of our own: unlike a pid it can never come to mean another process
  bool lives_on_ = false;  // that session, beyond its verdict
  Failure failure_ = Failure::end;
  int fault_ = 0;
  Reached way_ = Reached::failed;
  char buffer_[kHeader + kMostPayload];
};

// Whether the engine that sent this Hello speaks kVersion.
[[nodiscard]] bool speaks_our_version(const Connection::Received& hello);

}  // namespace mfa::protocol
