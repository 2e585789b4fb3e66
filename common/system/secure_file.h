// Small files that hold secrets: read only if nobody else could have read or written them, created whole or not at all.
//
// Errors are sentences with the path, for a person.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/types.h"

namespace mfa {

struct FileRules {
  std::vector<Uid> owners;  // who may own it
  std::size_t most = 4096;  // bytes
  bool secret = true;       // no permission for group or others, and one name only (no hard link to it)
};

// Never follows a symbolic link in the last place, never waits (for a FIFO, a device), never becomes a controlling
// terminal's.
[[nodiscard]] std::expected<Secret, std::string> read_file(const std::string& path, const FileRules& rules);

struct FileOwner {
  Uid uid;
  Gid gid;
};

// Writes it under another name in the same folder, brings it to the disk, and only then gives it its name; then the
// folder is brought to the disk too. There must be no file of that name: none is ever replaced. Killed in between, it
// leaves at most a file named `.NAME.…`, never a half-written one under its own.
[[nodiscard]] std::expected<void, std::string> create_file(const std::string& path, const Secret& content, mode_t mode,
                                                           const std::optional<FileOwner>& owner = std::nullopt);

// The same, but in the place of a file of that name, which is there until the new one is.
[[nodiscard]] std::expected<void, std::string> replace_file(const std::string& path, const Secret& content,
                                                            mode_t mode);

}  // namespace mfa
