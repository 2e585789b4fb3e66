#include "common/system/confinement.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "common/system/descriptor.h"
#include "common/system/error_text.h"

namespace mfa {
namespace {

// What later kernels know and Debian 12's headers do not name: landlock(7), "Access rights" and "Scope flags".
constexpr std::uint64_t kTruncate = 1ULL << 14U;
constexpr std::uint64_t kAbstractSockets = 1ULL << 0U;
constexpr std::uint64_t kSignals = 1ULL << 1U;

struct Attributes {  // struct landlock_ruleset_attr as of version 6; earlier ones are its beginning
  std::uint64_t files = 0;
  std::uint64_t network = 0;  // 0: left as it is
  std::uint64_t scoped = 0;
};

constexpr std::uint64_t kOfAFile =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kOfAFolder = LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

constexpr int kMovesBetweenFolders = 2;  // the version that has LANDLOCK_ACCESS_FS_REFER
constexpr int kTruncates = 3;
constexpr int kScopes = 6;

struct Rights {
  std::uint64_t file;
  std::uint64_t folder;
};

Rights rights_of(int version) {
  const std::uint64_t file = kOfAFile | (version >= kTruncates ? kTruncate : 0);
  return {.file = file, .folder = file | kOfAFolder | (version >= kMovesBetweenFolders ? LANDLOCK_ACCESS_FS_REFER : 0)};
}

constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
constexpr Rights kReading{.file = kReadFile, .folder = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR};

int kernel_version() {
  const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return static_cast<int>(version);
}

// One name in a folder, as getdents64(2) gives it.
struct Name {
  const char* text = "";
  unsigned char type = DT_UNKNOWN;
};

// The names in a folder, through a buffer of its own: readdir(3) takes memory.
class Names {
 public:
  explicit Names(int folder) : folder_(folder) {}
  // False: no more, or it failed.
  [[nodiscard]] bool next(Name& name) {
    if (at_ == end_) {
      const auto got = ::syscall(SYS_getdents64, folder_, buffer_.data(), buffer_.size());
      if (got <= 0) return false;
      at_ = 0;
      end_ = static_cast<std::size_t>(got);
    }
    // struct linux_dirent64: inode (8), offset (8), length (2), type (1), name
    std::uint16_t length = 0;
    std::memcpy(&length, buffer_.data() + at_ + 16, sizeof length);
    name.type = static_cast<unsigned char>(buffer_[at_ + 18]);
    name.text = buffer_.data() + at_ + 19;
    at_ += length;
    return true;
  }

 private:
  int folder_;
  alignas(8) std::array<char, 4096> buffer_{};
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

bool allow(int ruleset, int at, std::uint64_t rights) {
  const landlock_path_beneath_attr beneath{.allowed_access = rights, .parent_fd = at};
  return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
}

// What `name` is and all below it. Links are left out: what they lead to is reached on its own path. So is whatever
// cannot be opened: it is gone by now, this user may not reach it, or its disk does not answer.
void allow_name(int ruleset, int folder, const Name& name, const Rights& rights) {
  if (name.type == DT_LNK) return;
  const Descriptor at(::openat(folder, name.text, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!at) return;
  const bool folder_or_unknown = name.type == DT_DIR || name.type == DT_UNKNOWN;
  if (folder_or_unknown && allow(ruleset, at.get(), rights.folder)) return;
  if (name.type != DT_DIR) (void)allow(ruleset, at.get(), rights.file);
}

// Nothing if it is not there.
void allow_folder(int ruleset, const std::string& path, std::uint64_t rights) {
  const Descriptor folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder) (void)allow(ruleset, folder.get(), rights);
}

std::string without_links(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), std::free);
  return real ? std::string(real.get()) : path;
}

bool is_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

// One inside another is closed with that.
Confinement::Confinement(const std::vector<ClosedFolder>& closed) : version_(std::max(kernel_version(), 0)) {
  std::vector<std::pair<std::string, std::string>> folders;
  for (const ClosedFolder& folder : closed)
    if (!folder.path.empty()) folders.emplace_back(without_links(folder.path), folder.open);
  std::ranges::sort(folders);
  for (const auto& [path, open] : folders) {
    if (std::ranges::any_of(closed_, [&](const std::string& outer) { return is_in(path, outer); })) {
      std::erase_if(open_, [&](const std::string& outer) { return is_in(path, outer); });
      continue;
    }
    closed_.push_back(path);
    leave_out(path);
    if (!open.empty()) open_.push_back(fmt::format("{}/{}", path, open));
  }
  const std::string settings = without_links("/etc");
  for (Level& level : levels_) level.only_read = is_in(level.path, settings);
  const bool apart =
      std::ranges::none_of(closed_, [&](const auto& path) { return is_in(path, settings) || is_in(settings, path); });
  if (!apart || closed_.empty()) return;
  leave_out(settings);
  only_read_ = settings;
}

void Confinement::leave_out(const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string above = slash == 0 ? "/" : path.substr(0, slash);
    const std::string name = path.substr(slash + 1, path.find('/', slash + 1) - slash - 1);
    if (name.empty()) continue;
    auto level = std::ranges::find(levels_, above, &Level::path);
    if (level == levels_.end()) level = levels_.insert(level, {.path = above, .left_out = {}});
    if (std::ranges::find(level->left_out, name) == level->left_out.end()) level->left_out.push_back(name);
  }
}

// Everything in it but what is left out; nothing if this user cannot list it.
void Confinement::allow_level(int ruleset, const Level& level, int version) {
  const Rights rights = level.only_read ? kReading : rights_of(version);
  const Descriptor folder(::open(level.path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  Names names(folder.get());
  for (Name name; folder && names.next(name);) {
    const std::string_view text(name.text);
    if (text != "." && text != ".." && std::ranges::find(level.left_out, text) == level.left_out.end())
      allow_name(ruleset, folder.get(), name, rights);
  }
}

bool Confinement::enter() const {
  if (closed_.empty()) return true;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (version_ == 0) return true;
  const Rights rights = rights_of(version_);
  const Attributes attributes{.files = rights.folder, .scoped = kAbstractSockets | kSignals};
  const std::size_t size = version_ >= kScopes ? sizeof attributes : sizeof attributes.files;
  const Descriptor ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!ruleset) return false;

  for (const std::string& path : closed_) {
    const Descriptor folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) return false;
  }
  for (const Level& level : levels_) allow_level(ruleset.get(), level, version_);
  for (const std::string& path : open_) allow_folder(ruleset.get(), path, rights.folder);
  if (!only_read_.empty()) allow_folder(ruleset.get(), only_read_, kReading.folder);
  return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
}

std::vector<std::string> Confinement::unlisted() const {
  std::vector<std::string> folders;
  for (const Level& level : levels_)
    if (!Descriptor(::open(level.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))) folders.push_back(level.path);
  return folders;
}

std::string Confinement::missing() {
  if (kernel_version() > 0) return {};
  const int why = errno;
  switch (why) {
    case ENOSYS:
      return "this kernel has no Landlock";
    case EOPNOTSUPP:
      return "this kernel has Landlock switched off";
    default:
      return fmt::format("Landlock cannot be used here: {}", error_text(why));
  }
}

}  // namespace mfa
