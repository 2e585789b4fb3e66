#include "common/service/check/look_sshd.h"

#include <glob.h>
#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "common/config/mistakes.h"
#include "common/system/programs.h"

namespace mfa {
namespace {

constexpr const char* kSshd = "/usr/sbin/sshd";
constexpr const char* kFolder = "/etc/ssh/";
constexpr const char* kFile = "/etc/ssh/sshd_config";
constexpr std::size_t kMostSettings = std::size_t{1} << 18U;         // bytes
constexpr std::streamsize kLargestFile = std::streamsize{1} << 18U;  // bytes
constexpr std::size_t kMostWords = 300;                              // bytes
constexpr std::size_t kMostAsked = 50;  // blocks; the others are judged by their lines alone

std::optional<SshdSettings> settings_of_sshd(std::vector<std::string> arguments) {
  const auto answer = Programs().run({.path = kSshd,
                                      .arguments = std::move(arguments),
                                      .input = {},
                                      .limit = std::chrono::seconds(20),
                                      .most_output = kMostSettings});
  if (!answer || answer->status != 0) return std::nullopt;
  return parse_sshd_settings(answer->output.text());
}

// Why it does not tell its settings, in its own words: their first line.
std::string words_of_sshd() {
  const auto answer = Programs().run({.path = kSshd,
                                      .arguments = {"-T"},
                                      .input = {},
                                      .limit = std::chrono::seconds(20),
                                      .most_output = kMostSettings,
                                      .tells_errors = true});
  if (!answer) return std::string(in_words(answer.error()));
  std::string_view text = answer->output.text();
  text = text.substr(0, text.find_first_of("\r\n"));
  return text.empty() ? fmt::format("it ends with {}", answer->status) : printable(text.substr(0, kMostWords));
}

std::vector<SshdFile> files_named(const std::string& pattern) {
  const std::string whole = pattern.starts_with('/') ? pattern : kFolder + pattern;
  glob_t found{};
  std::vector<SshdFile> files;
  if (glob(whole.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      std::string path = found.gl_pathv[i];  // NOLINT(cppcoreguidelines-pro-bounds-pointer-arithmetic): glob(3)'s list
      if (auto text = contents_of(path)) files.push_back({.path = std::move(path), .text = *std::move(text)});
    }
  }
  globfree(&found);
  return files;
}

// Its first member that the group names, or whose own group it is.
std::optional<std::string> member_of(const std::string& name) {
  const group* const entry = getgrnam(name.c_str());
  if (entry == nullptr) return std::nullopt;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): getgrnam(3)'s list
  if (entry->gr_mem != nullptr && entry->gr_mem[0] != nullptr) return entry->gr_mem[0];
  const gid_t gid = entry->gr_gid;
  std::optional<std::string> found;
  setpwent();
  while (const passwd* account = getpwent()) {
    if (account->pw_gid != gid) continue;
    found = account->pw_name;
    break;
  }
  endpwent();
  return found;
}

}  // namespace

std::optional<std::string> contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(kLargestFile), '\0');
  if (!file) return std::nullopt;
  file.read(text.data(), kLargestFile);
  if (file.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

SshdLook look_at_sshd(const SshdWants& wants) {
  SshdLook look{.findings = {}, .settings = settings_of_sshd({"-T"})};
  std::size_t asked = 0;
  const auto settings_for = [&asked](const SshdMatch& match) -> std::optional<SshdSettings> {
    if (++asked > kMostAsked) return std::nullopt;
    const auto login = login_within(match, member_of);
    return login ? settings_of_sshd({"-T", "-C", *login}) : std::nullopt;
  };
  const auto matches = match_blocks(kFile, files_named);
  const SshdUsual usual = usual_lines(kFile, files_named);
  if (look.settings) {
    look.findings = judge_sshd(*look.settings, wants, usual);
    append(look.findings, judge_matches(matches, *look.settings, wants, settings_for));
    return look;
  }
  look.findings = misplaced_lines(matches);
  if (look.findings.empty()) look.findings.push_back(judge_failing_sshd(words_of_sshd(), usual));
  return look;
}

}  // namespace mfa
