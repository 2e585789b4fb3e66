#include "common/system/local_accounts.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <limits>

#include "common/system/descriptor.h"

namespace mfa {
namespace {

constexpr std::size_t kFields = 7;  // passwd(5)
constexpr std::string_view kBlanks = " \t\r\v\f";

std::optional<std::string> read_whole(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  if (status.st_size > static_cast<off_t>(LocalAccounts::kLargest)) return std::nullopt;
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + have, text.size() - have);
    if (got <= 0) return std::nullopt;  // it became shorter, or cannot be read
    have += static_cast<std::size_t>(got);
  }
  return text;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

// One line says "passwd: files", and what is found there is the answer: no action follows that says otherwise.
bool files_come_first(std::string_view text) {
  std::optional<bool> first;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    line = line.substr(0, line.find('#'));
    std::string_view rest = line;
    const std::string_view database = take_word(rest);
    if (!database.starts_with("passwd")) continue;
    if (first || database != "passwd:" || take_word(rest) != "files") return false;
    first = !take_word(rest).starts_with('[');
  }
  return first.value_or(false);
}

std::optional<std::uint32_t> number(std::string_view digits) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  return value;
}

std::optional<Account> account_in(std::string_view line) {
  std::array<std::string_view, kFields> fields;
  for (std::size_t i = 0; i < kFields; ++i) {
    const std::size_t end = line.find(':');
    if ((end == std::string_view::npos) != (i == kFields - 1)) return std::nullopt;
    fields.at(i) = line.substr(0, end);
    if (end != std::string_view::npos) line.remove_prefix(end + 1);
  }
  const auto uid = number(fields[2]);
  const auto gid = number(fields[3]);
  if (!uid || !gid || fields[0].empty()) return std::nullopt;
  return Account{.name = {std::string(fields[0])}, .uid = {*uid}, .gid = {*gid}};
}

// Comments are nobody's; a line that the name service might read otherwise than this file ends it.
bool is_plain(std::string_view line) {
  return line.empty() || (line[0] != '+' && line[0] != '-' && !kBlanks.contains(line[0]));
}

template <class Is>
std::optional<Account> first_line(const std::string& path, Is is) {
  const auto text = read_whole(path);
  if (!text || text->contains('\0')) return std::nullopt;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::string_view line = take_line(rest);
    if (!is_plain(line)) return std::nullopt;
    if (line.empty() || line.starts_with('#') || !is(line)) continue;
    return account_in(line);
  }
  return std::nullopt;
}

bool same_file(const struct stat& one, const struct stat& other) {
  const auto same_time = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size &&
         same_time(one.st_mtim, other.st_mtim) && same_time(one.st_ctim, other.st_ctim);
}

}  // namespace

std::optional<Account> LocalAccounts::by_name(std::string_view name) {
  if (!come_first()) return std::nullopt;
  return first_line(passwd_, [name](std::string_view line) {
    return line.size() > name.size() && line[name.size()] == ':' && line.starts_with(name);
  });
}

std::optional<Account> LocalAccounts::by_uid(Uid uid) {
  if (!come_first()) return std::nullopt;
  return first_line(passwd_, [uid](std::string_view line) {
    const auto account = account_in(line);
    return !account || account->uid == uid;  // one that cannot be read may be theirs, to the name service
  });
}

bool LocalAccounts::come_first() {
  struct stat now{};
  if (::stat(nsswitch_.c_str(), &now) != 0) return false;
  const std::lock_guard lock(mutex_);
  if (!same_file(now, seen_)) {
    const auto text = read_whole(nsswitch_);
    first_ = text && files_come_first(*text);
    seen_ = now;
  }
  return first_;
}

}  // namespace mfa
