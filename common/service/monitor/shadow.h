// What /etc/shadow says of a password without saying the password: whether there is one that could be typed, and the
// setting part of its crypt string (crypt(5): method, cost, salt), which is new whenever the password is.
//
// Hashes are read, cut off and wiped; none is kept. The map is read anew when the file is another (device, inode, times
// with nanoseconds, size), and each time while its last change is too fresh for its times to tell the next one apart.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace mfa::monitor {

// Of the second field of shadow(5), with its lock (leading '!') taken off. Empty: not a hash of a known form, or of
// one without a salt.
[[nodiscard]] std::string_view setting_of(std::string_view field);

struct ShadowEntry {
  std::string setting;        // empty: no password's
  bool can_be_typed = false;  // false also for a password that is locked
};
using ShadowEntries = std::unordered_map<std::string, ShadowEntry>;

// Of two lines for a name the first counts, as for getspnam(3).
[[nodiscard]] ShadowEntries parse_shadow(std::string_view text);

class ShadowMap {
 public:
  // `clock` is the one that file times are of; tests set it.
  explicit ShadowMap(
      std::string path, std::function<std::time_t()> clock = [] { return std::time(nullptr); })
      : path_(std::move(path)), clock_(std::move(clock)) {}

  struct Answer {
    enum class State : std::uint8_t { unreadable, absent, present } state = State::unreadable;
    ShadowEntry entry;
  };
  [[nodiscard]] Answer look_up(std::string_view name);

  [[nodiscard]] unsigned times_read() const { return times_read_; }

 private:
  [[nodiscard]] bool refresh();
  [[nodiscard]] bool read();

  std::string path_;
  std::function<std::time_t()> clock_;
  ShadowEntries entries_;
  struct stat seen_{};
  bool current_ = false;  // entries_ are those of the file as seen_
  bool settled_ = false;  // and its next change will show in its times
  unsigned times_read_ = 0;
};

}  // namespace mfa::monitor
