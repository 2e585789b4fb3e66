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
      failed_ = got < 0;
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
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  int folder_;
  alignas(8) std::array<char, 4096> buffer_{};
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  bool failed_ = false;
};

bool allow(int ruleset, int at, std::uint64_t rights) {
  const landlock_path_beneath_attr beneath{.allowed_access = rights, .parent_fd = at};
  return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
}

// What `name` is and all below it. Links are left out: what they lead to is reached on its own path. So is what is gone
// by now, and what this user may not reach anyway.
bool allow_name(int ruleset, int folder, const Name& name, const Rights& rights) {
  if (name.type == DT_LNK) return true;
  const Descriptor at(::openat(folder, name.text, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!at) return errno == ENOENT || errno == EACCES;
  if (name.type == DT_DIR || name.type == DT_UNKNOWN) {
    if (allow(ruleset, at.get(), rights.folder)) return true;
    if (name.type == DT_DIR || errno != EINVAL) return false;
  }
  return allow(ruleset, at.get(), rights.file) || errno == EBADFD;  // a link after all
}

// Everything in `folder` but `closed`.
bool allow_all_but(int ruleset, int folder, std::string_view closed, const Rights& rights) {
  Names names(folder);
  for (Name name; names.next(name);) {
    const std::string_view text(name.text);
    if (text == "." || text == ".." || text == closed) continue;
    if (!allow_name(ruleset, folder, name, rights)) return false;
  }
  return !names.failed();
}

}  // namespace

Confinement::Confinement(const ClosedFolder& closed) : open_(closed.open), version_(std::max(kernel_version(), 0)) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(closed.path.c_str(), nullptr), std::free);
  const std::string path = real ? std::string(real.get()) : closed.path;
  for (std::size_t begin = 1; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) parts_.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
}

bool Confinement::enter() const {
  if (parts_.empty()) return true;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (version_ == 0) return true;
  const Rights rights = rights_of(version_);
  const Attributes attributes{.files = rights.folder, .scoped = kAbstractSockets | kSignals};
  const std::size_t size = version_ >= kScopes ? sizeof attributes : sizeof attributes.files;
  const Descriptor ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!ruleset) return false;

  Descriptor folder(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (const std::string& part : parts_) {
    if (!folder || !allow_all_but(ruleset.get(), folder.get(), part, rights)) return false;
    folder = Descriptor(::openat(folder.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  if (!folder) return false;
  if (!open_.empty()) {
    const Descriptor open(::openat(folder.get(), open_.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (open ? !allow(ruleset.get(), open.get(), rights.folder) : errno != ENOENT) return false;
  }
  return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
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
