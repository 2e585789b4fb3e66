#include <dirent.h>
#include <glob.h>
#include <grp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "common/check/pam_judge.h"
#include "common/check/rules_judge.h"
#include "common/service/check/look.h"
#include "common/service/check/look_sshd.h"
#include "common/system/countries.h"

namespace mfa {
namespace {

constexpr std::array<const char*, 2> kFolders{"/etc/pam.d", "/usr/lib/pam.d"};  // the first that has a name counts
constexpr std::size_t kMostServices = 500;
constexpr std::size_t kMostModules = 1000;
constexpr const char* kProfile = "/usr/share/pam-configs/mfa-authfail";

std::optional<PamFile> read_pam_file(const std::string& name) {
  if (name.starts_with('/')) {
    auto text = contents_of(name);
    if (!text) return std::nullopt;
    return PamFile{.path = name, .text = *std::move(text)};
  }
  for (const char* folder : kFolders) {
    const std::string path = fmt::format("{}/{}", folder, name);
    if (auto text = contents_of(path)) return PamFile{.path = path, .text = *std::move(text)};
  }
  return std::nullopt;
}

// Each file once, since every mend that might do is tried on them.
PamReader reader_of_files() {
  auto known = std::make_shared<std::map<std::string, std::optional<PamFile>>>();
  return [known](const std::string& name) {
    const auto found = known->find(name);
    return found != known->end() ? found->second : known->emplace(name, read_pam_file(name)).first->second;
  };
}

std::vector<std::string> names_of_stacks() {
  std::vector<std::string> names;
  for (const char* folder : kFolders) {
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(opendir(folder), closedir);
    if (!listing) continue;
    while (const dirent* entry = readdir(listing.get())) {
      const std::string name = entry->d_name;
      const bool known = std::ranges::find(names, name) != names.end();
      if (!name.starts_with('.') && !known && names.size() < kMostServices) names.push_back(name);
    }
  }
  std::ranges::sort(names);
  return names;
}

// Where libpam looks for modules: which of them depends on how it was built.
std::vector<std::string> module_folders() {
  std::vector<std::string> folders;
  for (const char* pattern : {"/lib/*-linux-*/security", "/lib/security", "/lib64/security",
                              "/usr/lib/*-linux-*/security", "/usr/lib/security", "/usr/lib64/security"}) {
    glob_t found{};
    if (glob(pattern, 0, nullptr, &found) == 0) {
      // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): glob(3)'s list
      for (std::size_t i = 0; i < found.gl_pathc; ++i) folders.emplace_back(found.gl_pathv[i]);
    }
    globfree(&found);
  }
  return folders;
}

// "$ISA" is libpam's word for a folder of its own.
bool module_is_there(const std::string& path, const std::vector<std::string>& folders) {
  if (path.starts_with('/')) return path.contains("$ISA") || access(path.c_str(), F_OK) == 0;
  return std::ranges::any_of(folders, [&path](const std::string& folder) {
    return access(fmt::format("{}/{}", folder, path).c_str(), F_OK) == 0;
  });
}

PamModules modules_here() {
  std::vector<std::string> folders = module_folders();
  std::vector<std::string> names;
  for (const std::string& folder : folders) {
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(opendir(folder.c_str()), closedir);
    if (!listing) continue;
    while (const dirent* entry = readdir(listing.get())) {
      const std::string name = entry->d_name;
      if (name.ends_with(".so") && names.size() < kMostModules) names.push_back(name.substr(0, name.size() - 3));
    }
  }
  if (folders.empty()) return {};
  return {.there = [folders = std::move(folders)](const std::string& path) { return module_is_there(path, folders); },
          .names = std::move(names)};
}

std::vector<std::string> groups_listed() {
  std::vector<std::string> names;
  setgrent();
  while (const group* entry = getgrent()) names.emplace_back(entry->gr_name);
  endgrent();
  return names;
}

}  // namespace

Findings look_at_logins(const Settings& settings) {
  const PamReader reader = reader_of_files();
  const SshStack ssh = ssh_stack(reader);
  Findings findings;
  PamWants wants{.trust = remembers_devices(settings),
                 .profiles = access(kProfile, F_OK) == 0 && access("/usr/sbin/pam-auth-update", X_OK) == 0,
                 .modules = modules_here()};
  if (ssh.auth || ssh.account) {
    SshdLook sshd = look_at_sshd({.account_line = ssh.account,
                                  .enrols_in_login = enrols_in_ssh(settings),
                                  .security_keys = counts_security_keys(settings)});
    findings = std::move(sshd.findings);
    wants.keys_alone = sshd.settings && lets_in_past_auth(*sshd.settings);
  }
  const auto services = services_among(names_of_stacks(), reader);
  Findings of_pam = judge_pam(services, reader, wants);
  append(of_pam, std::move(findings));
  return of_pam;
}

namespace {

// Of /etc/group alone, which no directory has a part in.
std::optional<bool> root_in(const std::string& group, const std::string& listed) {
  std::istringstream lines(listed);
  for (std::string line; std::getline(lines, line);) {
    std::array<std::string, 4> fields;  // name, password, gid, members
    std::istringstream words(line);
    for (std::string& field : fields) std::getline(words, field, ':');
    if (fields[0] != group) continue;
    return fields[2] == "0" || fmt::format(",{},", fields[3]).contains(",root,");
  }
  return std::nullopt;
}

}  // namespace

Findings look_at_rules(const Settings& settings, std::span<const std::string> files, UnixTime now) {
  const std::string local = contents_of("/etc/group").value_or("");
  RulesFacts facts{.now = now,
                   .group_exists = [](const std::string& name) { return getgrnam(name.c_str()) != nullptr; },
                   .groups = groups_listed(),
                   .countries = {},
                   .root_in = [&local](const std::string& group) { return root_in(group, local); },
                   .texts = {}};
  for (const std::string& file : files)
    facts.texts.push_back({.file = file, .contents = contents_of(file).value_or("")});
  if (!settings.geo_database.empty()) {
    facts.countries.made = DatabaseCountries(settings.geo_database, settings.geo_home).made();
    if (!facts.countries.made) facts.countries.trouble = "cannot be read as a country database";
  }
  return judge_rules(settings, facts);
}

}  // namespace mfa
