#include "common/service/monitor/shadow.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <vector>

#include "common/domain/types.h"
#include "common/system/descriptor.h"

namespace mfa::monitor {
namespace {

constexpr off_t kLargest = 256L << 20;  // bytes: more than a million users
constexpr std::time_t kSettled = 2;     // seconds; file systems keep times to a tick or, the oldest, to 2 s

bool same_file(const struct stat& a, const struct stat& b) {
  const auto same_time = [](const timespec& x, const timespec& y) {
    return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
  };
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size && same_time(a.st_mtim, b.st_mtim) &&
         same_time(a.st_ctim, b.st_ctim);
}

bool in_crypt_alphabet(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '.' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

// crypt(5): no hash has one of these, whatever its method.
bool could_be_a_hash(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '*' && c != '!' && c != '\\'; });
}

std::string_view without_lock(std::string_view field) {
  return field.substr(std::min(field.find_first_not_of('!'), field.size()));
}

// "$id$…$hash"; bcrypt alone writes its salt and its hash in one (22 and 31 characters).
std::string_view modular_setting(std::string_view text) {
  constexpr std::size_t kBcrypt = 60;
  constexpr std::size_t kBcryptSetting = 29;
  if (text.starts_with("$2")) return text.size() == kBcrypt ? text.substr(0, kBcryptSetting) : std::string_view();
  if (text.starts_with("$3$")) return {};  // NT: no salt, so nothing tells one password from the next
  const auto last = text.rfind('$');
  const bool has_hash = last + 1 < text.size();
  return has_hash && std::ranges::count(text, '$') >= 3 ? text.substr(0, last) : std::string_view();
}

bool read_whole(int fd, std::span<std::uint8_t> room) {
  while (!room.empty()) {
    const auto got = ::read(fd, room.data(), room.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    room = room.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

}  // namespace

std::string_view setting_of(std::string_view field) {
  constexpr std::size_t kDes = 13;
  constexpr std::size_t kDesSalt = 2;
  constexpr std::size_t kBigcryptBlock = 11;
  constexpr std::size_t kBsdi = 20;
  constexpr std::size_t kBsdiSetting = 9;
  const auto text = without_lock(field);
  if (text.empty() || !could_be_a_hash(text)) return {};
  if (text[0] == '$') return modular_setting(text);
  if (text[0] == '_')
    return text.size() == kBsdi && in_crypt_alphabet(text.substr(1)) ? text.substr(0, kBsdiSetting)
                                                                     : std::string_view();
  const bool is_des = text.size() >= kDes && (text.size() - kDesSalt) % kBigcryptBlock == 0;
  return is_des && in_crypt_alphabet(text) ? text.substr(0, kDesSalt) : std::string_view();
}

ShadowEntries parse_shadow(std::string_view text) {
  ShadowEntries entries;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto name_end = line.find(':');
    if (name_end == std::string_view::npos || name_end == 0 || line[0] == '+' || line[0] == '-') continue;
    const auto rest = line.substr(name_end + 1);
    const auto field = rest.substr(0, rest.find(':'));
    const auto setting = setting_of(field);
    // One of a method without salt, or of one that is not known here, may be typed all the same.
    const bool can_be_typed = could_be_a_hash(field) && (!setting.empty() || field.starts_with('$'));
    entries.try_emplace(std::string(line.substr(0, name_end)),
                        ShadowEntry{.setting = std::string(setting), .can_be_typed = can_be_typed});
  }
  return entries;
}

ShadowMap::Answer ShadowMap::look_up(std::string_view name) {
  if (!refresh()) return {};
  const auto found = entries_.find(std::string(name));
  if (found == entries_.end()) return {.state = Answer::State::absent, .entry = {}};
  return {.state = Answer::State::present, .entry = found->second};
}

bool ShadowMap::refresh() {
  struct stat now{};
  if (::stat(path_.c_str(), &now) == 0 && current_ && settled_ && same_file(now, seen_)) return true;
  constexpr int kAttempts = 3;  // it may change while it is read
  for (int attempt = 0; attempt < kAttempts; ++attempt)
    if (read()) return true;
  current_ = false;
  entries_.clear();
  return false;
}

bool ShadowMap::read() {
  ++times_read_;
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat before{};
  if (!file || ::fstat(file.get(), &before) != 0 || !S_ISREG(before.st_mode) || before.st_size > kLargest) return false;
  const std::vector<std::uint8_t> room(static_cast<std::size_t>(before.st_size));
  Secret content{std::span<const std::uint8_t>(room)};
  struct stat after{};
  if (!read_whole(file.get(), content.writable()) || ::fstat(file.get(), &after) != 0 || !same_file(before, after))
    return false;

  entries_ = parse_shadow(content.text());
  seen_ = after;
  current_ = true;
  const auto last_change = std::max(after.st_mtim.tv_sec, after.st_ctim.tv_sec);
  settled_ = clock_() - last_change >= kSettled;
  return true;
}

}  // namespace mfa::monitor
