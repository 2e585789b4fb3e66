#include "common/system/terminal_id.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <utility>

#include "common/system/descriptor.h"

namespace mfa {
namespace {

constexpr int kPeerPidfd = 77;  // SO_PEERPIDFD: Linux 6.5, newer than this libc's headers

// A file of /proc, which has its content at the first read.
std::string read_small(int folder, const char* path) {
  const Descriptor file(::openat(folder, path, O_RDONLY | O_CLOEXEC));
  std::array<char, 1024> buffer{};
  if (!file) return {};
  const auto got = ::read(file.get(), buffer.data(), buffer.size());
  return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
}

Descriptor open_process(std::int32_t pid) {
  if (pid <= 0) return {};
  return Descriptor(::open(fmt::format("/proc/{}", pid).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

std::optional<ProcessStat> stat_of(const Descriptor& process) {
  if (!process) return std::nullopt;
  return parse_process_stat(read_small(process.get(), "stat"));
}

bool belongs_to(const Descriptor& process, Uid uid) {
  struct stat found{};
  return ::fstat(process.get(), &found) == 0 && found.st_uid == uid.value;
}

// False if the kernel says that the process which connected is gone; true also where the kernel cannot say.
bool peer_lives(int connection) {
  int fd = -1;
  socklen_t size = sizeof fd;
  if (::getsockopt(connection, SOL_SOCKET, kPeerPidfd, &fd, &size) != 0) return errno == ENOPROTOOPT;
  const Descriptor peer(fd);
  pollfd ended{.fd = peer.get(), .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, 0) == 0;
}

std::optional<std::string> boot_id() {
  auto text = read_small(AT_FDCWD, "/proc/sys/kernel/random/boot_id");
  constexpr std::size_t kLength = 36;
  if (text.size() < kLength) return std::nullopt;
  text.resize(kLength);
  return text;
}

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  constexpr int kSession = 6;
  constexpr int kTerminal = 7;
  constexpr int kStartedAt = 22;
  const auto name_end = text.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_end + 2);
  ProcessStat stat;
  for (int field = 3; field <= kStartedAt; ++field) {
    const auto word = text.substr(0, text.find_first_of(" \n"));
    if (word.empty()) return std::nullopt;
    if (field == kSession && !parse_number(word, stat.session)) return std::nullopt;
    if (field == kTerminal && !parse_number(word, stat.terminal)) return std::nullopt;
    if (field == kStartedAt && !parse_number(word, stat.started_at)) return std::nullopt;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return stat;
}

std::int64_t ticks_since_boot() {
  timespec now{};
  const auto tick = ::sysconf(_SC_CLK_TCK);
  if (tick <= 0 || ::clock_gettime(CLOCK_BOOTTIME, &now) != 0) return 0;
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return now.tv_sec * tick + now.tv_nsec * tick / kNanoseconds;
}

std::optional<TerminalId> terminal_of(int connection, const Caller& caller) {
  const auto process = open_process(caller.pid);
  // In this order: what is open by now is a process that lived while the one that connected still lives.
  if (!process || !peer_lives(connection)) return std::nullopt;
  if (!belongs_to(process, caller.uid)) return std::nullopt;
  const auto own = stat_of(process);
  if (!own || own->terminal == 0 || own->session <= 0) return std::nullopt;
  if (caller.taken_at != 0 && std::cmp_greater(own->started_at, caller.taken_at)) return std::nullopt;

  // While a process is in the session, its leader's number is given to no other process, even if the leader ended.
  const auto leader = stat_of(open_process(own->session));
  if (!leader || leader->session != own->session || leader->terminal != own->terminal) return std::nullopt;
  const auto boot = boot_id();
  if (!boot) return std::nullopt;
  return TerminalId{fmt::format("{}:{}:{}:{}", *boot, own->session, leader->started_at, own->terminal)};
}

}  // namespace mfa
