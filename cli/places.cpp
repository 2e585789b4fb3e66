#include "cli/places.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "cli/descriptor.h"
#include "cli/terminal.h"

namespace mfa::cli {

namespace {

constexpr mode_t kPermissions = 07777;
constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kSharedFolder = 0755;
constexpr mode_t kSharedFile = 0644;
constexpr mode_t kOthersWrite = 0022;
constexpr std::size_t kLongestFile = std::size_t{1} << 20U;  // bytes of a default configuration

std::unexpected<Failure> failed(std::string_view what, const std::string& path) {
  const int error = errno;
  return std::unexpected(Failure{.error = fmt::format("{} {}: {}.", what, path, std::strerror(error)),
                                 .hint = "Mend that, then run this again; it is safe to repeat."});
}

// What is wrong with an owner and mode, for people; nothing if all is right.
std::string wrongs(const struct stat& found, const Owner& owner, bool mode_is_right) {
  std::string text;
  if (found.st_uid != owner.uid || found.st_gid != owner.gid)
    text = fmt::format("the owner was {}:{}", found.st_uid, found.st_gid);
  if (!mode_is_right)
    text += fmt::format("{}the mode was {:04o}", text.empty() ? "" : ", ", found.st_mode & kPermissions);
  return text;
}

// Of something that root owns: nobody else writes, `reader` reads (and enters, if it is a folder).
bool shared_well(const struct stat& found, const Owner& root, const Owner& reader) {
  const mode_t access = S_ISDIR(found.st_mode) ? 05 : 04;
  const bool for_all = (found.st_mode & access) == access;
  const bool for_group = found.st_gid == reader.gid && (found.st_mode & (access << 3U)) == access << 3U;
  return found.st_uid == root.uid && (found.st_mode & kOthersWrite) == 0 && (for_all || for_group);
}

Outcome<void> set(const Descriptor& place, const std::string& path, const Owner& owner, mode_t mode) {
  if (fchown(place.get(), owner.uid, owner.gid) != 0) return failed("Cannot set the owner of", path);
  if (fchmod(place.get(), mode) != 0) return failed("Cannot set the mode of", path);
  return {};
}

struct Wanted {
  Owner owner;
  mode_t mode;
  std::optional<Owner> reader;  // shared with; nothing: private, and exactly so
};

Outcome<void> ensure_folder(const std::string& path, const Wanted& wanted, Steps& steps) {
  const bool made = mkdir(path.c_str(), kPrivateFolder) == 0;
  if (!made && errno != EEXIST) return failed("Cannot make", path);
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder.get() < 0 && (errno == ENOTDIR || errno == ELOOP))
    return std::unexpected(Failure{.error = fmt::format("{} is a link or no folder.", path),
                                   .hint = "Put a folder in its place (to keep it elsewhere, mount it there)."});
  struct stat found{};
  if (folder.get() < 0 || fstat(folder.get(), &found) != 0) return failed("Cannot open", path);
  std::string wrong;
  if (wanted.reader) {
    if (!shared_well(found, wanted.owner, *wanted.reader)) wrong = wrongs(found, wanted.owner, false);
  } else {
    wrong = wrongs(found, wanted.owner, (found.st_mode & kPermissions) == wanted.mode);
  }
  if (made || !wrong.empty()) {
    if (auto done = set(folder, path, wanted.owner, wanted.mode); !done) return done;
  }
  const Did did = made ? Did::made : wrong.empty() ? Did::kept : Did::mended;
  steps.push_back({.what = path, .did = did, .detail = did == Did::mended ? wrong : ""});
  return {};
}

std::expected<std::string, int> read_whole(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return std::unexpected(errno);
  std::string content;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno != EINTR) return std::unexpected(errno);
    if (got == 0) return content;
    if (got > 0) content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > kLongestFile) return std::unexpected(EFBIG);
  }
}

// The whole file or none of it, and never over one that is there.
Outcome<void> make_file(const std::string& path, const std::string& content, const Owner& owner) {
  std::string draft = path + ".XXXXXX";
  const Descriptor file(mkostemp(draft.data(), O_CLOEXEC));
  if (file.get() < 0) return failed("Cannot make", path);
  Outcome<void> result = set(file, path, owner, kSharedFile);
  if (result && !(write_all(file.get(), content) && fsync(file.get()) == 0)) result = failed("Cannot write", path);
  if (result && link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) result = failed("Cannot make", path);
  if (unlink(draft.c_str()) != 0 && result) result = failed("Cannot remove", draft);
  const Descriptor folder(open(path.substr(0, path.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (result && (folder.get() < 0 || fsync(folder.get()) != 0)) result = failed("Cannot write the folder of", path);
  return result;
}

}  // namespace

Outcome<void> ensure_private_folder(const std::string& path, const Owner& owner, Steps& steps) {
  return ensure_folder(path, {.owner = owner, .mode = kPrivateFolder, .reader = std::nullopt}, steps);
}

Outcome<void> ensure_shared_folder(const std::string& path, const Owner& root, const Owner& reader, Steps& steps) {
  return ensure_folder(path, {.owner = root, .mode = kSharedFolder, .reader = reader}, steps);
}

Outcome<void> ensure_shared_file(const std::string& path, const std::string& original, const Owner& root,
                                 const Owner& reader, Steps& steps) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0 && errno == ELOOP) {
    steps.push_back({.what = path, .did = Did::kept, .detail = "a link"});
    return {};
  }
  if (file.get() < 0 && errno != ENOENT) return failed("Cannot open", path);
  if (file.get() < 0) {
    const auto content = read_whole(original);
    if (!content) {
      errno = content.error();
      return failed("Cannot read", original);
    }
    if (auto made = make_file(path, *content, root); !made) return made;
    steps.push_back({.what = path, .did = Did::made, .detail = ""});
    return {};
  }
  struct stat found{};
  if (fstat(file.get(), &found) != 0) return failed("Cannot open", path);
  if (!S_ISREG(found.st_mode))
    return std::unexpected(
        Failure{.error = fmt::format("{} is no file.", path), .hint = "Put a file in its place, or remove it."});
  if (shared_well(found, root, reader)) {
    steps.push_back({.what = path, .did = Did::kept, .detail = ""});
    return {};
  }
  if (auto mended = set(file, path, root, kSharedFile); !mended) return mended;
  std::string detail = wrongs(found, root, false);
  if ((found.st_mode & kOthersWrite) != 0 || found.st_uid != root.uid)
    detail += "; others could write it: read it through";
  steps.push_back({.what = path, .did = Did::mended, .detail = detail});
  return {};
}

}  // namespace mfa::cli
