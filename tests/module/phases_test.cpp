// The lines of pam_mfa.so besides the login itself: `authfail`, `account` and `password`, and what `account` knows of
// `auth`. As libpam calls them, against engines that play a script.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/protocol/frame.h"
#include "tests/module/fixture.h"
#include "tests/module/host.h"

namespace mfa {
namespace {

using protocol::FrameType;
using protocol::Phase;
using protocol::Tag;
using protocol::VerdictCode;
using test::ask;
using test::byte;
using test::Frame;
using test::Host;
using test::kUnavailable;
using test::last_line;
using test::last_priority;
using test::Said;
using test::ScriptedEngine;
using test::verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kModule = MFA_MODULE;

// A line of a stack that consults the engine, and how a host gets there.
struct Line {
  const char* what;
  std::string text;  // socket=… and other words are put behind
  Host::Phase call;
  Phase phase;
  int unavailable;  // what it returns then
  int denied;
};
const Line kLogin{
    "auth", "auth required " + kModule, pam_authenticate, Phase::authenticate, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED};
const Line kAuthfail{"authfail",       "auth [default=die] " + kModule + " authfail",
                     pam_authenticate, Phase::failed_password,
                     PAM_AUTH_ERR,     PAM_AUTH_ERR};
const Line kAccount{"account",      "account required " + kModule, pam_acct_mgmt, Phase::account, PAM_AUTH_ERR,
                    PAM_PERM_DENIED};
const Line kPassword{"password",      "password required " + kModule,
                     pam_chauthtok,   Phase::password_changed,
                     PAM_AUTHTOK_ERR, PAM_AUTHTOK_ERR};
const Line* const kWithoutPrompts[] = {&kAuthfail, &kAccount, &kPassword};
const Line* const kAll[] = {&kLogin, &kAuthfail, &kAccount, &kPassword};

class Phases : public test::Module {
 protected:
  int run(const Line& line, const std::string& socket, const std::string& words = {}, const char* user = "alice") {
    return host.run(line.text + " socket=" + socket + " " + words, user, line.call);
  }
  int run(const Line& line, const std::vector<Frame>& frames, const std::string& words = {},
          const char* user = "alice") {
    ScriptedEngine engine(plays(frames));
    const int code = run(line, engine.socket(), words, user);
    engine.stop();
    connections = engine.connections();
    return code;
  }
  void anew() {
    host = Host();
    login = {};
    answers.clear();
    test::spawned = {};
    test::syslog_lines.clear();
  }
};

// --- what all of them send

TEST_F(Phases, EachLineSaysWhichPhaseItIsAndSendsTheFacts) {
  for (const Line* line : kAll) {
    anew();
    host.items = {{PAM_TTY, "ssh"}, {PAM_RHOST, "host.example"}, {PAM_RUSER, "bob"}};
    host.environment = {"SSH_CONNECTION=203.0.113.7 40000 192.0.2.1 22", "SSH_AUTH_INFO_0=publickey ssh-rsa AAAA"};
    run(*line, {verdict(VerdictCode::passed)});
    EXPECT_EQ(connections, 1) << line->what;
    EXPECT_EQ(login[Tag::phase], byte(static_cast<int>(line->phase))) << line->what;
    EXPECT_EQ(login[Tag::user], "alice");
    EXPECT_EQ(login[Tag::service], "campus");
    EXPECT_EQ(login[Tag::tty], "ssh");
    EXPECT_EQ(login[Tag::rhost], "host.example");
    EXPECT_EQ(login[Tag::ruser], "bob");
    EXPECT_EQ(login[Tag::ssh_connection], "203.0.113.7 40000 192.0.2.1 22");
    EXPECT_EQ(login[Tag::ssh_auth_info], "publickey ssh-rsa AAAA");
    EXPECT_EQ(login.fields.size(), 9U) << line->what << ": and nothing else";
  }
}

TEST_F(Phases, OnlyALoginSaysThatAPasswordWasTypedAndNeverWhatItWas) {
  for (const Line* line : kAll) {
    anew();
    Line typed = *line;
    const std::string type = typed.text.substr(0, typed.text.find(' '));
    typed.text = type + " required " MFA_TYPED " horse\n" + typed.text;
    run(typed, {verdict(VerdictCode::passed)});
    EXPECT_EQ(login[Tag::password_passed], line == &kLogin ? "" : "(none)") << line->what;
    for (const auto& [tag, bytes] : login.fields) EXPECT_EQ(bytes.find("horse"), std::string::npos);
  }
  Line empty = kLogin;
  empty.text = "auth required " MFA_TYPED "\n" + empty.text;
  run(empty, {verdict(VerdictCode::passed)});
  EXPECT_EQ(login[Tag::password_passed], "(none)") << "an empty password is none";
}

// With `required` the stack goes on after a wrong password.
TEST_F(Phases, APasswordThatPamUnixRefusedHasNotPassed) {
  const auto said = [&](const std::string& words) {
    anew();
    Line typed = kLogin;
    typed.text = "auth required " MFA_TYPED " horse " + words + "\n" + typed.text;
    run(typed, {verdict(VerdictCode::passed)});
    return login[Tag::password_passed];
  };
  EXPECT_EQ(said("alice"), "(none)");
  EXPECT_EQ(said("alice and then it was right"), "");
  EXPECT_EQ(said("bob"), "") << "somebody else";
}

TEST_F(Phases, RefuseFactsTooLongToCompareAndNamesThatNobodyHas) {
  for (const Line* line : kAll) {
    anew();
    host.items = {{PAM_RHOST, std::string(513, 'x')}};
    EXPECT_EQ(run(*line, {verdict(VerdictCode::passed)}), line->denied) << line->what;
    EXPECT_EQ(connections, 0) << line->what;
    EXPECT_THAT(last_line(), HasSubstr("reason=fact_too_long")) << line->what;
    anew();
    EXPECT_EQ(run(*line, {verdict(VerdictCode::passed)}, "", "al\nice"), line->denied) << line->what;
    EXPECT_EQ(connections, 0) << line->what;
    EXPECT_THAT(last_line(), HasSubstr("reason=user_malformed")) << line->what;
  }
}

TEST_F(Phases, WithoutPromptsDoNotEvenAskForTheName) {
  for (const Line* line : kWithoutPrompts) {
    anew();
    EXPECT_EQ(run(*line, {verdict(VerdictCode::passed)}, "", nullptr), line->denied) << line->what;
    EXPECT_THAT(host.said, IsEmpty()) << line->what;
    EXPECT_EQ(connections, 0) << line->what;
    EXPECT_THAT(last_line(), HasSubstr("reason=no_user")) << line->what;
  }
}

TEST_F(Phases, AnUnknownArgumentIsNamedAndDenies) {
  for (const Line* line : kAll) {
    for (const char* word : {"nullok", "forward", "Debug"}) {
      anew();
      EXPECT_EQ(run(*line, {verdict(VerdictCode::passed)}, word), line->denied) << line->what;
      EXPECT_EQ(connections, 0) << line->what;
      EXPECT_EQ(last_line(), std::string("event=unknown_argument argument=") + word) << line->what;
      EXPECT_EQ(last_priority(), LOG_ERR);
    }
  }
  for (const Line* line : {&kAccount, &kPassword}) {
    for (const char* word : {"authfail", "forward_pass"}) {
      EXPECT_EQ(run(*line, {verdict(VerdictCode::passed)}, word), line->denied) << line->what;
      EXPECT_EQ(connections, 0) << line->what;
    }
  }
}

// --- the engine is not what it should be

TEST_F(Phases, AnEngineThatAsksWhereNobodyCanAnswerHasFailed) {
  for (const Line* line : kWithoutPrompts) {
    anew();
    EXPECT_EQ(run(*line, {ask(), verdict(VerdictCode::passed)}), line->unavailable) << line->what;
    for (const auto& said : host.said) EXPECT_EQ(said, (Said{PAM_ERROR_MSG, kUnavailable})) << line->what;
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].fields.size(), 0U) << line->what << ": the connection ended, without an answer";
    EXPECT_THAT(last_line(), HasSubstr("reason=protocol")) << line->what;
  }
}

TEST_F(Phases, WithoutAServiceRootIsServedByASession) {
  if (!test::is_root()) GTEST_SKIP() << "only root starts sessions";
  for (const Line* line : kAll) {
    anew();
    run(*line, "/nowhere/engine.sock", "debug");
    EXPECT_EQ(test::spawned.calls, 1) << line->what;
    ASSERT_FALSE(test::syslog_lines.empty());
    EXPECT_EQ(test::syslog_lines[0].text, "way=session user=alice service=campus") << line->what;
  }
  EXPECT_EQ(run(kAccount, "/nowhere/engine.sock"), PAM_SUCCESS);
  EXPECT_EQ(run(kPassword, "/nowhere/engine.sock"), PAM_SUCCESS);
}

TEST_F(Phases, WithoutAServiceOthersFail) {
  for (const Line* line : kWithoutPrompts) {
    anew();
    host.unprivileged = true;
    EXPECT_EQ(run(*line, "/nowhere/engine.sock"), line->unavailable) << line->what;
    EXPECT_EQ(test::spawned.calls, 0) << line->what;
    EXPECT_THAT(last_line(), HasSubstr("reason=no_service")) << line->what;
  }
}

TEST_F(Phases, OthersGoToTheSocketForEverybody) {
  for (const Line* line : kAll) {
    anew();
    host.unprivileged = true;
    host.run(line->text, "alice", line->call);
    EXPECT_THAT(test::connected, ElementsAre("/run/mfa/user.sock")) << line->what;
    test::connected.clear();
  }
  if (!test::is_root()) return;
  test::spawned.fail_with = ENOENT;
  for (const Line* line : kAll) {
    host.unprivileged = false;
    host.run(line->text, "alice", line->call);
    EXPECT_THAT(test::connected, ElementsAre("/run/mfa/login.sock")) << line->what;
    test::connected.clear();
  }
}

TEST_F(Phases, ASessionThatCannotStartOrDiesFails) {
  if (!test::is_root()) GTEST_SKIP() << "only root starts sessions";
  for (const Line* line : kWithoutPrompts) {
    anew();
    EXPECT_EQ(run(*line, "/nowhere/engine.sock", "", "session-dies"), line->unavailable) << line->what;
    EXPECT_THAT(last_line(), HasSubstr("reason=connection_ended")) << line->what;
    test::spawned.fail_with = ENOENT;
    EXPECT_EQ(run(*line, "/nowhere/engine.sock"), line->unavailable) << line->what;
    EXPECT_THAT(last_line(), HasSubstr("reason=unreachable")) << line->what;
  }
}

// A session by configuration alone can skip; it can neither count a wrong password nor end trust.
TEST_F(Phases, AServiceThatHangsIsReplacedByConfigurationAloneOnlyWhereThatDecides) {
  ScriptedEngine engine(test::wait_for_end);
  for (const Line* line : {&kAuthfail, &kPassword}) {
    anew();
    EXPECT_EQ(run(*line, engine.socket()), line->unavailable) << line->what;
    EXPECT_EQ(test::spawned.calls, 0) << line->what;
    EXPECT_THAT(last_line(), HasSubstr("reason=timeout")) << line->what;
  }
  if (!test::is_root()) return;
  anew();
  EXPECT_EQ(run(kAccount, engine.socket()), PAM_SUCCESS);
  EXPECT_EQ(test::spawned.calls, 1);
  EXPECT_EQ(last_line(), "verdict=skipped user=alice service=campus reason=session");
}

TEST_F(Phases, AServiceThatHangsAfterHelloIsNotWaitedForLong) {
  for (const Line* line : kWithoutPrompts) {
    anew();
    const auto start = std::chrono::steady_clock::now();
    // A text now and then is no reason to wait longer.
    ScriptedEngine engine([](int fd) {
      test::read_frame(fd);
      test::write_frame(fd, test::hello());
      for (pollfd hung_up{fd, POLLIN, 0}; poll(&hung_up, 1, 100) == 0;) test::write_frame(fd, {FrameType::show, {}});
    });
    EXPECT_EQ(run(*line, engine.socket(), line == &kAuthfail ? "timeout=600" : "timeout=5"), line->unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(2)) << line->what;
    EXPECT_THAT(last_line(), HasSubstr("reason=timeout")) << line->what;
  }
}

TEST_F(Phases, AServiceThatEndsOrSpeaksOtherwiseFails) {
  using namespace std::string_literals;
  const std::string good = test::encoded(test::hello());
  const std::string passed = test::encoded(verdict(VerdictCode::passed));
  const std::string done = test::encoded(verdict(VerdictCode::done));
  struct {
    const char* what;
    std::string bytes;
    const char* reason;
  } const rows[] = {
      {"a verdict before Hello", passed, "protocol"},
      {"done before Hello", done, "protocol"},
      {"another version", test::encoded({FrameType::hello, {{Tag::version, byte(9)}, {Tag::oldest, byte(9)}}}) + passed,
       "version"},
      {"Hello twice", good + good + passed, "protocol"},
      {"a Result", good + test::encoded({FrameType::result, {}}) + passed, "protocol"},
      {"malformed fields", good + "\0\4V\0\5\0\2\1"s + passed, "malformed_frame"},
      {"an end after Hello", good, "connection_ended"},
      {"half a verdict", good + passed.substr(0, passed.size() - 1), "connection_ended"},
  };
  for (const Line* line : kWithoutPrompts) {
    for (const auto& row : rows) {
      anew();
      ScriptedEngine engine([&row](int fd) {
        test::read_frame(fd);
        test::write_all(fd, row.bytes);
      });
      EXPECT_EQ(run(*line, engine.socket()), line->unavailable) << line->what << ": " << row.what;
      EXPECT_THAT(last_line(), HasSubstr(std::string("reason=") + row.reason)) << line->what << ": " << row.what;
      EXPECT_EQ(test::spawned.calls, 0);
    }
  }
}

TEST_F(Phases, AnImpostorGetsNothing) {
  if (!test::is_root()) GTEST_SKIP() << "needs root to listen as another user";
  const test::Folder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
  const test::Stranger stranger(folder.path("s"), 12345);
  ASSERT_TRUE(stranger.listening());
  for (const Line* line : kWithoutPrompts) {
    anew();
    EXPECT_EQ(run(*line, folder.path("s")), line->unavailable) << line->what;
    EXPECT_THAT(last_line(), HasSubstr("reason=impostor")) << line->what;
  }
}

// --- authfail

TEST_F(Phases, AuthfailFailsWhateverTheVerdictIsAndSaysNothing) {
  for (int code = 0; code < 256; ++code) {
    EXPECT_EQ(run(kAuthfail, {{FrameType::show, {{Tag::text, "Show."}}},
                              verdict(static_cast<VerdictCode>(code), "The last word.")}),
              PAM_AUTH_ERR)
        << code;
  }
  EXPECT_EQ(run(kAuthfail, {{FrameType::verdict, {}}}), PAM_AUTH_ERR);
  EXPECT_THAT(host.said, IsEmpty());
}

TEST_F(Phases, AuthfailWithAnUnknownArgumentInFrontFailsAlike) {
  Line line = kAuthfail;
  line.text = "auth [default=die] " + kModule + " nullok authfail";
  EXPECT_EQ(run(line, {verdict(VerdictCode::passed)}), PAM_AUTH_ERR);
  EXPECT_EQ(last_line(), "event=unknown_argument argument=nullok");
}

// Other modules have told of the wrong password.
TEST_F(Phases, AuthfailLogsOnlyReportsThatWereLost) {
  run(kAuthfail, {verdict(VerdictCode::done)});
  run(kAuthfail, {verdict(VerdictCode::wrong)});
  EXPECT_THAT(test::syslog_lines, IsEmpty());
  run(kAuthfail, {verdict(VerdictCode::unavailable, "", "store")});
  ASSERT_EQ(test::syslog_lines.size(), 1U);
  EXPECT_EQ(last_line(), "event=report_failed user=alice service=campus reason=store");
  EXPECT_EQ(last_priority(), LOG_ERR);
  host.unprivileged = true;
  run(kAuthfail, "/nowhere/engine.sock");
  EXPECT_EQ(last_line(),
            "event=report_failed user=alice service=campus reason=no_service error=\"No such file or directory\"");
  EXPECT_THAT(host.said, IsEmpty());
}

TEST_F(Phases, AWrongPasswordEndsAtTheReportAndARightOneGoesOnToTheCode) {
  const auto stack = [](const std::string& password_module) {
    Line line = kLogin;
    line.text = "auth [success=1 default=ignore] " + password_module + "\nauth [default=die] " + kModule +
                " authfail socket=/nowhere/engine.sock\nauth required " + kModule;
    return line;
  };
  EXPECT_EQ(run(stack("pam_permit.so"), {verdict(VerdictCode::passed)}), PAM_SUCCESS);
  EXPECT_EQ(login[Tag::phase], byte(static_cast<int>(Phase::authenticate)));
  host.unprivileged = true;
  EXPECT_EQ(run(stack("pam_deny.so"), {verdict(VerdictCode::passed)}), PAM_AUTH_ERR);
  EXPECT_EQ(connections, 0) << "no code is asked for";
}

// --- account

TEST_F(Phases, AccountTurnsEachVerdictIntoItsCodeAndEveryOtherByteIntoADenial) {
  for (int code = 0; code < 256; ++code) {
    int expected = PAM_AUTH_ERR;
    if (code == 1 || code == 2 || code == 3) expected = PAM_SUCCESS;
    if (code == 4 || code == 5 || code == 6) expected = PAM_PERM_DENIED;
    EXPECT_EQ(run(kAccount, {verdict(static_cast<VerdictCode>(code))}), expected) << code;
  }
  EXPECT_EQ(run(kAccount, {{FrameType::verdict, {}}}), PAM_AUTH_ERR);
}

TEST_F(Phases, AccountShowsWhyAndLogsIt) {
  run(kAccount, {verdict(VerdictCode::denied, "Log in with your password and a code.", "account")});
  EXPECT_THAT(host.said, ElementsAre(Said{PAM_ERROR_MSG, "Log in with your password and a code."}));
  EXPECT_EQ(last_line(), "verdict=denied user=alice service=campus reason=account");
  EXPECT_EQ(last_priority(), LOG_NOTICE);
  anew();
  run(kAccount, {verdict(VerdictCode::trusted, "Trusted until Friday.", "device")});
  EXPECT_THAT(host.said, ElementsAre(Said{PAM_TEXT_INFO, "Trusted until Friday."}));
  EXPECT_EQ(last_line(), "verdict=trusted user=alice service=campus reason=device");
  anew();
  host.unprivileged = true;
  run(kAccount, "/nowhere/engine.sock");
  EXPECT_THAT(host.said, ElementsAre(Said{PAM_ERROR_MSG, kUnavailable}));
}

// --- what account knows of auth

// An engine that has one verdict after the other, each with a connection of its own, and whose last one is denied: a
// phase that must not ask gets that.
class Account : public Phases {
 protected:
  void begin(std::vector<VerdictCode> verdicts, const std::string& more = {}, const char* user = "alice") {
    engine_ = std::make_unique<ScriptedEngine>([this, verdicts](int fd) {
      const auto frame = test::read_frame(fd);
      if (!frame) return;
      asked.push_back((*frame)[Tag::user]);
      test::write_frame(fd, test::hello());
      if (prompts) {
        test::write_frame(fd, ask());
        test::read_frame(fd);
      }
      test::write_frame(fd, verdict(next < verdicts.size() ? verdicts[next++] : VerdictCode::denied));
    });
    const std::string words = " socket=" + engine_->socket() + "\n";
    host.begin(more + "auth required " + kModule + words + "account required " + kModule + words, user);
  }
  void end() {
    host.end(PAM_SUCCESS);
    engine_->stop();
  }
  int authenticates() { return host.call(pam_authenticate); }
  int accounts() { return host.call(pam_acct_mgmt); }

  bool prompts = false;
  std::vector<std::string> asked;  // about whom, in order
  std::size_t next = 0;            // of the verdicts

 private:
  std::unique_ptr<ScriptedEngine> engine_;
};

TEST_F(Account, DoesNotAskWhereAuthPassed) {
  for (const auto code : {VerdictCode::passed, VerdictCode::trusted, VerdictCode::skipped}) {
    asked.clear();
    begin({code});
    EXPECT_EQ(authenticates(), PAM_SUCCESS);
    EXPECT_EQ(accounts(), PAM_SUCCESS);
    EXPECT_EQ(accounts(), PAM_SUCCESS) << "as often as the host likes";
    end();
    EXPECT_THAT(asked, ElementsAre("alice"));
    next = 0;
  }
}

TEST_F(Account, AsksWhereAuthDidNotRun) {
  begin({});
  EXPECT_EQ(accounts(), PAM_PERM_DENIED);
  end();
  EXPECT_THAT(asked, ElementsAre("alice"));
}

TEST_F(Account, AsksWhereAuthDidNotPass) {
  begin({VerdictCode::wrong});
  EXPECT_EQ(authenticates(), PAM_AUTH_ERR);
  EXPECT_EQ(accounts(), PAM_PERM_DENIED);
  end();
  EXPECT_THAT(asked, ElementsAre("alice", "alice"));
}

TEST_F(Account, AsksForAnybodyButWhoPassed) {
  begin({VerdictCode::passed});
  EXPECT_EQ(authenticates(), PAM_SUCCESS);
  const std::string longest(256, 'a');
  for (const char* user : {"bob", "Alice", "alic", "alicea", "alice ", " alice", longest.c_str()}) {
    host.set(PAM_USER, user);
    EXPECT_EQ(accounts(), PAM_PERM_DENIED) << user;
  }
  host.set(PAM_USER, nullptr);
  EXPECT_EQ(accounts(), PAM_PERM_DENIED) << "nobody";
  host.set(PAM_USER, "alice");
  EXPECT_EQ(accounts(), PAM_SUCCESS);
  end();
  EXPECT_EQ(asked.size(), 8U);
}

TEST_F(Account, RemembersTheLongestName) {
  const std::string longest(256, 'a');
  begin({VerdictCode::passed}, "", longest.c_str());
  EXPECT_EQ(authenticates(), PAM_SUCCESS);
  EXPECT_EQ(accounts(), PAM_SUCCESS);
  host.set(PAM_USER, longest.substr(1).c_str());
  EXPECT_EQ(accounts(), PAM_PERM_DENIED);
  end();
}

TEST_F(Account, AsksAfterALaterAttemptThatFailed) {
  for (const char* later : {"alice", "bob"}) {
    asked.clear();
    begin({VerdictCode::passed, VerdictCode::wrong});
    EXPECT_EQ(authenticates(), PAM_SUCCESS);
    host.set(PAM_USER, later);
    EXPECT_EQ(authenticates(), PAM_AUTH_ERR);
    host.set(PAM_USER, "alice");
    EXPECT_EQ(accounts(), PAM_PERM_DENIED) << later;
    end();
    EXPECT_THAT(asked, ElementsAre("alice", later, "alice"));
    next = 0;
  }
}

TEST_F(Account, AsksAfterALaterAttemptThatNeverReachedTheEngine) {
  begin({VerdictCode::passed});
  EXPECT_EQ(authenticates(), PAM_SUCCESS);
  host.set(PAM_RHOST, std::string(513, 'x').c_str());
  EXPECT_EQ(authenticates(), PAM_PERM_DENIED);
  host.set(PAM_RHOST, nullptr);
  EXPECT_EQ(accounts(), PAM_PERM_DENIED);
  end();
}

TEST_F(Account, AsksForWhoPassedBeforeSomebodyElseDid) {
  begin({VerdictCode::passed, VerdictCode::passed});
  EXPECT_EQ(authenticates(), PAM_SUCCESS);
  host.set(PAM_USER, "bob");
  EXPECT_EQ(authenticates(), PAM_SUCCESS);
  EXPECT_EQ(accounts(), PAM_SUCCESS) << "bob";
  host.set(PAM_USER, "alice");
  EXPECT_EQ(accounts(), PAM_PERM_DENIED) << "alice";
  end();
}

TEST_F(Account, DoesNotAskAfterALaterAttemptThatPassed) {
  begin({VerdictCode::wrong, VerdictCode::passed});
  EXPECT_EQ(authenticates(), PAM_AUTH_ERR);
  EXPECT_EQ(authenticates(), PAM_SUCCESS);
  EXPECT_EQ(accounts(), PAM_SUCCESS);
  end();
}

TEST_F(Account, AsksAfterAPasswordThatFailedLater) {
  // The first line fails as soon as there is a remote host, and then the second one reports.
  begin({VerdictCode::passed, VerdictCode::done},
        "auth [success=1 default=ignore] pam_succeed_if.so quiet rhost != evil.example\n"
        "auth [default=die] " +
            kModule + " authfail socket=/nowhere/engine.sock\n");
  test::spawned.fail_with = ENOENT;
  host.set(PAM_RHOST, "good.example");
  EXPECT_EQ(authenticates(), PAM_SUCCESS);
  host.set(PAM_RHOST, "evil.example");
  EXPECT_EQ(authenticates(), PAM_AUTH_ERR);
  EXPECT_THAT(asked, ElementsAre("alice")) << "the report went elsewhere";
  accounts();
  end();
  EXPECT_THAT(asked, ElementsAre("alice", "alice"));
}

TEST_F(Account, WhoPassedIsWhoWasAskedAndNotWhoTheHostMadeOfThem) {
  host.renames = "bob";
  prompts = true;
  begin({VerdictCode::passed});
  EXPECT_EQ(authenticates(), PAM_SUCCESS);
  prompts = false;
  EXPECT_EQ(accounts(), PAM_PERM_DENIED) << "as bob";
  host.set(PAM_USER, "alice");
  EXPECT_EQ(accounts(), PAM_SUCCESS);
  end();
  EXPECT_THAT(asked, ElementsAre("alice", "bob"));
}

TEST_F(Account, KnowsNothingOfAnotherTransaction) {
  begin({VerdictCode::passed});
  EXPECT_EQ(authenticates(), PAM_SUCCESS);
  Host other;  // at the same time
  EXPECT_EQ(other.run(kAccount.text + " socket=/nowhere/engine.sock", "alice", pam_acct_mgmt),
            test::is_root() ? PAM_SUCCESS : PAM_AUTH_ERR);
  EXPECT_EQ(test::spawned.calls, test::is_root() ? 1 : 0) << "it asks a session";
  end();
  host = Host();  // and later
  begin({});
  EXPECT_EQ(accounts(), PAM_PERM_DENIED);
  end();
}

// libpam loads the modules anew then, while what they told it to keep stays.
TEST_F(Account, SurvivesThatTheHostUnloadsTheModule) {
  begin({VerdictCode::passed});
  EXPECT_EQ(authenticates(), PAM_SUCCESS);
  host.set(PAM_SERVICE, "elsewhere");
  EXPECT_EQ(accounts(), PAM_SUCCESS);
  host.set(PAM_SERVICE, "nowhere");
  EXPECT_NE(accounts(), PAM_SUCCESS) << "there is no such service";
  EXPECT_FALSE(Host::is_loaded());
  end();
}

TEST_F(Account, WithAnUnknownArgumentDeniesAlsoWhoPassed) {
  ScriptedEngine engine(plays({verdict(VerdictCode::passed)}));
  for (const char* word : {"nullok", "authfail", "forward_pass"}) {
    const std::string words = " socket=" + engine.socket();
    host.begin("auth required " + kModule + words + "\naccount required " + kModule + words + " " + word, "alice");
    EXPECT_EQ(authenticates(), PAM_SUCCESS);
    EXPECT_EQ(accounts(), PAM_PERM_DENIED) << word;
    EXPECT_EQ(last_line(), std::string("event=unknown_argument argument=") + word);
    host.end(PAM_SUCCESS);
  }
}

// --- password

TEST_F(Phases, PasswordSucceedsIfTheEngineHasHeardAndSaysNothing) {
  for (int code = 0; code < 256; ++code) {
    const bool heard = code == 1 || code == 3 || code == 9;
    EXPECT_EQ(run(kPassword, {{FrameType::show, {{Tag::text, "Show."}}},
                              verdict(static_cast<VerdictCode>(code), "The last word.")}),
              heard ? PAM_SUCCESS : PAM_AUTHTOK_ERR)
        << code;
    ASSERT_EQ(test::syslog_lines.size(), 1U) << code;
    EXPECT_EQ(connections, 1) << "once for the two calls of libpam";
  }
  EXPECT_THAT(host.said, IsEmpty());
}

TEST_F(Phases, PasswordLogsWhatBecameOfIt) {
  run(kPassword, {verdict(VerdictCode::done, "", "trust_ended")});
  EXPECT_EQ(last_line(), "verdict=done user=alice service=campus reason=trust_ended");
  EXPECT_EQ(last_priority(), LOG_INFO);
  run(kPassword, {verdict(VerdictCode::denied, "", "foreign")});
  EXPECT_EQ(last_line(), "verdict=denied user=alice service=campus reason=foreign");
  EXPECT_EQ(last_priority(), LOG_NOTICE);
  host.unprivileged = true;
  run(kPassword, "/nowhere/engine.sock");
  EXPECT_EQ(last_line(),
            "verdict=unavailable user=alice service=campus reason=no_service error=\"No such file or directory\"");
  EXPECT_EQ(last_priority(), LOG_ERR);
  EXPECT_THAT(host.said, IsEmpty());
}

TEST_F(Phases, PasswordReportsNothingBeforeTheChange) {
  Line line = kPassword;
  line.text = "password requisite pam_deny.so\n" + line.text;  // denies in the first of libpam's two calls
  EXPECT_NE(run(line, {verdict(VerdictCode::done)}), PAM_SUCCESS);
  EXPECT_EQ(connections, 0);
  line.text = kPassword.text;
  ScriptedEngine engine(plays({verdict(VerdictCode::done)}));
  const std::string words = " socket=" + engine.socket() + "\n";
  EXPECT_NE(host.run(line.text + words + "password required pam_deny.so", "alice", pam_chauthtok), PAM_SUCCESS);
  engine.stop();
  EXPECT_EQ(engine.connections(), 0);
  EXPECT_THAT(test::syslog_lines, IsEmpty());
}

TEST_F(Phases, PasswordAsOptionalNeverStandsInTheWay) {
  Line line = kPassword;
  line.text = "password required pam_permit.so\npassword optional " + kModule;
  EXPECT_EQ(run(line, {verdict(VerdictCode::unavailable)}), PAM_SUCCESS);
  test::syslog_lines.clear();
  EXPECT_EQ(run(line, {verdict(VerdictCode::done)}, "nullok"), PAM_SUCCESS);
  EXPECT_EQ(test::syslog_lines.size(), 2U) << "refused before the change, where `required` can stop it, and after";
  host.unprivileged = true;
  EXPECT_EQ(run(line, "/nowhere/engine.sock"), PAM_SUCCESS);
}

}  // namespace
}  // namespace mfa
