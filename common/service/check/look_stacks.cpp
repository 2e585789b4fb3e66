#include <dirent.h>
#include <grp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

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

std::vector<std::string> groups_listed() {
  std::vector<std::string> names;
  setgrent();
  while (const group* entry = getgrent()) names.emplace_back(entry->gr_name);
  endgrent();
  return names;
}

}  // namespace

Findings look_at_logins(const Settings& settings) {
  const PamReader reader = read_pam_file;
  const SshStack ssh = ssh_stack(reader);
  Findings findings;
  PamWants wants{.trust = remembers_devices(settings)};
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

Findings look_at_rules(const Settings& settings, UnixTime now) {
  RulesFacts facts{.now = now,
                   .group_exists = [](const std::string& name) { return getgrnam(name.c_str()) != nullptr; },
                   .groups = groups_listed(),
                   .countries = {}};
  if (!settings.geo_database.empty()) {
    facts.countries.made = DatabaseCountries(settings.geo_database, settings.geo_home).made();
    if (!facts.countries.made) facts.countries.trouble = "cannot be read as a country database";
  }
  return judge_rules(settings, facts);
}

}  // namespace mfa
