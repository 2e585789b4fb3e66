// What an init system hands to a service: listening sockets (sd_listen_fds(3)) and a place to report to (sd_notify(3)),
// both spoken by hand, since they are few lines and libsystemd would be one more library in the process that decides.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "common/system/descriptor.h"

namespace mfa {

struct HandedSocket {
  std::string name;  // FileDescriptorName of the socket unit
  Descriptor socket;
};

class Supervisor {
 public:
  // Takes from the environment what concerns us, and then empties it: nothing else in it is ours to believe.
  [[nodiscard]] static std::expected<Supervisor, std::string> from_environment();

  // The socket handed under that name; nothing if there is none. Once each.
  [[nodiscard]] Descriptor take(std::string_view name);
  // The only one, whatever its name.
  [[nodiscard]] Descriptor take_only();
  [[nodiscard]] bool handed_any() const { return handed_; }

  void ready() const { tell("READY=1"); }
  void stopping() const { tell("STOPPING=1"); }
  void reloading() const;
  void status(std::string_view text) const;

 private:
  void tell(std::string_view state) const;

  std::vector<HandedSocket> sockets_;
  bool handed_ = false;
  std::string notify_;  // empty: nobody listens
};

// Whether it listens for connections of `type` (SOCK_STREAM …) in the Unix domain.
[[nodiscard]] bool listens(int socket, int type);

}  // namespace mfa
