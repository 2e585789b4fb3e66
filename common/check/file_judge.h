// Whose the files are on which everything rests, and who else may read and write them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "common/check/finding.h"

namespace mfa {

struct FileFacts {
  enum class Kind : std::uint8_t { file, folder, socket, other };
  Kind kind = Kind::other;
  uid_t uid = 0;
  gid_t gid = 0;
  mode_t mode = 0;  // permissions alone
};

// By its permissions alone.
[[nodiscard]] bool readable_by(const FileFacts& file, uid_t uid, gid_t gid);

struct FileWants {
  std::string path;
  FileFacts::Kind kind = FileFacts::Kind::file;
  uid_t owner = 0;
  std::string owner_name = "root";  // for chown
  bool secret = false;              // nothing for the group and others
  mode_t mode = 0644;               // as it is made
  bool must_exist = true;
  std::string when_missing;  // what to type then
};

// What to do where the key, or the store, is gone, and what that costs. `other_is_there`: the store, or the key.
[[nodiscard]] std::string mend_of_missing_key(const std::string& key, const std::string& store, bool other_is_there);
[[nodiscard]] std::string mend_of_missing_store(const std::string& key, bool other_is_there);

// `found`: nothing if it is not there. A link is no file (Kind::other).
[[nodiscard]] Findings judge_file(const FileWants& wants, const std::optional<FileFacts>& found);

}  // namespace mfa
