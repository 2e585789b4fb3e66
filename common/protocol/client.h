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
inline constexpr int kHelloSeconds = 3;  // no hello by then: the service hangs (product.md, When things break)

enum class Reached : std::uint8_t {
  service,   // connected to the resident engine
  session,   // the resident engine is not there: a session of our own runs
  no_service,   // ENOENT or ECONNREFUSED and we may not start a session (euid is not 0)
  impostor,  // the peer is neither root nor mfa
  failed,    // anything else, a time-out included
};

// One connection. Not copied; close() or the destructor closes it. No destructor is virtual.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }

  // Connects to `socket`. With euid 0, ENOENT and ECONNREFUSED (never a time-out) start `mfad --session` on a
  // socketpair. Sends nothing.
  [[nodiscard]] Reached reach(const char* socket);
  // A session of our own in any case: for a service that hangs. euid 0 only.
  [[nodiscard]] Reached start_session();
  void close();

  [[nodiscard]] bool send(std::span<const char> frame);

  struct Received {
    FrameType type{};
    Fields fields;
  };
  enum class Failure : std::uint8_t { end, timeout, malformed, error };
  // Waits at most `seconds` for one whole frame. The fields point into this object's buffer until the next call.
  // Nothing on failure: why() says which.
  [[nodiscard]] std::optional<Received> receive(int seconds);
  [[nodiscard]] Failure why() const { return failure_; }

 private:
  int fd_ = -1;
  int child_ = -1;  // pid of a session of our own
  Failure failure_ = Failure::end;
  char buffer_[kHeader + kMostPayload];
};

}  // namespace mfa::protocol
