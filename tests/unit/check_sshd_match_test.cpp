// Match blocks of sshd: for whom they hold, which undo what holds for everybody, and what mends it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "common/check/sshd_match.h"

namespace mfa {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Files = std::map<std::string, std::string>;

std::vector<SshdMatch> blocks(const Files& files) {
  return match_blocks("sshd_config", [&files](const std::string& pattern) {
    std::vector<SshdFile> found;
    for (const auto& [path, text] : files)
      if (path == pattern || (pattern == "*.conf" && path.ends_with(".conf")))
        found.push_back({.path = path, .text = text});
    return found;
  });
}
std::vector<SshdMatch> blocks(const std::string& text) { return blocks(Files{{"sshd_config", text}}); }

SshdSettings usual() {
  return parse_sshd_settings(
      "usepam yes\npubkeyauthentication yes\npasswordauthentication no\nkbdinteractiveauthentication yes\n"
      "hostbasedauthentication no\ngssapiauthentication no\nauthenticationmethods keyboard-interactive\n"
      "pubkeyauthoptions touch-required\n");
}

Findings judge(const std::string& text, const SshdWants& wants = {.security_keys = true}) {
  return judge_matches(blocks(text), usual(), wants, [](const SshdMatch&) { return std::nullopt; });
}

struct Row {
  std::string block, detail, mend;  // parts; empty: no fault
};

TEST(SshdMatch, EachFaultHasItsMend) {
  for (const Row& row : std::vector<Row>{
           {"PasswordAuthentication yes\nAuthenticationMethods password", "PasswordAuthentication is on",
            "Write sshd_config:4 as: AuthenticationMethods keyboard-interactive"},
           {"passwordauthentication=YES", "", ""},  // is no way in: the methods are still those of everybody
           {"KbdInteractiveAuthentication no", "KbdInteractiveAuthentication is not on",
            "Write sshd_config:3 as: KbdInteractiveAuthentication yes"},
           {"ChallengeResponseAuthentication no", "KbdInteractiveAuthentication is not on",
            "Write sshd_config:3 as: KbdInteractiveAuthentication yes"},
           {"AuthenticationMethods publickey", "lets in by publickey alone",
            "Write sshd_config:3 as: AuthenticationMethods keyboard-interactive"},
           {"AuthenticationMethods publickey,keyboard-interactive", "", ""},
           {"PubkeyAuthOptions none", "touch-required", "Write sshd_config:3 as: PubkeyAuthOptions touch-required"},
           {"X11Forwarding no\nPermitTTY no", "", ""},
           // Of a keyword that stands twice the first counts.
           {"AuthenticationMethods keyboard-interactive\nAuthenticationMethods publickey", "", ""},
       }) {
    const Findings findings = judge("UsePAM yes\nMatch User bob\n" + row.block + "\n");
    if (row.detail.empty()) {
      EXPECT_THAT(findings, IsEmpty()) << row.block;
      continue;
    }
    ASSERT_EQ(findings.size(), 1U) << row.block;
    EXPECT_EQ(findings[0].name, "sshd-match");
    EXPECT_THAT(findings[0].detail, HasSubstr("Match User bob (sshd_config:2)"));
    EXPECT_THAT(findings[0].detail, HasSubstr(row.detail));
    EXPECT_THAT(findings[0].mend, HasSubstr(row.mend));
  }
}

TEST(SshdMatch, WhatHoldsForEverybodyIsToldOnce) {
  SshdSettings settings = usual();
  settings["kbdinteractiveauthentication"] = {"no"};
  const auto found = blocks("Match all\nKbdInteractiveAuthentication no\n");
  EXPECT_THAT(judge_matches(found, settings, {}, [](const SshdMatch&) { return std::nullopt; }), IsEmpty());
}

TEST(SshdMatch, WithTheAccountLineKeysAloneAreNoFault) {
  EXPECT_THAT(judge("Match Group backup\nAuthenticationMethods publickey\n", {.account_line = true}), IsEmpty());
}

TEST(SshdMatch, WhatSshdSaysOfSuchALoginCountsToo) {
  // An earlier block has the passwords, this one the methods.
  SshdSettings said = usual();
  said["passwordauthentication"] = {"yes"};
  const auto found = blocks("Match Group staff\nAuthenticationMethods password\n");
  const Findings findings = judge_matches(found, usual(), {}, [&said](const SshdMatch&) { return said; });
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].mend, HasSubstr("sshd_config:2 as: AuthenticationMethods keyboard-interactive"));
}

TEST(SshdMatch, UsePamEndsSshd) {
  const Findings findings = misplaced_lines(blocks("Match User bob\n  UsePAM no\n"));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].mend, HasSubstr("Remove sshd_config:2"));
  EXPECT_THAT(misplaced_lines(blocks("UsePAM no\nMatch User bob\nPermitTTY no\n")), IsEmpty());
}

TEST(SshdMatch, FilesThatAreIncluded) {
  const auto found = blocks({{"sshd_config",
                              "Include *.conf\nPasswordAuthentication no\nMatch Address 192.0.2.0/24\n"
                              "Include inner\nPasswordAuthentication yes # why\n"},
                             {"a.conf", "Match User bob\nPasswordAuthentication yes\n"},
                             {"b.conf", "PasswordAuthentication no\n"},
                             {"inner", "AuthenticationMethods any\nMatch User eve\nGSSAPIAuthentication yes\n"}});
  ASSERT_EQ(found.size(), 4U);
  EXPECT_THAT(found[0].criteria, ElementsAre("User", "bob"));  // ends with its file
  EXPECT_THAT(found[1].criteria, ElementsAre("Address", "192.0.2.0/24"));
  EXPECT_EQ(found[1].lines[0].file, "inner");
  EXPECT_THAT(found[2].criteria, ElementsAre("Address", "192.0.2.0/24", "User", "eve"));
  EXPECT_EQ(found[3].lines[0].number, 5);
  EXPECT_EQ(found[3].lines[0].value, "yes");
  // Ones that include themselves end.
  EXPECT_THAT(blocks({{"sshd_config", "Include sshd_config sshd_config\n"}}), IsEmpty());
}

TEST(SshdMatch, WhatStandsOutsideOfBlocksInSshdsOrder) {
  const Files files{
      {"sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nMaxStartups 9\nMatch User bob\nUsePAM no\n"},
      {"a.conf", "PasswordAuthentication=yes\nMatch all\nPermitTTY no\n"},
      {"b.conf", "# no\nLoginGraceTime 5\n"}};
  const SshdUsual usual = usual_lines("sshd_config", [&files](const std::string& pattern) {
    std::vector<SshdFile> found;
    for (const auto& [path, text] : files)
      if (path == pattern || (pattern.ends_with("*.conf") && path.ends_with(".conf")))
        found.push_back({.path = path, .text = text});
    return found;
  });
  EXPECT_TRUE(usual.has_folder);
  std::vector<std::string> lines;
  for (const SshdLine& line : usual.lines)
    lines.push_back(line.file + ":" + std::to_string(line.number) + " " + line.keyword + " " + line.value);
  EXPECT_THAT(lines, ElementsAre("a.conf:1 passwordauthentication yes", "b.conf:2 logingracetime 5",
                                 "sshd_config:2 maxstartups 9"));
}

TEST(SshdMatch, ALoginForWhichTheBlockHolds) {
  const auto member = [](const std::string& group) -> std::optional<std::string> {
    if (group == "staff") return "carol";
    return std::nullopt;
  };
  const auto login = [&](const std::string& criteria) {
    const auto found = blocks("Match " + criteria + "\nPasswordAuthentication yes\n");
    return found.empty() ? std::nullopt : login_within(found[0], member);
  };
  const std::string rest = ",laddr=192.0.2.2,lport=22,user=";
  EXPECT_EQ(login("all"), "addr=192.0.2.1,host=x" + rest + "x");
  EXPECT_EQ(login("User bob,carol"), "addr=192.0.2.1,host=x" + rest + "bob");
  EXPECT_EQ(login("User !root,b?b*"), "addr=192.0.2.1,host=x" + rest + "bxb");
  EXPECT_EQ(login("user=bob address=10.0.0.0/8"), "addr=10.0.0.0,host=x" + rest + "bob");
  EXPECT_EQ(login("Group staff"), "addr=192.0.2.1,host=x" + rest + "carol");
  EXPECT_EQ(login("LocalPort 2222 User *"), "addr=192.0.2.1,host=x,laddr=192.0.2.2,lport=2222,user=x");
  for (const char* criteria : {"Group nobodys", "User !bob", "User", "Weather fine"})
    EXPECT_EQ(login(criteria), std::nullopt) << criteria;
}

}  // namespace
}  // namespace mfa
