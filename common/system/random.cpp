#include "common/system/random.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>

#include <cerrno>

#include "common/system/descriptor.h"

namespace mfa {
namespace {

constexpr int kBootWait = 3000;  // milliseconds

// /dev/random becomes readable when the generator is seeded (random(4)); getrandom itself would wait without a limit.
bool wait_for_seed() {
  const Descriptor device(::open("/dev/random", O_RDONLY | O_CLOEXEC));
  if (!device) return false;
  pollfd seeded{.fd = device.get(), .events = POLLIN, .revents = 0};
  return ::poll(&seeded, 1, kBootWait) == 1 && (seeded.revents & POLLIN) != 0;
}

}  // namespace

bool KernelRandom::fill(std::span<std::uint8_t> bytes) {
  bool waited = false;
  while (!bytes.empty()) {
    const auto got = ::getrandom(bytes.data(), bytes.size(), GRND_NONBLOCK);
    if (got > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    } else if (got < 0 && errno == EAGAIN && !waited) {
      waited = true;
      if (!wait_for_seed()) return false;
    } else if (got == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace mfa
