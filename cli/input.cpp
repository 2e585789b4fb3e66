#include "cli/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/language/language.h"

namespace mfa::cli {

std::expected<std::size_t, NoInput> read_some(int fd, char* bytes, std::size_t most,
                                              std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return std::unexpected(NoInput::too_late);
    pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = poll(&waiting, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return std::unexpected(NoInput::failed);
    if (ready <= 0) continue;
    const ssize_t got = read(fd, bytes, most);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR && errno != EAGAIN) return std::unexpected(NoInput::failed);
  }
}

Failure failure_of(NoInput why, std::string_view place) {
  switch (why) {
    case NoInput::too_long:
      return {.error = say("There is too much in {}.", place), .hint = say("Is it the right file?")};
    case NoInput::too_late:
      return {.error = say("Nothing came from {} within two minutes.", place),
              .hint = say("Start again when it is ready.")};
    case NoInput::failed:
      break;
  }
  return {.error = say("{} cannot be read.", place), .hint = say("Is it a file, and still there?")};
}

Outcome<Descriptor> open_input(const std::string& path) {
  // Without O_NONBLOCK a named pipe that nobody writes would be waited for here, without a limit.
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR)
      return std::unexpected(Failure{.error = say("There is no file {}.", path), .hint = say("Is its name right?")});
    const std::string why = error == EACCES ? say("permission denied") : std::strerror(error);
    return std::unexpected(Failure{.error = say("{} cannot be read: {}.", path, why), .hint = say("May you read it?")});
  }
  struct stat found{};
  if (fstat(file.get(), &found) != 0) return std::unexpected(failure_of(NoInput::failed, path));
  if (S_ISDIR(found.st_mode))
    return std::unexpected(Failure{.error = say("{} is a folder.", path), .hint = say("Give a file in it.")});
  return file;
}

std::expected<std::optional<std::string>, NoInput> read_line(int fd, std::size_t longest) {
  const auto deadline = std::chrono::steady_clock::now() + kInputLimit;
  std::string line;
  for (;;) {
    char byte = 0;
    const auto got = read_some(fd, &byte, 1, deadline);
    if (!got) return std::unexpected(got.error());
    if (*got == 0 && line.empty()) return std::nullopt;
    if (*got == 0 || byte == '\n') return line;
    if (line.size() == longest) return std::unexpected(NoInput::too_long);
    line += byte;
  }
}

std::expected<std::string, NoInput> read_all(int fd, std::size_t most) {
  std::string all;
  std::array<char, 65536> piece{};
  for (;;) {
    const auto got = read_some(fd, piece.data(), piece.size(), std::chrono::steady_clock::now() + kInputLimit);
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return all;
    if (all.size() + *got > most) return std::unexpected(NoInput::too_long);
    all.append(piece.data(), *got);
  }
}

}  // namespace mfa::cli
