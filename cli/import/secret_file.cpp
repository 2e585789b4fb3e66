#include "cli/import/secret_file.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <expected>
#include <utility>

namespace mfa::cli {

namespace {

using Steady = std::chrono::steady_clock;

constexpr char kRead = 0;  // what stands before the bytes of a file that could be read; else an Unread

bool become(const FileOf& file) {
  const uid_t uid = file.uid;
  const gid_t gid = file.gid;
  // Nothing of what it has from us falls into a core file: 1 keeps it also from a program that takes core files
  // (core(5)), and from the first moment of being somebody else.
  const rlimit least{.rlim_cur = 1, .rlim_max = 1};
  if (setrlimit(RLIMIT_CORE, &least) != 0) return false;
  if (geteuid() == 0 &&
      (file.groups.empty() ? setgroups(1, &gid) : setgroups(file.groups.size(), file.groups.data())) != 0)
    return false;
  if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) return false;
  // Whatever the system's settings: nobody traces it.
  return prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getuid() == uid &&
         (uid == 0 || setuid(0) != 0);
}

Unread why_not_opened(int error) {
  if (error == ENOENT || error == ENOTDIR) return Unread::none;
  if (error == ELOOP || error == EXDEV) return Unread::link;      // EXDEV: it would lead out of the folder
  if (error == ENXIO || error == ENODEV) return Unread::no_file;  // a socket, a device that is not there
  return error == EACCES || error == EPERM ? Unread::denied : Unread::failed;
}

std::expected<int, Unread> open_theirs(const FileOf& file, std::size_t longest) {
  const int folder = open(file.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return std::unexpected(why_not_opened(errno));
  open_how how{};
  how.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const int fd = static_cast<int>(syscall(SYS_openat2, folder, file.name.c_str(), &how, sizeof how));
  if (fd < 0) return std::unexpected(why_not_opened(errno));
  struct stat found{};
  if (fstat(fd, &found) != 0) return std::unexpected(Unread::failed);
  if (!S_ISREG(found.st_mode)) return std::unexpected(Unread::no_file);
  if (found.st_uid != file.uid && found.st_uid != file.owner) return std::unexpected(Unread::not_theirs);
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0) return std::unexpected(Unread::open_to_all);
  if (std::cmp_greater(found.st_size, longest)) return std::unexpected(Unread::too_long);
  return fd;
}

bool put(int to, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = write(to, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

// The child's whole life. After a fork: calls of the system alone.
[[noreturn]] void read_and_leave(const FileOf& file, std::size_t longest, int to) {
  const auto end = [to](Unread why) {
    const char status = static_cast<char>(why);
    _exit(put(to, &status, 1) ? 0 : 1);
  };
  if (!become(file)) end(Unread::failed);
  const auto fd = open_theirs(file, longest);
  if (!fd) end(fd.error());
  std::array<char, 4096> piece{};
  std::size_t all = 0;
  bool begun = false;
  for (;;) {
    const ssize_t got = read(*fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && !begun) end(Unread::failed);
    if (got < 0) _exit(1);
    all += static_cast<std::size_t>(got);
    if (all > longest && !begun) end(Unread::too_long);
    if (all > longest || (!begun && !put(to, &kRead, 1))) _exit(1);  // it grows while it is read
    begun = true;
    if (got == 0) _exit(0);
    if (!put(to, piece.data(), static_cast<std::size_t>(got))) _exit(1);
  }
}

}  // namespace

std::string_view sentence(Unread why) {
  switch (why) {
    case Unread::none:
      return "There is no such file.";
    case Unread::link:
      return "It is a link or lies behind one, and none is followed.";
    case Unread::no_file:
      return "It is no file.";
    case Unread::not_theirs:
      return "It belongs to somebody else.";
    case Unread::open_to_all:
      return "Others may read or write it, so that its key may be known: its mode must be 0600 or 0400.";
    case Unread::too_long:
      return "It is too long for a file of google-authenticator.";
    case Unread::denied:
      return "It may not be read as its user.";
    case Unread::hangs:
      return "The disk it is on does not answer.";
    case Unread::failed:
      break;
  }
  return "It cannot be read.";
}

SecretFileReading::SecretFileReading(const FileOf& file, std::size_t longest) : until_(Steady::now() + kFileLimit) {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  child_ = fork();
  if (child_ == 0) {
    close(ends[0]);
    read_and_leave(file, longest, ends[1]);
  }
  close(ends[1]);
  pipe_ = ends[0];
}

SecretFileReading::~SecretFileReading() {
  if (pipe_ >= 0) close(pipe_);
  if (child_ <= 0) return;
  // It has ended, or it is to; what a network's disk holds fast ends when that answers.
  int status = 0;
  if (waitpid(child_, &status, WNOHANG) == child_) return;
  kill(child_, SIGKILL);
  for (int tries = 0; tries < 50; ++tries) {
    if (waitpid(child_, &status, WNOHANG) != 0) return;
    constexpr timespec kMoment{.tv_sec = 0, .tv_nsec = 2'000'000};
    static_cast<void>(nanosleep(&kMoment, nullptr));
  }
}

std::expected<void, Unread> SecretFileReading::finish(WipedText& to) {
  if (child_ <= 0) return std::unexpected(Unread::failed);
  char status = 0;
  bool told = false;
  for (;;) {
    // What is there already counts, however long nobody looked.
    const auto left =
        std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(until_ - Steady::now()).count(), 0);
    pollfd waiting{.fd = pipe_, .events = POLLIN, .revents = 0};
    const int ready = poll(&waiting, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::unexpected(ready == 0 ? Unread::hangs : Unread::failed);
    if (told && to.room() == 0) return std::unexpected(Unread::too_long);
    const ssize_t got = told ? read(pipe_, to.end(), to.room()) : read(pipe_, &status, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(Unread::failed);
    if (got == 0) break;
    if (told) to.grow(static_cast<std::size_t>(got));
    if (!told && status != kRead) return std::unexpected(static_cast<Unread>(status));
    told = true;
  }
  int ended = 0;
  if (!told || waitpid(child_, &ended, 0) != child_) return std::unexpected(Unread::failed);
  child_ = -1;
  if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0) return std::unexpected(Unread::failed);
  return {};
}

}  // namespace mfa::cli
