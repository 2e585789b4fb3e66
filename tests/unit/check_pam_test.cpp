// PAM stacks as people write them, right ones and broken ones: which fault is named, and what mends it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "common/check/pam_judge.h"
#include "common/check/pam_walk.h"

namespace mfa {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Files = std::map<std::string, std::string>;

PamReader reader_of(Files files) {
  return [files = std::move(files)](const std::string& name) -> std::optional<PamFile> {
    const auto found = files.find(name);
    if (found == files.end()) return std::nullopt;
    return PamFile{.path = "/etc/pam.d/" + name, .text = found->second};
  };
}

const std::string kUnix = "auth [success=1 default=ignore] pam_unix.so\n";
const std::string kReport = "auth [default=die] pam_mfa.so authfail\n";
const std::string kCode = "auth required pam_mfa.so\n";
const std::string kAccount = "account required pam_mfa.so\naccount required pam_unix.so\n";
const std::string kGood = kUnix + kReport + kCode + kAccount;

Findings judge(const Files& files, const PamWants& wants = {.trust = true}) {
  std::vector<std::string> names;
  for (const auto& [name, text] : files) names.push_back(name);
  const PamReader reader = reader_of(files);
  return judge_pam(services_among(names, reader), reader, wants);
}

std::vector<std::string> faults(const Findings& findings) {
  std::vector<std::string> names;
  for (const Finding& finding : findings)
    if (!finding.ok) names.push_back(finding.name);
  return names;
}

// Of sshd alone.
std::vector<std::string> faults_of(const std::string& stack, const PamWants& wants = {.trust = true}) {
  return faults(judge({{"sshd", stack}}, wants));
}

const Finding& only_fault(const Findings& findings) {
  static const Finding kNone;
  const Finding* found = &kNone;
  for (const Finding& finding : findings) {
    if (finding.ok) continue;
    EXPECT_EQ(found, &kNone) << finding.name << ": " << finding.detail;
    found = &finding;
  }
  return *found;
}

// As `pam-auth-update` writes it with both profiles.
const std::string kDebianAuth =
    "# comment\nauth\t[success=2 default=ignore]\tpam_unix.so nullok\nauth [default=die] pam_mfa.so authfail\n"
    "auth requisite pam_deny.so\nauth required pam_permit.so\nauth required pam_mfa.so\n";
const std::string kDebianAccount =
    "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\naccount requisite pam_deny.so\n"
    "account required pam_permit.so\n";
const std::string kDebianSsh =
    "@include common-auth\naccount required pam_nologin.so\naccount required pam_mfa.so\n@include common-account\n"
    "session required pam_loginuid.so\n";

TEST(CheckPam, StacksThatAreRight) {
  for (const std::string& stack : {
           kGood,
           // with a directory beside the local passwords
           "auth [success=2 default=ignore] pam_sss.so\nauth [success=1 default=ignore] pam_unix.so use_first_pass\n" +
               kReport + kCode + kAccount,
           // programs that ask once
           "auth [cred_insufficient=ignore default=die] pam_mfa.so forward_pass\n"
           "auth [success=1 default=ignore] pam_unix.so use_first_pass\n" +
               kReport + kCode + kAccount,
           // SSH keys and a code
           kCode + kAccount,
           // harmless modules around, continued lines, capitals
           "AUTH required \\\n  pam_env.so\n-auth optional pam_gnome_keyring.so\n" + kGood,
           "auth required pam_faillock.so preauth\n" + kGood,
           std::string("auth required /lib/security/pam_mfa.so timeout=30 socket=/run/x\n") + kAccount,
       })
    EXPECT_THAT(faults_of(stack), IsEmpty()) << stack;
  EXPECT_THAT(faults(judge({{"sshd", kDebianSsh}, {"common-auth", kDebianAuth}, {"common-account", kDebianAccount}})),
              IsEmpty());
}

struct Row {
  std::string stack;
  std::string fault;
  std::string mend;  // a part of it
};

TEST(CheckPam, EachFaultHasItsMend) {
  const std::string file = "/etc/pam.d/sshd";
  for (const Row& row : std::vector<Row>{
           {"auth sufficient pam_unix.so\n" + kCode + kAccount, "pam-skipped",
            "Write " + file + ":1 as: auth requisite pam_unix.so"},
           {"auth sufficient pam_unix.so\n" + kReport + kCode + kAccount, "pam-skipped",
            "Write " + file + ":1 as: auth [success=1 default=ignore] pam_unix.so"},
           {"auth [success=done default=ignore] pam_unix.so\n" + kReport + kCode + kAccount, "pam-skipped",
            "[success=1 default=ignore]"},
           {"auth [success=3 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n" + kReport + kCode +
                "auth required pam_permit.so\n" + kAccount,
            "pam-skipped", "[success=2 default=ignore]"},
           {kUnix + kReport + "auth required pam_permit.so\n" + kAccount, "pam-skipped", "required pam_mfa.so"},
           {kUnix + kReport + "auth optional pam_mfa.so\nauth required pam_permit.so\n" + kAccount, "pam-control",
            "Write " + file + ":3 as: auth required pam_mfa.so"},
           {"auth required pam_unix.so\nauth sufficient pam_mfa.so\n" + kAccount, "pam-control",
            "Write " + file + ":2 as: auth required pam_mfa.so"},
           {kUnix + kReport + "auth [success=ok authinfo_unavail=ignore default=bad] pam_mfa.so\n" +
                "auth required pam_permit.so\n" + kAccount,
            "pam-control", "auth required pam_mfa.so"},
           {kCode + kUnix + kReport + "auth required pam_permit.so\n" + kAccount, "pam-order",
            "Move " + file + ":1 behind " + file + ":2"},
           {"auth requisite pam_unix.so\n" + kCode + kAccount, "pam-authfail",
            "Add behind " + file + ":1: auth [default=die] pam_mfa.so authfail"},
           {"auth requisite pam_unix.so\n" + kReport + kCode + kAccount, "pam-authfail", "Move " + file + ":2"},
           {kUnix + kReport + "auth required pam_mfa.so nullok\n" + kAccount, "pam-arguments",
            "Write " + file + ":3 as: auth required pam_mfa.so"},
           {kUnix + kReport + kCode + "account required pam_mfa.so authfail\n", "pam-arguments", ":4 as"},
           {kGood + "auth requird pam_env.so\n", "pam-syntax", "man 5 pam.conf"},
           {kUnix + kReport + kCode + "account sufficient pam_unix.so\naccount required pam_mfa.so\n", "pam-skipped",
            "Move " + file + ":5 before " + file + ":4"},
       }) {
    const Findings findings = judge({{"sshd", row.stack}});
    bool named = false;
    for (const Finding& finding : findings) {
      if (finding.name != row.fault) continue;
      named = true;
      EXPECT_THAT(finding.mend, HasSubstr(row.mend)) << row.stack;
    }
    EXPECT_TRUE(named) << row.fault << " in\n" << row.stack << testing::PrintToString(faults(findings));
  }
}

TEST(CheckPam, AMendMends) {
  // What it says to write instead of line 1, written.
  const std::string rest = kReport + kCode + kAccount;
  const Finding fault = only_fault(judge({{"sshd", "auth sufficient pam_unix.so nodelay\n" + rest}}));
  const std::string mended = fault.mend.substr(fault.mend.find("as: ") + 4);
  EXPECT_THAT(faults_of(mended + "\n" + rest), IsEmpty());
}

TEST(CheckPam, NobodyGetsIn) {
  // The jump goes past the end.
  EXPECT_THAT(faults_of("auth [success=5 default=ignore] pam_unix.so\n" + kReport + kCode + kAccount),
              ElementsAre("pam-nobody"));
  EXPECT_THAT(
      only_fault(judge({{"sshd", "auth [success=2 default=ignore] pam_unix.so\n" + kReport + kCode + kAccount}})).mend,
      HasSubstr("[success=1 default=ignore]"));
  // Right passwords are reported as wrong ones, and end there.
  EXPECT_THAT(faults_of("auth required pam_unix.so\n" + kReport + kCode + kAccount),
              ElementsAre("pam-nobody", "pam-order"));
  EXPECT_THAT(faults_of("auth requisite pam_deny.so\n" + kGood), ElementsAre("pam-nobody"));
}

TEST(CheckPam, WrongPasswordsMatterWhereDevicesAreRemembered) {
  const std::string stack = "auth requisite pam_unix.so\n" + kCode + kAccount;
  EXPECT_THAT(faults_of(stack, {.trust = true}), ElementsAre("pam-authfail"));
  EXPECT_THAT(faults_of(stack, {.trust = false}), IsEmpty());
  // Debian's common-auth with the one profile alone: pam_deny ends it before anything else.
  const Files files{{"sshd", kDebianSsh},
                    {"common-auth",
                     "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth required "
                     "pam_permit.so\nauth required pam_mfa.so\n"},
                    {"common-account", kDebianAccount}};
  EXPECT_EQ(only_fault(judge(files)).mend, "pam-auth-update --enable mfa-authfail");
}

TEST(CheckPam, AWrongPasswordEndsIt) {
  const std::string mend =
      "Add behind /etc/pam.d/sshd:1: auth [default=die] pam_mfa.so authfail  and write "
      "/etc/pam.d/sshd:1 as: auth [success=1 default=ignore] pam_unix.so";
  for (const char* control : {"required", "optional", "[success=ok default=bad]", "[success=ok default=ignore]"}) {
    for (const bool trust : {true, false}) {
      const Findings findings =
          judge({{"sshd", fmt::format("auth {} pam_unix.so\n", control) + kCode + kAccount}}, {.trust = trust});
      const Finding& fault = only_fault(findings);
      EXPECT_EQ(fault.name, "pam-wrong-password") << control;
      EXPECT_EQ(fault.mend, mend) << control;
    }
  }
  // What it says, written.
  EXPECT_THAT(faults_of(kUnix + kReport + kCode + kAccount), IsEmpty());
  // A directory first: its line only passes on to the next, which lets a wrong password by.
  EXPECT_THAT(only_fault(judge({{"sshd", "auth [success=1 default=ignore] pam_sss.so\nauth required pam_unix.so\n" +
                                             kCode + kAccount}}))
                  .detail,
              HasSubstr("/etc/pam.d/sshd:2"));
  // Where no password is asked for, none is wrong.
  EXPECT_THAT(faults_of(kCode + kAccount), IsEmpty());
  EXPECT_THAT(faults_of("auth requisite pam_unix.so\n" + kCode + kAccount, {}), IsEmpty());
}

TEST(CheckPam, WhatIsExemptOnPurposeIsNoFault) {
  const Findings findings = judge({{"su", "auth sufficient pam_rootok.so\n" + kUnix + kReport + kCode}});
  EXPECT_THAT(faults(findings), IsEmpty());
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.front().name, "pam-exempt");
  EXPECT_THAT(findings.front().detail, HasSubstr("/etc/pam.d/su:1"));
}

TEST(CheckPam, AccountIsForSshAlone) {
  Files files{{"sshd", kGood}, {"cron", "account required pam_unix.so\n"}, {"other", "auth required pam_deny.so\n"}};
  EXPECT_THAT(faults(judge(files)), IsEmpty());
  files["cron"] = "@include common-account\n";
  files["sudo"] = kUnix + kReport + kCode + "@include common-account\n";
  files["common-account"] = "account required pam_unix.so\naccount required pam_mfa.so\n";
  const Findings found = judge(files);
  const Finding& fault = only_fault(found);
  EXPECT_EQ(fault.name, "pam-account");
  EXPECT_THAT(fault.detail, HasSubstr("/etc/pam.d/common-account:2"));
  EXPECT_THAT(fault.detail, HasSubstr("(cron, sudo)"));
}

TEST(CheckPam, KeysAloneNeedTheAccountLine) {
  const std::string stack = kUnix + kReport + kCode + "account required pam_unix.so\n";
  EXPECT_THAT(faults_of(stack, {.trust = true, .keys_alone = true}), ElementsAre("pam-account-missing"));
  EXPECT_THAT(faults_of(stack, {.trust = true, .keys_alone = false}), IsEmpty());
  EXPECT_THAT(faults_of(kGood, {.trust = true, .keys_alone = true}), IsEmpty());
}

TEST(CheckPam, ThePasswordServiceNeverLeadsBack) {
  const Files files{{"sshd", kDebianSsh},
                    {"common-auth", kDebianAuth},
                    {"common-account", kDebianAccount},
                    {"mfa-enroll", "@include common-auth\naccount required pam_unix.so\n"}};
  EXPECT_THAT(faults(judge(files)), testing::Each("pam-recursion"));
  EXPECT_FALSE(faults(judge(files)).empty());
}

TEST(CheckPam, NowhereIsAFaultToo) {
  EXPECT_THAT(faults(judge({{"sshd", "auth required pam_unix.so\n"}})), ElementsAre("pam-nowhere"));
}

TEST(CheckPam, SubstacksEndForThemselves) {
  const std::string inner = "auth sufficient pam_unix.so\nauth required pam_deny.so\n";
  // `sufficient` ends the substack alone; what is in place ends the whole stack.
  // A wrong password goes on behind it.
  const Findings findings = judge({{"sshd", "auth substack inner\n" + kCode + kAccount}, {"inner", inner}}, {});
  EXPECT_EQ(only_fault(findings).name, "pam-wrong-password");
  EXPECT_EQ(only_fault(findings).mend,
            "Instead of /etc/pam.d/sshd:1 write the lines of /etc/pam.d/inner there themselves, /etc/pam.d/inner:1 as: "
            "auth [success=1 default=ignore] pam_unix.so  and behind it: auth [default=die] pam_mfa.so authfail");
  EXPECT_THAT(faults(judge({{"sshd", "auth include inner\n" + kCode + kAccount}, {"inner", inner}}, {})),
              ElementsAre("pam-skipped"));
  // A jump counts a substack as one line.
  EXPECT_THAT(
      faults(judge({{"sshd", "auth [success=1 default=ignore] pam_unix.so\nauth substack inner\n" + kCode + kAccount},
                    {"inner", "auth required pam_deny.so\nauth required pam_deny.so\n"}},
                   {})),
      ElementsAre("pam-wrong-password"));
}

TEST(CheckPam, FilesThatIncludeEachOtherEnd) {
  EXPECT_THAT(faults(judge({{"sshd", "@include sshd\n@include sshd\n" + kCode}})), testing::Contains("pam-syntax"));
  EXPECT_THAT(faults(judge({{"sshd", "@include nowhere\n" + kGood}})), testing::Contains("pam-syntax"));
}

TEST(PamStack, ReadsWhatLibpamReads) {
  const PamReader reader = reader_of({{"s",
                                       "# all\n\nauth required pam_a.so x # y\nauth\trequired \\\n pam_b.so [a b] c\n"
                                       "session required pam_c.so\nAuth [success=ok \\\n default=bad] pam_d.so"},
                                      {"other", "account required pam_o.so\n"}});
  const PamStack stack = read_pam_stack("s", PamType::auth, reader);
  ASSERT_EQ(stack.size(), 3U);
  EXPECT_EQ(to_string(stack[0].at), "/etc/pam.d/s:3");
  EXPECT_THAT(stack[0].arguments, ElementsAre("x"));
  EXPECT_EQ(stack[1].module, "pam_b");
  EXPECT_EQ(stack[1].at.line, 4);
  EXPECT_THAT(stack[1].arguments, ElementsAre("[a b]", "c"));
  EXPECT_EQ(stack[2].at.line, 7);
  const PamStack others = read_pam_stack("s", PamType::account, reader);
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others[0].module, "pam_o");
}

TEST(PamStack, ControlsThatLibpamDoesNotUnderstand) {
  for (const char* control : {"[success]", "[success=maybe]", "[sucess=ok]", "must", "[success=-1]", "[success=1", ""})
    EXPECT_FALSE(parse_pam_control(control)) << control;
  for (const char* control : {"Required", "[default=die]", "[success=0 default=2]", "[ ]"})
    EXPECT_TRUE(parse_pam_control(control)) << control;
}

TEST(PamStack, ServicesAreWhatProgramsName) {
  const PamReader reader = reader_of({{"sshd", "@include common-auth\n"}, {"su-l", "auth include su\n"}});
  const std::vector<std::string> names{"common-auth", "sshd", "sshd.dpkg-dist", "su", "su-l", "x~"};
  EXPECT_THAT(services_among(names, reader), ElementsAre("sshd", "su", "su-l"));
}

}  // namespace
}  // namespace mfa
