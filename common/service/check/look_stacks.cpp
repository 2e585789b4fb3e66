#include <dirent.h>
#include <grp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "common/check/pam_judge.h"
#include "common/check/rules_judge.h"
#include "common/check/sshd_settings.h"
#include "common/service/check/look.h"
#include "common/system/countries.h"
#include "common/system/programs.h"

namespace mfa {
namespace {

constexpr std::array<const char*, 2> kFolders{"/etc/pam.d", "/usr/lib/pam.d"};  // the first that has a name counts
constexpr std::streamsize kLargestFile = std::streamsize{1} << 18U;             // bytes
constexpr std::size_t kMostServices = 500;
constexpr const char* kSshd = "/usr/sbin/sshd";
constexpr std::size_t kMostSettings = std::size_t{1} << 18U;  // bytes

std::optional<std::string> contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(kLargestFile), '\0');
  if (!file) return std::nullopt;
  file.read(text.data(), kLargestFile);
  if (file.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

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

std::optional<SshdSettings> settings_of_sshd() {
  const auto answer = Programs().run({.path = kSshd,
                                      .arguments = {"-T"},
                                      .input = {},
                                      .limit = std::chrono::seconds(20),
                                      .most_output = kMostSettings});
  if (!answer || answer->status != 0) return std::nullopt;
  return parse_sshd_settings(answer->output.text());
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
    const auto sshd = settings_of_sshd();
    if (sshd) {
      findings = judge_sshd(*sshd, {.account_line = ssh.account,
                                    .enrols_in_login = enrols_in_ssh(settings),
                                    .security_keys = counts_security_keys(settings)});
      wants.keys_alone = lets_in_past_auth(*sshd);
    } else {
      findings.push_back(fault("sshd-unknown", "what sshd does cannot be told: sshd -T fails",
                               "See why, as root: sshd -T  (where it lacks its folder: install -d -m 755 /run/sshd)"));
    }
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
