// Takes what is sent to a datagram socket and drops it, a few hundred times a second.
//
// Usage: bench_drain DESCRIPTOR   (until it is killed)
// In place of syslog while logins are measured: who logs finds room and wakes nobody, whichever module it is.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <iostream>

namespace {

constexpr useconds_t kPause = 2000;  // microseconds; what comes meanwhile has to fit (net.unix.max_dgram_qlen)

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bench_drain DESCRIPTOR\n";
    return 2;
  }
  const int socket = std::atoi(argv[1]);
  std::array<char, 1> byte{};
  for (;;) {
    while (recv(socket, byte.data(), byte.size(), MSG_DONTWAIT | MSG_TRUNC) >= 0) {
    }
    if (errno != EAGAIN && errno != EINTR) return 1;
    usleep(kPause);
  }
}
