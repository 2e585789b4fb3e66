// The Match blocks of sshd's files: for whom they hold, and what they change of what `sshd -T` tells.
//
// A block's lines override what holds outside of it, and of several blocks that hold for a login the first counts
// (sshd_config(5)); so each block is judged as if it came first. Texts are anybody's: nothing is too long, too deep or
// too odd for it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/check/finding.h"
#include "common/check/sshd_settings.h"

namespace mfa {

struct SshdFile {
  std::string path;
  std::string text;
};
// The files that one word behind Include names, in sshd's order; the first file of all by its path.
using SshdReader = std::function<std::vector<SshdFile>(const std::string& pattern)>;

struct SshdMatch {
  std::string file;
  int number = 0;                     // of its Match line
  std::vector<std::string> criteria;  // words: "User", "bob"
  std::vector<SshdLine> lines;
};
// Those that say anything about how people log in. At most kMostMatches of them.
inline constexpr std::size_t kMostMatches = 200;
[[nodiscard]] std::vector<SshdMatch> match_blocks(const std::string& file, const SshdReader& reader);

[[nodiscard]] SshdUsual usual_lines(const std::string& file, const SshdReader& reader);

// A login for which the block holds, for `sshd -T -C`: "user=bob,host=…"; as far as that can be made up. `member_of`: a
// member of a group.
using MemberOf = std::function<std::optional<std::string>(const std::string& group)>;
[[nodiscard]] std::optional<std::string> login_within(const SshdMatch& match, const MemberOf& member_of);

// What `sshd -T -C` prints for such a login; nothing if it fails.
using SettingsFor = std::function<std::optional<SshdSettings>(const SshdMatch& match)>;

// Faults that a block adds to those of `usual`.
[[nodiscard]] Findings judge_matches(std::span<const SshdMatch> matches, const SshdSettings& usual,
                                     const SshdWants& wants, const SettingsFor& settings_for);

// Where `sshd -T` fails: lines that may not stand in a block and of which sshd dies.
[[nodiscard]] Findings misplaced_lines(std::span<const SshdMatch> matches);

}  // namespace mfa
