#include <sys/stat.h>

#include <cerrno>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "common/check/file_judge.h"
#include "common/config/mistakes.h"
#include "common/service/check/look.h"
#include "common/service/open_store.h"
#include "common/system/privileges.h"

namespace mfa {
namespace {

constexpr const char* kInit = "mfa-enroll admin init";
constexpr const char* kReinstall = "apt install --reinstall libpam-mfa  (or install it again as README says)";
constexpr mode_t kPermissions = 07777;

FileFacts::Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileFacts::Kind::file;
  if (S_ISDIR(mode)) return FileFacts::Kind::folder;
  return S_ISSOCK(mode) ? FileFacts::Kind::socket : FileFacts::Kind::other;
}

std::optional<FileFacts> facts_of(const std::string& path, bool through_links) {
  struct stat found{};
  const int looked = through_links ? stat(path.c_str(), &found) : lstat(path.c_str(), &found);
  if (looked != 0) return std::nullopt;
  return FileFacts{
      .kind = kind_of(found.st_mode), .uid = found.st_uid, .gid = found.st_gid, .mode = found.st_mode & kPermissions};
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

void look_at_state(const Settings& settings, uid_t owner, Findings& findings) {
  const std::string& store = settings.store_path;
  const std::string key = key_path_of(store);
  const auto is_there = [](const std::string& path) { return facts_of(path, false).has_value(); };
  const auto own = [owner](std::string path, FileFacts::Kind kind, mode_t mode, std::string missing) {
    return FileWants{.path = std::move(path),
                     .kind = kind,
                     .owner = owner,
                     .owner_name = "mfa",
                     .secret = true,
                     .mode = mode,
                     .must_exist = !missing.empty(),
                     .when_missing = std::move(missing)};
  };
  using Kind = FileFacts::Kind;
  const auto look = [&findings](const FileWants& wants) {
    append(findings, judge_file(wants, facts_of(wants.path, false)));
  };
  look(own(folder_of(store), Kind::folder, 0700, kInit));
  if (!is_there(folder_of(store))) return;  // nor is what lies in it
  look(own(store, Kind::file, 0600, mend_of_missing_store(key, is_there(key))));
  look(own(store + "-wal", Kind::file, 0600, ""));
  look(own(key, Kind::file, 0400, mend_of_missing_key(key, store, is_there(store))));
}

void look_at_programs(Findings& findings) {
  for (const char* path : {MFA_MFAD, MFA_MODULE}) {
    for (const auto& [place, kind] :
         {std::pair(std::string(path), FileFacts::Kind::file), std::pair(folder_of(path), FileFacts::Kind::folder)}) {
      const FileWants wants{.path = place,
                            .kind = kind,
                            .owner = 0,
                            .owner_name = "root",
                            .secret = false,
                            .mode = 0755,
                            .must_exist = true,
                            .when_missing = kReinstall};
      append(findings, judge_file(wants, facts_of(place, true)));
    }
  }
}

// By the permissions; the service reads them as user mfa.
void look_at_reading(const std::string& path, const ServiceUser& reader, Findings& findings) {
  const auto found = facts_of(path, true);
  if (!found || readable_by(*found, reader.uid.value, reader.gid.value)) return;
  findings.push_back(fault("file-unreadable", fmt::format("{}: the service cannot read it", printable(path)),
                           fmt::format("chmod a+r {}", printable(path))));
}

}  // namespace

Findings look_at_files(const Settings& settings, std::span<const std::string> configuration) {
  Findings findings;
  look_at_programs(findings);
  const auto user = service_user();
  if (!user) {
    findings.push_back(fault("account", user.error(), kInit));
    return findings;
  }
  look_at_state(settings, user->uid.value, findings);
  for (const std::string& file : configuration) look_at_reading(file, *user, findings);
  if (!settings.geo_database.empty()) look_at_reading(settings.geo_database, *user, findings);
  if (!any_fault(findings))
    findings.push_back(good("files", "programs, configuration, key and store are whose they should be"));
  return findings;
}

}  // namespace mfa
