// An engine that plays a script: what the tests of the client and of pam_mfa.so talk to instead of mfad.
//
// It listens on a socket in a folder of its own and runs the script, in a thread, with each connection. A script reads
// and writes frames or raw bytes; the connection closes when it returns. Reads give up when the peer closes.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "common/protocol/frame.h"

namespace mfa::test {

using protocol::FrameType;
using protocol::Tag;

inline bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

inline std::optional<std::string> read_bytes(int fd, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t have = 0; have < size;) {
    const ssize_t n = recv(fd, bytes.data() + have, size - have, 0);
    if (n <= 0) return std::nullopt;
    have += static_cast<std::size_t>(n);
  }
  return bytes;
}

// One frame as its type and its fields, copied.
struct Frame {
  FrameType type{};
  std::map<Tag, std::string> fields;
  [[nodiscard]] std::string operator[](Tag tag) const {
    const auto found = fields.find(tag);
    return found == fields.end() ? "(none)" : found->second;
  }
};

inline std::string encoded(const Frame& frame) {
  std::array<char, protocol::kHeader + protocol::kMostPayload> buffer{};
  protocol::FrameWriter writer(buffer, frame.type);
  for (const auto& [tag, bytes] : frame.fields) writer.field(tag, bytes);
  const auto bytes = writer.finish();
  return {bytes.data(), bytes.size()};
}

inline bool write_frame(int fd, const Frame& frame) { return write_all(fd, encoded(frame)); }

inline std::optional<Frame> read_frame(int fd) {
  const auto head = read_bytes(fd, protocol::kHeader);
  const auto header = head ? protocol::parse_header(*head) : std::nullopt;
  if (!header) return std::nullopt;
  const auto payload = read_bytes(fd, header->payload);
  const auto fields = payload ? protocol::Fields::parse(*payload) : std::nullopt;
  if (!fields) return std::nullopt;
  Frame frame{header->type, {}};
  for (int tag = 0; tag < 256; ++tag) {
    if (const auto bytes = fields->get(static_cast<Tag>(tag))) frame.fields[static_cast<Tag>(tag)] = *bytes;
  }
  return frame;
}

inline void wait_for_end(int fd) {
  char c = 0;
  while (recv(fd, &c, 1, 0) > 0) {
  }
}

inline std::string byte(int value) { return {static_cast<char>(value)}; }
inline Frame hello() { return {FrameType::hello, {{Tag::version, byte(1)}, {Tag::oldest, byte(1)}}}; }

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/mfa-module-XXXXXX";
    if (mkdtemp(name) == nullptr) abort();
    path_ = name;
    if (chmod(name, 0755) != 0) abort();
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path(const std::string& name = {}) const {
    return name.empty() ? path_ : path_ + "/" + name;
  }

 private:
  std::string path_;
};

// A listening socket at `path` that anybody may connect to, or -1.
inline int listen_at(const std::string& path, int backlog) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || chmod(path.c_str(), 0777) != 0 ||
      listen(fd, backlog) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

class ScriptedEngine {
 public:
  using Script = std::function<void(int)>;

  explicit ScriptedEngine(Script script) : script_(std::move(script)), listener_(listen_at(socket(), 8)) {
    if (listener_ < 0) abort();
    thread_ = std::thread([this] { serve(); });
  }
  ScriptedEngine(const ScriptedEngine&) = delete;
  ScriptedEngine& operator=(const ScriptedEngine&) = delete;
  ~ScriptedEngine() { stop(); }

  [[nodiscard]] std::string socket() const { return folder_.path("engine.sock"); }
  [[nodiscard]] int connections() const { return connections_; }
  // Listens no more, though the socket's file stays: ECONNREFUSED. The script at hand can read what was sent before,
  // then the end.
  void stop() {
    if (!thread_.joinable()) return;
    shutdown(listener_, SHUT_RDWR);
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      if (connection_ >= 0) shutdown(connection_, SHUT_RD);
    }
    thread_.join();
    close(listener_);
  }

 private:
  void serve() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++connections_;
      hold(fd);
      script_(fd);
      hold(-1);
      close(fd);
    }
  }
  void hold(int fd) {
    const std::lock_guard lock(mutex_);
    connection_ = fd;
    if (stopping_ && fd >= 0) shutdown(fd, SHUT_RD);
  }

  Folder folder_;
  Script script_;
  int listener_;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  int connection_ = -1;
  bool stopping_ = false;
  std::thread thread_;
};

// A listener in a process of another uid, as root can make one.
class Stranger {
 public:
  Stranger(const std::string& path, uid_t uid) {
    int ready[2];
    if (pipe(ready) != 0) abort();
    pid_ = fork();
    if (pid_ == 0) {
      if (setuid(uid) != 0 || listen_at(path, 8) < 0 || write(ready[1], "", 1) != 1) _exit(1);
      for (;;) pause();
    }
    close(ready[1]);
    char c = 0;
    listening_ = read(ready[0], &c, 1) == 1;
    close(ready[0]);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  ~Stranger() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] bool listening() const { return listening_; }

 private:
  pid_t pid_ = -1;
  bool listening_ = false;
};

inline bool is_root() { return geteuid() == 0; }

// The effective uid of somebody else, for the rest of a block.
class Unprivileged {
 public:
  Unprivileged() { changed_ = is_root() && seteuid(65534) == 0; }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;
  ~Unprivileged() {
    if (changed_ && seteuid(0) != 0) abort();
  }

 private:
  bool changed_ = false;
};

}  // namespace mfa::test
