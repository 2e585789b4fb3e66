// What sshd does, by what `sshd -T` prints, and what of it defeats pam_mfa.
//
// `sshd -T` tells what holds outside of Match blocks: a line a setting, its name in small letters, some names more than
// once.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/check/finding.h"

namespace mfa {

// Values in the order in which they came, by name.
using SshdSettings = std::map<std::string, std::vector<std::string>, std::less<>>;
[[nodiscard]] SshdSettings parse_sshd_settings(std::string_view text);

// The methods of which all together let someone in, "publickey,keyboard-interactive" as {"publickey",
// "keyboard-interactive"}; those that are switched off are not among them.
using WaysIn = std::vector<std::vector<std::string>>;
[[nodiscard]] WaysIn ways_in(const SshdSettings& settings);

struct SshdLine {
  std::string file;
  int number = 0;       // from 1
  std::string keyword;  // in small letters, by its name of today
  std::string value;    // words with one blank between them
};

// The lines outside of Match blocks, in the order in which sshd reads them: of a keyword the first counts.
struct SshdUsual {
  std::vector<SshdLine> lines;
  bool has_folder = false;  // files in /etc/ssh/sshd_config.d are read
};

struct SshdWants {
  bool account_line = false;     // pam_mfa is in sshd's `account` stack: what came past `auth` is refused there
  bool enrols_in_login = false;  // a rule has people enrol while sshd waits
  bool security_keys = false;    // FIDO2 SSH keys count as a second factor
};
[[nodiscard]] Findings judge_sshd(const SshdSettings& settings, const SshdWants& wants, const SshdUsual& usual = {});

// Where `sshd -T` fails with such words: a fault with what its lines tell of the cause.
[[nodiscard]] Finding judge_failing_sshd(const std::string& words, const SshdUsual& usual);

// Keys alone, or anything else that never goes through PAM's `auth`.
[[nodiscard]] bool lets_in_past_auth(const SshdSettings& settings);

}  // namespace mfa
