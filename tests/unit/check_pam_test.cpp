// PAM stacks as people write them, right ones and broken ones: which fault is named, and what mends it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>
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
  return [files = std::move(files)](const std::string& named) -> std::optional<PamFile> {
    const std::string name = named.starts_with("/etc/pam.d/") ? named.substr(11) : named;
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

// Does what a mend says, word by word, as somebody would who knows nothing of PAM. False: it says it in no such words.
class Pasting {
 public:
  explicit Pasting(Files files) : files_(std::move(files)) {}
  bool paste(const std::string& mend) {
    static const std::regex kWrite("Write (\\S+):(\\d+) as: (.*)");
    static const std::regex kRemove("Remove (\\S+):(\\d+)(?:;.*)?");
    static const std::regex kComment(".*rite # in front of (\\S+):(\\d+)");
    static const std::regex kMove("Move (\\S+):(\\d+) (before|behind) \\S+:(\\d+)(?: \\(.*\\))?");
    static const std::regex kAdd("Add (before|behind) (\\S+):(\\d+)(?: \\([^)]*\\))?:(?: (.*)|((?:\n.*)+))");
    static const std::regex kInstead("In (\\S+) write instead of lines? (\\d+)(?: to (\\d+))?:((?:\n.*)+)");
    std::smatch found;
    if (const std::size_t two = mend.find("  Add "); two != std::string::npos)
      return paste(mend.substr(0, two)) && paste(mend.substr(two + 2));
    if (std::regex_match(mend, found, kWrite)) return put(found[1], number(found[2]), number(found[2]), found[3]);
    if (std::regex_match(mend, found, kRemove)) return put(found[1], number(found[2]), number(found[2]), "");
    if (std::regex_match(mend, found, kComment)) return put(found[1], number(found[2]), number(found[2]), "# off");
    if (std::regex_match(mend, found, kInstead))
      return put(found[1], number(found[2]), number(found[3].matched ? found[3] : found[2]), found[4]);
    if (std::regex_match(mend, found, kAdd)) {
      const int at = number(found[3]) + (found[1] == "behind" ? 1 : 0);
      return put(found[2], at, at - 1, found[4].matched ? found[4] : found[5]);
    }
    if (std::regex_match(mend, found, kMove)) return move(found);
    return false;
  }
  [[nodiscard]] const Files& files() const { return files_; }

 private:
  static int number(const std::string& text) { return std::stoi(text); }
  static std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

  bool move(const std::smatch& found) {
    const int from = number(found[2]);
    const int to = number(found[4]) + (found[3] == "behind" ? 1 : 0);
    const std::string line = lines(found[1]).at(static_cast<std::size_t>(from) - 1);
    put(found[1], to, to - 1, line);
    return put(found[1], from + (to <= from ? 1 : 0), from + (to <= from ? 1 : 0), "");
  }

  std::vector<std::string> lines(const std::string& path) const {
    std::vector<std::string> lines;
    std::istringstream text(files_.at(name_of(path)));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  bool put(const std::string& path, int from, int to, const std::string& text) {
    std::vector<std::string> all = lines(path);
    std::vector<std::string> added;
    std::istringstream words(text);
    for (std::string line; std::getline(words, line);)
      if (!line.empty()) added.push_back(line);
    all.erase(all.begin() + from - 1, all.begin() + to);
    all.insert(all.begin() + from - 1, added.begin(), added.end());
    std::string& file = files_[name_of(path)];
    file.clear();
    for (const std::string& line : all) file += line + "\n";
    return true;
  }

  Files files_;
};

// Of sshd alone.
std::vector<std::string> faults_of(const std::string& stack, const PamWants& wants = {.trust = true}) {
  return faults(judge({{"sshd", stack}}, wants));
}

Finding only_fault(const Findings& findings) {
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
  const std::string unix_and_report =
      "\nauth [success=1 default=ignore] pam_unix.so\nauth [default=die] pam_mfa.so authfail";
  for (const Row& row : std::vector<Row>{
           {"auth sufficient pam_unix.so\n" + kCode + kAccount, "pam-skipped",
            "In " + file + " write instead of line 1:" + unix_and_report},
           {"auth sufficient pam_unix.so\n" + kReport + kCode + kAccount, "pam-skipped",
            "Write " + file + ":1 as: auth [success=1 default=ignore] pam_unix.so"},
           {"auth [success=done default=ignore] pam_unix.so\n" + kReport + kCode + kAccount, "pam-skipped",
            "[success=1 default=ignore]"},
           {"auth [success=3 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n" + kReport + kCode +
                "auth required pam_permit.so\n" + kAccount,
            "pam-skipped", "[success="},
           {kUnix + kReport + "auth required pam_permit.so\n" + kAccount, "pam-skipped", "required pam_mfa.so"},
           {kUnix + kReport + "auth optional pam_mfa.so\nauth required pam_permit.so\n" + kAccount, "pam-control",
            "Write " + file + ":3 as: auth required pam_mfa.so"},
           // Nobody gets in by these yet.
           {kUnix + kReport + "auth optional pam_mfa.so\n" + kAccount, "pam-control",
            "Write " + file + ":3 as: auth required pam_mfa.so"},
           {kUnix + kReport + "auth sufficient pam_mfa.so\n" + kAccount, "pam-control", ":3 as: auth required"},
           {"auth required pam_unix.so\nauth sufficient pam_mfa.so\n" + kAccount, "pam-control", unix_and_report},
           {kUnix + kReport + "auth [success=ok authinfo_unavail=ignore default=bad] pam_mfa.so\n" +
                "auth required pam_permit.so\n" + kAccount,
            "pam-control", "auth required pam_mfa.so"},
           {kCode + kUnix + kReport + "auth required pam_permit.so\n" + kAccount, "pam-order",
            "In " + file + " write instead of lines 1 to 3:" + unix_and_report + "\nauth required pam_mfa.so"},
           {"auth requisite pam_unix.so\n" + kCode + kAccount, "pam-authfail", unix_and_report},
           {"auth requisite pam_unix.so\n" + kReport + kCode + kAccount, "pam-nobody",
            "Write " + file + ":1 as: auth [success=1 default=ignore] pam_unix.so"},
           // authfail is missing, and what leads over it is still there.
           {kUnix + kCode + kAccount, "pam-nobody",
            "Add behind " + file + ":1: auth [default=die] pam_mfa.so authfail"},
           // The two lines are exchanged.
           {kUnix + kCode + kReport + kAccount, "pam-nobody",
            "In " + file +
                " write instead of lines 2 to 3:\nauth [default=die] pam_mfa.so authfail\nauth required pam_mfa.so"},
           {kCode + kReport + kUnix + kAccount, "pam-nobody", unix_and_report + "\nauth required pam_mfa.so"},
           {kUnix + kReport + "auth required pam_mfa.so nullok\n" + kAccount, "pam-arguments",
            "Write " + file + ":3 as: auth required pam_mfa.so"},
           {kUnix + kReport + kCode + "account required pam_mfa.so authfail\n", "pam-arguments", ":4 as"},
           {kGood + "auth requird pam_env.so\n", "pam-syntax", "man 5 pam.conf"},
           {kUnix + kReport + kCode + "account sufficient pam_unix.so\naccount required pam_mfa.so\n", "pam-skipped",
            "In " + file +
                " write instead of lines 4 to 5:\naccount required pam_mfa.so\naccount sufficient pam_unix.so"},
           {"auth [success=5 default=ignore] pam_unix.so\n" + kReport + kCode + kAccount, "pam-nobody",
            "[success=1 default=ignore]"},
           {"auth [success=2 default=ignore] pam_unix.so\n" + kReport + kCode + kAccount, "pam-nobody",
            "[success=1 default=ignore]"},
           // Right passwords are reported as wrong ones, and end there.
           {"auth required pam_unix.so\n" + kReport + kCode + kAccount, "pam-nobody", "[success=1 default=ignore]"},
           // With a directory beside the local passwords.
           {"auth [success=1 default=ignore] pam_sss.so\nauth required pam_unix.so use_first_pass\n" + kCode + kAccount,
            "pam-wrong-password",
            "\nauth [success=2 default=ignore] pam_sss.so\nauth [success=1 default=ignore] pam_unix.so "
            "use_first_pass\n"},
           {"auth sufficient pam_sss.so\nauth sufficient pam_unix.so\nauth required pam_deny.so\n" + kCode + kAccount,
            "pam-skipped", "[success="},
           // What stands around it stays.
           {"# ours\nauth required pam_env.so\n" + kUnix + "auth requisite pam_deny.so\nauth required pam_permit.so\n" +
                kCode + kAccount,
            "pam-authfail", "[success=2 default=ignore] pam_unix.so"},
           {"auth sufficient \\\n  pam_unix.so nodelay\n" + kReport + kCode + kAccount, "pam-skipped",
            "auth [success=1 default=ignore] pam_unix.so nodelay"},
       }) {
    const Files files{{"sshd", row.stack}};
    const Finding fault = only_fault(judge(files));
    EXPECT_EQ(fault.name, row.fault) << row.stack;
    EXPECT_THAT(fault.mend, HasSubstr(row.mend)) << row.stack;
    if (row.fault == "pam-syntax") continue;
    Pasting pasting(files);
    ASSERT_TRUE(pasting.paste(fault.mend)) << fault.mend;
    EXPECT_THAT(faults(judge(pasting.files())), IsEmpty()) << row.stack << "----\n"
                                                           << fault.mend << "\n----\n"
                                                           << pasting.files().at("sshd");
  }
}

struct SharedRow {
  std::string name;
  Files files;
  std::vector<std::string> mend;  // the whole of it, or the parts of it
  PamWants wants = {.trust = true};
};

// As Debian has it without pam_mfa.
const std::string kCommonAuth =
    "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\nauth required pam_permit.so\n";

// A place in a shared file is the line that includes it; others who read that file notice nothing.
TEST(CheckPam, MendsLeaveSharedFilesAlone) {
  const std::string account =
      "account required pam_nologin.so\n@include common-account\nsession required pam_loginuid.so\n# one\n"
      "@include common-session\npassword required pam_unix.so\n";
  for (const SharedRow& row : std::vector<SharedRow>{
           {.name = "pam-order",
            .files = {{"sshd", "# sshd\nauth required pam_mfa.so\n@include common-auth\n"}},
            .mend =
                {"In /etc/pam.d/sshd write instead of lines 2 to 3:\n@include common-auth\nauth required pam_mfa.so"},
            .wants = {.trust = false}},
           {.name = "pam-order",
            .files = {{"sshd", "auth required pam_mfa.so\n@include common-auth\n"}},
            .mend = {"In /etc/pam.d/sshd write instead of lines 1 to 2:",
                     "\nauth [success=2 default=ignore] pam_unix.so nullok\n"}},
           {.name = "pam-authfail",
            .files = {{"sshd", "@include common-auth\nauth required pam_mfa.so\n"}},
            .mend = {"In /etc/pam.d/sshd write instead of line 1:",
                     "\nauth [default=die] pam_mfa.so authfail\nauth requisite pam_deny.so"}},
           {.name = "pam-control",
            .files = {{"sshd", "@include common-auth\nauth optional pam_mfa.so\n"}},
            .mend = {"Write /etc/pam.d/sshd:2 as: auth required pam_mfa.so"},
            .wants = {.trust = false}},
           {.name = "pam-skipped",
            .files = {{"sshd",
                       "@include common-auth\nauth required pam_mfa.so\n" + account + "account required pam_mfa.so\n"}},
            .mend = {"Move /etc/pam.d/sshd:9 before /etc/pam.d/sshd:4 (@include common-account)"},
            .wants = {.trust = false}},
           {.name = "pam-account-missing",
            .files = {{"sshd", "@include common-auth\nauth required pam_mfa.so\n" + account}},
            .mend = {"Add behind /etc/pam.d/sshd:3: account required pam_mfa.so"},
            .wants = {.trust = false, .keys_alone = true}},
           {.name = "pam-account",
            .files = {{"sshd", kGood},
                      {"sudo", "@include common-auth\n@include common-account\n"},
                      {"common-account", "account required pam_unix.so\naccount required pam_mfa.so\n"}},
            .mend = {"Remove /etc/pam.d/common-account:2; /etc/pam.d/sshd is where it belongs"}},
           {.name = "pam-account",
            .files = {{"sshd", kUnix + kReport + kCode + "@include common-account\n"},
                      {"sudo", "@include common-auth\n@include common-account\n"},
                      {"common-account", "account required pam_unix.so\naccount required pam_mfa.so\n"}},
            .mend = {"Remove /etc/pam.d/common-account:2  Add behind /etc/pam.d/sshd:3: account required pam_mfa.so"},
            .wants = {.trust = true, .keys_alone = true}},
           // What stands in the shared file itself is mended there, for all that read it.
           {.name = "pam-authfail",
            .files = {{"sshd", "@include common-auth\n"}, {"common-auth", kCommonAuth + kCode}},
            .mend = {"In /etc/pam.d/common-auth write instead of line 1:\nauth [success=2 default=ignore] pam_unix.so "
                     "nullok\nauth [default=die] pam_mfa.so authfail"}},
           {.name = "pam-nowhere",
            .files = {{"sshd", "@include common-auth\n"}},
            .mend = {"In /etc/pam.d/sshd write instead of line 1:", "\nauth required pam_mfa.so"}},
       }) {
    Files files = row.files;
    files.insert({"common-auth", kCommonAuth});
    files.insert({"common-account", kDebianAccount});
    files.insert({"common-session", "session required pam_unix.so\n"});
    files.insert({"cron", "@include common-auth\n@include common-account\n"});
    const Finding fault = only_fault(judge(files, row.wants));
    EXPECT_EQ(fault.name, row.name);
    for (const std::string& part : row.mend) EXPECT_THAT(fault.mend, HasSubstr(part));
    if (row.mend.size() == 1 && row.name != "pam-nowhere") {
      EXPECT_EQ(fault.mend, row.mend[0]);
    }
    Pasting pasting(files);
    ASSERT_TRUE(pasting.paste(fault.mend.substr(0, fault.mend.find("\nThen")))) << fault.mend;
    EXPECT_THAT(faults(judge(pasting.files(), row.wants)), IsEmpty()) << fault.mend << "\n"
                                                                      << pasting.files().at("sshd");
  }
}

TEST(CheckPam, WhereDebiansProfilesAreTheyAreTheMend) {
  const PamWants wants{.trust = true, .profiles = true};
  const Files files{{"sshd", kDebianSsh}, {"common-auth", kCommonAuth + kCode}, {"common-account", kDebianAccount}};
  EXPECT_EQ(only_fault(judge(files, wants)).mend, "pam-auth-update --enable mfa-authfail");
  EXPECT_THAT(only_fault(judge({{"sshd", "auth required pam_unix.so\n"}}, wants)).mend,
              HasSubstr("pam-auth-update --enable mfa mfa-authfail"));
  // It would not help here.
  EXPECT_THAT(only_fault(judge({{"sshd", kUnix + kCode + kAccount}}, wants)).mend, HasSubstr("Add behind"));
}

TEST(CheckPam, ModulesThatAreNotThere) {
  PamWants wants{.trust = true};
  const std::vector<std::string> names{"pam_mfa", "pam_unix", "pam_env", "pam_permit"};
  wants.modules = {.there =
                       [&names](const std::string& path) {
                         return std::ranges::any_of(names,
                                                    [&](const std::string& name) { return path == name + ".so"; });
                       },
                   .names = names};
  struct ModuleRow {
    std::string stack, detail, mend;
  };
  for (const ModuleRow& row : std::vector<ModuleRow>{
           {kUnix + kReport + "auth required pam_mfaa.so\n" + kCode + kAccount,
            "/etc/pam.d/sshd:3: there is no module pam_mfaa.so", "Write # in front of /etc/pam.d/sshd:3"},
           {kUnix + kReport + "auth required pam_mfaa.so\n" + kAccount, "sshd:3",
            "Write /etc/pam.d/sshd:3 as: auth required pam_mfa.so"},
           {"auth required pam_mffa.so\naccount required pam_unix.so\n", "sshd:1", ":1 as: auth required pam_mfa.so"},
           {"auth required pam_enf.so readenv=1\n" + kGood, "sshd:1", "Install the package that has pam_enf.so;"},
           {kGood + "account requisite pam_campus.so\n", "sshd:6",
            "Install the package that has pam_campus.so; if nothing there depends on it, write # in front of "
            "/etc/pam.d/sshd:6"},
           {kGood + "session required pam_loginuids.so\n", "sshd:6", "in front of /etc/pam.d/sshd:6"},
       }) {
    const Files files{{"sshd", row.stack}};
    const Finding fault = only_fault(judge(files, wants));
    EXPECT_EQ(fault.name, "pam-module") << row.stack;
    EXPECT_THAT(fault.detail, HasSubstr(row.detail));
    EXPECT_THAT(fault.mend, HasSubstr(row.mend));
    Pasting pasting(files);
    ASSERT_TRUE(pasting.paste(fault.mend)) << fault.mend;
    EXPECT_THAT(faults(judge(pasting.files(), wants)), IsEmpty()) << pasting.files().at("sshd");
  }
  // libpam goes on there.
  EXPECT_THAT(faults(judge({{"sshd",
                             "-auth optional pam_gone.so\nauth [success=ok module_unknown=ignore default=bad] "
                             "pam_gone.so\n" +
                                 kGood}},
                           wants)),
              IsEmpty());
}

TEST(CheckPam, NobodyGetsIn) {
  EXPECT_THAT(faults_of("auth requisite pam_deny.so\n" + kGood), ElementsAre("pam-nobody"));
  EXPECT_THAT(only_fault(judge({{"sshd", "auth requisite pam_deny.so\n" + kGood}})).mend, HasSubstr("man 8 pam_mfa"));
}

TEST(CheckPam, WrongPasswordsMatterWhereDevicesAreRemembered) {
  const std::string stack = "auth requisite pam_unix.so\n" + kCode + kAccount;
  EXPECT_THAT(faults_of(stack, {.trust = true}), ElementsAre("pam-authfail"));
  EXPECT_THAT(faults_of(stack, {.trust = false}), IsEmpty());
  // It asks for little where that does.
  EXPECT_EQ(only_fault(judge({{"sshd", "auth sufficient pam_unix.so\n" + kCode + kAccount}}, {})).mend,
            "Write /etc/pam.d/sshd:1 as: auth requisite pam_unix.so");
}

TEST(CheckPam, AWrongPasswordEndsIt) {
  const std::string mend =
      "In /etc/pam.d/sshd write instead of line 1:\nauth [success=1 default=ignore] pam_unix.so\n"
      "auth [default=die] pam_mfa.so authfail";
  for (const char* control : {"required", "optional", "[success=ok default=bad]", "[success=ok default=ignore]"}) {
    const Findings findings = judge({{"sshd", fmt::format("auth {} pam_unix.so\n", control) + kCode + kAccount}});
    const Finding fault = only_fault(findings);
    EXPECT_EQ(fault.name, "pam-wrong-password") << control;
    EXPECT_EQ(fault.mend, mend) << control;
    EXPECT_EQ(only_fault(judge({{"sshd", fmt::format("auth {} pam_unix.so\n", control) + kCode + kAccount}}, {})).mend,
              "Write /etc/pam.d/sshd:1 as: auth requisite pam_unix.so")
        << control;
  }
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
  const Finding fault = only_fault(found);
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
            "In /etc/pam.d/sshd write instead of line 1:\nauth [success=2 default=ignore] pam_unix.so\n"
            "auth [default=die] pam_mfa.so authfail\nauth required pam_deny.so");
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
