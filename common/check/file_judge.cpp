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

std::string mend_of_missing_key(const std::string& key, const std::string& store, bool other_is_there) {
  const std::string copy = fmt::format("install -m 0400 -o mfa -g mfa COPY-OF-THE-KEY {}", key);
  if (!other_is_there) return fmt::format("{}  or, to begin anew with nobody enrolled: mfa-enroll admin init", copy);
  return fmt::format(
      "{0}  or, where there is no copy, to begin anew with nobody enrolled, since nothing opens the store without it:\n"
      "mkdir -m 0700 {1}/without-key && mv {2}* {1}/without-key/ && mfa-enroll admin init\nthen: systemctl restart "
      "mfad",
      copy, key.substr(0, key.rfind('/')), store);
}

std::string mend_of_missing_store(const std::string& key, bool other_is_there) {
  const std::string restore = "mfa-enroll admin restore BACKUP";
  if (!other_is_there)
    return fmt::format("mfa-enroll admin init  and then, with the copy of the key: {} --key FILE", restore);
  return fmt::format(
      "{0}  or, to begin anew with nobody enrolled, where backups are sealed with the key of before:\n"
      "mv {1} {1}.before && mfa-enroll admin init\nthen: systemctl restart mfad",
      restore, key);
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
