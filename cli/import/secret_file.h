// Reading a file that belongs to somebody else, as that somebody: in a process that has become them for good, so that
// nothing they put in its place (a link, a pipe, a device, a disk that hangs) reaches anything of root's.
//
// The process opens the file without following any link below its folder and without waiting, looks at what it has
// opened, and hands over its bytes. It is killed if that takes too long; one that a network's disk holds fast is left
// behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/import/wiped_text.h"

namespace mfa::cli {

enum class Unread : std::uint8_t {
  none = 1,     // there is no such file
  link,         // there is a link on the way, or it leads out of the folder
  no_file,      // a folder, a pipe, a device
  not_theirs,   // it belongs to somebody else
  open_to_all,  // others than its owner may read or write it
  too_long,
  denied,  // it may not be read as them
  hangs,   // no answer in time
  failed,
};
// "It is a link or lies behind one, and none is followed."
[[nodiscard]] std::string_view sentence(Unread why);

inline constexpr std::chrono::seconds kFileLimit{5};

struct FileOf {
  uid_t uid = 0;  // whom the process becomes
  gid_t gid = 0;
  uid_t owner = 0;            // whose the file may be, beside theirs
  std::string folder;         // a home, or one that root vouches for: how one gets there is not looked at
  std::string name;           // below it
  std::vector<gid_t> groups;  // beside gid
};

// One file being read.
class FileReading {
 public:
  FileReading() = default;
  FileReading(const FileReading&) = delete;
  FileReading& operator=(const FileReading&) = delete;
  virtual ~FileReading() = default;
  // Waits for the end, kFileLimit from the beginning at most. Adds what was read to `to`.
  [[nodiscard]] virtual std::expected<void, Unread> finish(WipedText& to) = 0;
};
using StartReading = std::function<std::unique_ptr<FileReading>(const FileOf&)>;

// The process is ended and buried with this object.
class SecretFileReading final : public FileReading {
 public:
  // `longest`: bytes of the file; below 60 kB, so that nobody waits for a pipe to be emptied.
  SecretFileReading(const FileOf& file, std::size_t longest);
  ~SecretFileReading() override;

  [[nodiscard]] std::expected<void, Unread> finish(WipedText& to) override;

 private:
  pid_t child_ = -1;
  int pipe_ = -1;
  std::chrono::steady_clock::time_point until_;
};

}  // namespace mfa::cli
