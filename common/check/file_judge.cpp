#include "common/check/file_judge.h"

#include <fmt/format.h>

namespace mfa {
namespace {

constexpr mode_t kOthers = 077;
constexpr mode_t kOthersWrite = 022;

std::string_view name_of(FileFacts::Kind kind) {
  switch (kind) {
    case FileFacts::Kind::file:
      return "file";
    case FileFacts::Kind::folder:
      return "folder";
    case FileFacts::Kind::socket:
      return "socket";
    case FileFacts::Kind::other:
      return "such thing";
  }
  return "";
}

}  // namespace

bool readable_by(const FileFacts& file, uid_t uid, gid_t gid) {
  if (file.uid == uid) return (file.mode & 0400U) != 0;
  if (file.gid == gid) return (file.mode & 0040U) != 0;
  return (file.mode & 0004U) != 0;
}

Findings judge_file(const FileWants& wants, const std::optional<FileFacts>& found) {
  const std::string& path = wants.path;
  if (!found) {
    if (!wants.must_exist) return {};
    return {fault("file-missing", fmt::format("{} is not there", path), wants.when_missing)};
  }
  if (found->kind != wants.kind)
    return {fault("file-kind", fmt::format("{} is no {}", path, name_of(wants.kind)),
                  fmt::format("Move it away, then: {}", wants.when_missing))};
  Findings findings;
  if (found->uid != wants.owner)
    findings.push_back(fault("file-owner",
                             fmt::format("{} belongs to uid {}, not to {}", path, found->uid, wants.owner_name),
                             fmt::format("chown {} {}", wants.owner_name, path)));
  const mode_t wrong = found->mode & (wants.secret ? kOthers : kOthersWrite);
  if (wrong != 0)
    findings.push_back(fault("file-mode",
                             fmt::format("{} has mode {:04o}: others can {} it", path, found->mode,
                                         (wrong & kOthersWrite) != 0 ? "write" : "read"),
                             fmt::format("chmod {:04o} {}", wants.mode, path)));
  return findings;
}

}  // namespace mfa
