#include "common/system/secure_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "common/system/descriptor.h"
#include "common/system/error_text.h"
#include "common/system/random.h"

namespace mfa {
namespace {

std::unexpected<std::string> failure(const std::string& path, std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", path, what));
}

std::unexpected<std::string> system_failure(const std::string& path, std::string_view act, int error) {
  return std::unexpected(fmt::format("{}: cannot {}: {}", path, act, error_text(error)));
}

// Why this file may not be used; empty if it may.
std::string_view objection(const struct stat& found, const FileRules& rules) {
  if (!S_ISREG(found.st_mode)) return "is not a regular file";
  if (std::ranges::find(rules.owners, Uid{found.st_uid}) == rules.owners.end()) return "belongs to the wrong user";
  if (rules.secret && (found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return "can be reached by others than its owner (chmod go= would mend that, if nobody has read it yet)";
  if (!rules.secret && (found.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "can be written by others than its owner";
  if (rules.secret && found.st_nlink != 1) return "has more than one name (a hard link)";
  if (found.st_size < 0 || static_cast<std::size_t>(found.st_size) > rules.most) return "is too large";
  return {};
}

bool write_all(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

struct Place {
  std::string folder;
  std::string name;
};

Place place_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

std::optional<std::string> random_suffix() {
  std::array<std::uint8_t, 8> bytes{};
  if (!KernelRandom().fill(bytes)) return std::nullopt;
  std::string text;
  for (const auto byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

// Removes the file under its first name, unless it got its own.
class Draft {
 public:
  Draft(int folder, std::string name) : folder_(folder), name_(std::move(name)) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (!name_.empty()) ::unlinkat(folder_, name_.c_str(), 0);
  }
  [[nodiscard]] const char* name() const { return name_.c_str(); }
  // Zero or an errno; EEXIST if there is such a file already.
  [[nodiscard]] int publish(const char* as) {
    if (::renameat2(folder_, name_.c_str(), folder_, as, RENAME_NOREPLACE) == 0) {
      name_.clear();
      return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // A file system without RENAME_NOREPLACE: a second name, then the first one goes.
    return ::linkat(folder_, name_.c_str(), folder_, as, 0) == 0 ? 0 : errno;
  }
  // Zero or an errno.
  [[nodiscard]] int take_the_place_of(const char* another) {
    if (::renameat(folder_, name_.c_str(), folder_, another) != 0) return errno;
    name_.clear();
    return 0;
  }

 private:
  int folder_;
  std::string name_;
};

}  // namespace

std::expected<Secret, std::string> read_file(const std::string& path, const FileRules& rules) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!file) {
    if (errno == ELOOP) return failure(path, "is a symbolic link");
    return system_failure(path, "open it", errno);
  }
  struct stat found{};
  if (::fstat(file.get(), &found) != 0) return system_failure(path, "look at it", errno);
  if (const auto why = objection(found, rules); !why.empty()) return failure(path, why);

  // One byte more than its size: a file that grows meanwhile is not read in part.
  const auto size = static_cast<std::size_t>(found.st_size);
  const std::vector<std::uint8_t> room(size + 1);
  Secret content{std::span<const std::uint8_t>(room)};
  std::size_t used = 0;
  while (used < content.size()) {
    const auto got = ::read(file.get(), content.writable().data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(path, "read it", errno);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  if (used != size) return failure(path, "changed while it was read");
  return Secret(content.bytes().first(size));
}

namespace {

std::expected<void, std::string> write_file(const std::string& path, const Secret& content, mode_t mode,
                                            const std::optional<FileOwner>& owner, bool replacing) {
  const auto [folder_path, name] = place_of(path);
  const Descriptor folder(::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return system_failure(folder_path, "open the folder", errno);
  const auto suffix = random_suffix();
  if (!suffix) return failure(path, "the kernel gave no random bytes");

  const std::string draft_name = fmt::format(".{}.{}", name, *suffix);
  const Descriptor file(
      ::openat(folder.get(), draft_name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR));
  if (!file) return system_failure(path, "create it", errno);
  Draft draft(folder.get(), draft_name);

  if (owner && ::fchown(file.get(), owner->uid.value, owner->gid.value) != 0)
    return system_failure(path, "give it to its owner", errno);
  if (::fchmod(file.get(), mode) != 0) return system_failure(path, "set its mode", errno);
  if (!write_all(file.get(), content.bytes())) return system_failure(path, "write it", errno);
  if (::fsync(file.get()) != 0) return system_failure(path, "bring it to the disk", errno);
  if (const int error = replacing ? draft.take_the_place_of(name.c_str()) : draft.publish(name.c_str()); error != 0) {
    if (error == EEXIST) return failure(path, "is there already; it is never overwritten");
    return system_failure(path, "name it", error);
  }
  if (::fsync(folder.get()) != 0) return system_failure(folder_path, "bring the folder to the disk", errno);
  return {};
}

}  // namespace

std::expected<void, std::string> create_file(const std::string& path, const Secret& content, mode_t mode,
                                             const std::optional<FileOwner>& owner) {
  return write_file(path, content, mode, owner, /*replacing=*/false);
}

std::expected<void, std::string> replace_file(const std::string& path, const Secret& content, mode_t mode) {
  return write_file(path, content, mode, std::nullopt, /*replacing=*/true);
}

}  // namespace mfa
