// pam_mfa.so as libpam loads it, against engines that play a script.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <syslog.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/protocol/client.h"
#include "common/protocol/frame.h"
#include "tests/module/fixture.h"

namespace mfa {
namespace {

using protocol::AnswerStatus;
using protocol::FrameType;
using protocol::Tag;
using protocol::VerdictCode;
using test::ask;
using test::byte;
using test::Frame;
using test::Host;
using test::kPrompt;
using test::kUnavailable;
using test::last_line;
using test::last_priority;
using test::Module;
using test::Said;
using test::ScriptedEngine;
using test::verdict;
using test::was_wiped;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// --- the verdict

TEST_F(Module, TurnsEachVerdictIntoItsCodeAndEveryOtherByteIntoADenial) {
  for (int code = 0; code < 256; ++code) {
    int expected = PAM_AUTHINFO_UNAVAIL;
    if (code == 1 || code == 2 || code == 3) expected = PAM_SUCCESS;
    if (code == 4) expected = PAM_AUTH_ERR;
    if (code == 5) expected = PAM_MAXTRIES;
    if (code == 6) expected = PAM_PERM_DENIED;
    if (code == 8) expected = PAM_CONV_ERR;
    EXPECT_EQ(log_in({verdict(static_cast<VerdictCode>(code))}), expected) << code;
  }
}

// After PAM_MAXTRIES sshd offers no method at all, which ssh(1) takes for any: it would ask for a password of its own,
// three times, and call each wrong.
TEST_F(Module, SshdIsNotToldThatTheTriesAreUsedUp) {
  host.items = {{PAM_TTY, "ssh"}};
  EXPECT_EQ(log_in({verdict(VerdictCode::locked)}), PAM_AUTH_ERR);
  EXPECT_EQ(log_in({verdict(VerdictCode::denied)}), PAM_PERM_DENIED);
  host.items = {{PAM_TTY, "/dev/pts/1"}};
  EXPECT_EQ(log_in({verdict(VerdictCode::locked)}), PAM_MAXTRIES);
}

TEST_F(Module, AVerdictWithoutACodeIsADenial) {
  EXPECT_EQ(log_in({{FrameType::verdict, {}}}), PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(log_in({{FrameType::verdict, {{Tag::verdict, "\1\1"}}}}), PAM_AUTHINFO_UNAVAIL);
}

TEST_F(Module, LogsEachVerdictInKeysAndValues) {
  struct {
    VerdictCode code;
    const char* name;
    int priority;
  } const rows[] = {
      {VerdictCode::passed, "passed", LOG_INFO},          {VerdictCode::trusted, "trusted", LOG_INFO},
      {VerdictCode::skipped, "skipped", LOG_INFO},        {VerdictCode::wrong, "wrong", LOG_NOTICE},
      {VerdictCode::locked, "locked", LOG_NOTICE},        {VerdictCode::denied, "denied", LOG_NOTICE},
      {VerdictCode::unavailable, "unavailable", LOG_ERR}, {VerdictCode::conversation, "conversation", LOG_NOTICE},
  };
  for (const auto& row : rows) {
    log_in({verdict(row.code, "", "a reason")});
    EXPECT_EQ(last_line(), std::string("verdict=") + row.name + " user=alice service=campus reason=\"a reason\"");
    EXPECT_EQ(last_priority(), row.priority) << row.name;
  }
}

TEST_F(Module, ShowsTheLastWordAsItsKind) {
  log_in({verdict(VerdictCode::wrong, "That code is not right.")});
  EXPECT_THAT(host.said, ElementsAre(Said{PAM_ERROR_MSG, "That code is not right."}));
  host.said.clear();
  log_in({verdict(VerdictCode::passed, "3 recovery codes are left.")});
  EXPECT_THAT(host.said, ElementsAre(Said{PAM_TEXT_INFO, "3 recovery codes are left."}));
  host.said.clear();
  log_in({verdict(VerdictCode::wrong)});
  EXPECT_THAT(host.said, IsEmpty());
}

TEST_F(Module, ALastWordThatCannotBeShownChangesNothing) {
  host.null_conversation = true;
  EXPECT_EQ(log_in({verdict(VerdictCode::passed, "Welcome.")}), PAM_SUCCESS);
}

// --- the facts

TEST_F(Module, SendsWhatTheHostSays) {
  host.items = {{PAM_TTY, "ssh"}, {PAM_RHOST, "host.example"}, {PAM_RUSER, "bob"}};
  const std::string key = "publickey ssh-rsa " + std::string(8000, 'A') + "\n";
  host.environment = {"SSH_CONNECTION=203.0.113.7 40000 192.0.2.1 22", "SSH_AUTH_INFO_0=" + key};
  EXPECT_EQ(log_in({verdict(VerdictCode::passed)}), PAM_SUCCESS);
  EXPECT_EQ(login.type, FrameType::login);
  EXPECT_EQ(login[Tag::version], byte(protocol::kVersion));
  EXPECT_EQ(login[Tag::user], "alice");
  EXPECT_EQ(login[Tag::service], "campus");
  EXPECT_EQ(login[Tag::tty], "ssh");
  EXPECT_EQ(login[Tag::rhost], "host.example");
  EXPECT_EQ(login[Tag::ruser], "bob");
  EXPECT_EQ(login[Tag::ssh_connection], "203.0.113.7 40000 192.0.2.1 22");
  EXPECT_EQ(login[Tag::ssh_auth_info], key);
  EXPECT_EQ(login[Tag::phase], byte(static_cast<int>(protocol::Phase::authenticate)));
  EXPECT_EQ(login.fields.size(), 9U) << "and nothing else";
}

TEST_F(Module, NeverReadsTheEnvironmentOfTheProcess) {
  setenv("SSH_CONNECTION", "127.0.0.1 1 127.0.0.1 22", 1);
  setenv("SSH_AUTH_INFO_0", "publickey sk-ssh-ed25519@openssh.com AAAA", 1);
  EXPECT_EQ(log_in({verdict(VerdictCode::passed)}), PAM_SUCCESS);
  unsetenv("SSH_CONNECTION");
  unsetenv("SSH_AUTH_INFO_0");
  EXPECT_EQ(login.fields.size(), 4U) << "version, user, service, phase";
}

TEST_F(Module, RefusesNamesThatNobodyHas) {
  struct {
    const char* what;
    std::string user;
  } const rows[] = {
      {"257 bytes", std::string(257, 'a')}, {"a line feed", "alice\nbob"},
      {"escape", "al\x1b[2Jice"},           {"delete", "alice\x7f"},
      {"only a control", "\x01"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(log_in({verdict(VerdictCode::passed)}, "", row.user.c_str()), PAM_PERM_DENIED) << row.what;
    EXPECT_EQ(connections, 0) << row.what;
    EXPECT_THAT(last_line(), HasSubstr("reason=user_malformed")) << row.what;
    EXPECT_TRUE(std::ranges::none_of(last_line(), [](char c) { return c < ' ' || c == 0x7f; })) << row.what;
  }
  const std::string longest(256, 'a');
  EXPECT_EQ(log_in({verdict(VerdictCode::passed)}, "", longest.c_str()), PAM_SUCCESS);
  EXPECT_EQ(login[Tag::user], longest);
}

TEST_F(Module, RefusesALoginOfNobody) {
  host.reply = "";
  EXPECT_EQ(log_in({verdict(VerdictCode::passed)}, "", nullptr), PAM_PERM_DENIED);
  EXPECT_EQ(connections, 0);
  host.result = PAM_CONV_ERR;
  EXPECT_EQ(log_in({verdict(VerdictCode::passed)}, "", nullptr), PAM_CONV_ERR);
  EXPECT_EQ(connections, 0);
}

TEST_F(Module, RefusesFactsTooLongToCompare) {
  for (const int item : {PAM_TTY, PAM_RHOST, PAM_RUSER}) {
    host.items = {{item, std::string(513, 'x')}};
    EXPECT_EQ(log_in({verdict(VerdictCode::passed)}), PAM_PERM_DENIED) << item;
    EXPECT_EQ(connections, 0);
    EXPECT_THAT(last_line(), HasSubstr("reason=fact_too_long"));
    host.items = {{item, std::string(512, 'x')}};
    EXPECT_EQ(log_in({verdict(VerdictCode::passed)}), PAM_SUCCESS) << item;
  }
  host.environment = {"SSH_CONNECTION=" + std::string(513, '1')};
  EXPECT_EQ(log_in({verdict(VerdictCode::passed)}), PAM_PERM_DENIED);
}

TEST_F(Module, AHostThatChangesTheUserInTheDialogueIsLoggedAsItWas) {
  host.renames = std::string(300, 'b');
  EXPECT_EQ(log_in({ask(), verdict(VerdictCode::wrong)}), PAM_AUTH_ERR);
  EXPECT_EQ(last_line(), "verdict=wrong user=alice service=campus reason=reason");
}

TEST_F(Module, AHostThatChangesTheTerminalInTheDialogueIsStillSsh) {
  host.items = {{PAM_TTY, "ssh"}};
  host.moves_to = std::string(300, 't');
  EXPECT_EQ(log_in({ask(), verdict(VerdictCode::locked)}), PAM_AUTH_ERR);
}

// --- the dialogue

TEST_F(Module, CarriesPromptsAndAnswers) {
  EXPECT_EQ(log_in({{FrameType::show, {{Tag::text, "First."}}},
                    {FrameType::show, {{Tag::text, "Careful."}, {Tag::flag, byte(1)}}},
                    ask(),
                    ask("Hidden: ", false),
                    verdict(VerdictCode::passed)}),
            PAM_SUCCESS);
  EXPECT_THAT(host.said, ElementsAre(Said{PAM_TEXT_INFO, "First."}, Said{PAM_ERROR_MSG, "Careful."},
                                     Said{PAM_PROMPT_ECHO_ON, kPrompt}, Said{PAM_PROMPT_ECHO_OFF, "Hidden: "}));
  ASSERT_EQ(answers.size(), 2U);
  for (const auto& answer : answers) {
    EXPECT_EQ(answer.type, FrameType::answer);
    EXPECT_EQ(answer[Tag::flag], byte(static_cast<int>(AnswerStatus::given)));
    EXPECT_EQ(answer[Tag::text], "123456");
  }
}

TEST_F(Module, ShowsTheLongestTextWhole) {
  const std::string text(protocol::kMostPayload - 3, 'x');
  log_in({{FrameType::show, {{Tag::text, text}}}, verdict(VerdictCode::passed)});
  EXPECT_THAT(host.said, ElementsAre(Said{PAM_TEXT_INFO, text}));
}

TEST_F(Module, HandsOnAnswersByteForByteUpTo512Bytes) {
  for (const std::string& typed :
       {std::string(), std::string("12 34-56 y"), std::string("\x1b[A\x07\xff\xc3\x28"), std::string(512, '1')}) {
    answers.clear();
    host.reply = typed;
    EXPECT_EQ(log_in({ask(), verdict(VerdictCode::wrong)}), PAM_AUTH_ERR);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0][Tag::flag], byte(static_cast<int>(AnswerStatus::given)));
    EXPECT_EQ(answers[0][Tag::text], typed);
  }
}

TEST_F(Module, TellsThatAnAnswerIsTooLongAndNotWhatItIs) {
  for (const std::size_t size : {std::size_t{513}, std::size_t{600}, std::size_t{100000}}) {
    answers.clear();
    host.reply = std::string(size, '1');
    EXPECT_EQ(log_in({ask(), verdict(VerdictCode::wrong)}), PAM_AUTH_ERR);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0][Tag::flag], byte(static_cast<int>(AnswerStatus::too_long)));
    EXPECT_EQ(answers[0].fields.size(), 1U);
    const std::string told = "why=too_long length=" + std::to_string(size) + " class=digits";
    EXPECT_TRUE(std::any_of(mfa::test::syslog_lines.begin(), mfa::test::syslog_lines.end(),
                            [&](const auto& line) { return line.text.find(told) != std::string::npos; }));
  }
}

TEST_F(Module, TellsThatAnAnswerIsThePasswordAndNotWhatItIs) {
  host.password = host.reply = "correct horse";
  EXPECT_EQ(log_in({ask(), verdict(VerdictCode::conversation)}), PAM_CONV_ERR);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0][Tag::flag], byte(static_cast<int>(AnswerStatus::is_password)));
  EXPECT_EQ(answers[0].fields.size(), 1U);
  ASSERT_EQ(test::syslog_lines.size(), 2U);
  EXPECT_EQ(test::syslog_lines[0].text,
            "event=password_as_answer user=alice service=campus reason=\"the client answers prompts with the password: "
            "it cannot show prompts\"");
  for (const auto& line : test::syslog_lines) EXPECT_EQ(line.text.find("horse"), std::string::npos);
}

TEST_F(Module, TakesAnAnswerThatOnlyResemblesThePassword) {
  for (const char* typed : {"correct horsf", "correct hors", "correct horse ", "Correct horse", ""}) {
    answers.clear();
    host.password = "correct horse";
    host.reply = typed;
    EXPECT_EQ(log_in({ask(), verdict(VerdictCode::wrong)}), PAM_AUTH_ERR);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0][Tag::flag], byte(static_cast<int>(AnswerStatus::given))) << typed;
  }
}

TEST_F(Module, AConversationThatFailsIsToldAndTheVerdictDecides) {
  struct {
    const char* how;
    void (*fail)(Host&);
  } const rows[] = {
      {"an error", [](Host& failing) { failing.result = PAM_CONV_ERR; }},
      {"another error", [](Host& failing) { failing.result = PAM_AUTH_ERR; }},
      {"no response", [](Host& failing) { failing.null_response = true; }},
      {"a response without text", [](Host& failing) { failing.null_text = true; }},
      {"no conversation", [](Host& failing) { failing.null_conversation = true; }},
  };
  for (const auto& row : rows) {
    host = Host();
    row.fail(host);
    answers.clear();
    EXPECT_EQ(log_in({ask(), verdict(VerdictCode::conversation)}), PAM_CONV_ERR) << row.how;
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0][Tag::flag], byte(static_cast<int>(AnswerStatus::conversation_failed))) << row.how;
    EXPECT_EQ(answers[0].fields.size(), 1U);
  }
}

TEST_F(Module, WipesWhatWentThroughIt) {
  host.reply = "secret-answer";
  log_in({ask("secret-prompt"), verdict(VerdictCode::passed)});
  EXPECT_TRUE(std::ranges::find(test::wiped, "secret-answer") != test::wiped.end()) << "the host's response";
  EXPECT_TRUE(std::ranges::find(test::wiped, "secret-prompt") != test::wiped.end()) << "the text for the host";
  const std::string frame = test::encoded(
      {FrameType::answer, {{Tag::text, "secret-answer"}, {Tag::flag, byte(static_cast<int>(AnswerStatus::given))}}});
  EXPECT_TRUE(was_wiped(frame)) << "the frame of the answer";
  EXPECT_TRUE(was_wiped(test::encoded(ask("secret-prompt")))) << "the frame of the prompt";
}

// --- the engine is not what it should be

TEST_F(Module, WithoutAServiceRootIsServedByASession) {
  if (!test::is_root()) GTEST_SKIP() << "only root starts sessions";
  EXPECT_EQ(host.authenticate("debug socket=/nowhere/engine.sock"), PAM_SUCCESS);
  EXPECT_EQ(test::spawned.path, MFA_MFAD);
  ASSERT_EQ(test::syslog_lines.size(), 2U);
  EXPECT_EQ(test::syslog_lines[0].text, "way=session user=alice service=campus");
  EXPECT_EQ(test::syslog_lines[0].priority, LOG_DEBUG);
  EXPECT_EQ(last_line(), "verdict=passed user=alice service=campus reason=session");
}

TEST_F(Module, WithoutAServiceOthersAreToldInOneLine) {
  host.unprivileged = true;
  EXPECT_EQ(host.authenticate("socket=/nowhere/engine.sock"), PAM_AUTHINFO_UNAVAIL);
  EXPECT_THAT(host.said, ElementsAre(Said{PAM_ERROR_MSG, kUnavailable}));
  EXPECT_EQ(last_line(),
            "verdict=unavailable user=alice service=campus reason=no_service error=\"No such file or directory\"");
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Module, ASessionThatCannotStartDenies) {
  if (!test::is_root()) GTEST_SKIP() << "only root starts sessions";
  test::spawned.fail_with = ENOENT;
  EXPECT_EQ(host.authenticate("socket=/nowhere/engine.sock"), PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(last_line(),
            "verdict=unavailable user=alice service=campus reason=unreachable error=\"No such file or directory\"");
}

TEST_F(Module, ASessionThatDiesDenies) {
  if (!test::is_root()) GTEST_SKIP() << "only root starts sessions";
  EXPECT_EQ(host.authenticate("socket=/nowhere/engine.sock", "session-dies"), PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(test::spawned.calls, 1);
}

TEST_F(Module, AServiceThatEndsBeforeItsFirstFrameIsReplacedByASessionOnce) {
  if (!test::is_root()) GTEST_SKIP() << "only root starts sessions";
  ScriptedEngine engine([](int fd) { test::read_frame(fd); });
  EXPECT_EQ(log_in_at(engine), PAM_SUCCESS);
  EXPECT_EQ(test::spawned.calls, 1);
  EXPECT_EQ(log_in_at(engine, "", "session-dies"), PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(test::spawned.calls, 2);
}

TEST_F(Module, AServiceThatEndsLaterDenies) {
  for (const auto& frames : {std::vector<Frame>{}, std::vector{ask()}, std::vector{Frame{FrameType::show, {}}}}) {
    EXPECT_EQ(log_in(frames), PAM_AUTHINFO_UNAVAIL);
    EXPECT_THAT(last_line(), HasSubstr("reason=connection_ended"));
    EXPECT_EQ(host.said.back(), (Said{PAM_ERROR_MSG, kUnavailable}));
  }
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Module, AServiceThatHangsIsReplacedByASessionThatDecidesByConfigurationAlone) {
  if (!test::is_root()) GTEST_SKIP() << "only root starts sessions";
  ScriptedEngine engine(test::wait_for_end);
  EXPECT_EQ(log_in_at(engine), PAM_SUCCESS);
  ASSERT_EQ(test::syslog_lines.size(), 2U);
  EXPECT_EQ(test::syslog_lines[0].text, "event=service_hangs user=alice service=campus");
  EXPECT_EQ(last_line(), "verdict=skipped user=alice service=campus reason=session")
      << "what the session of these tests says only if it was told to go by configuration alone";
  EXPECT_EQ(test::spawned.calls, 1);
}

TEST_F(Module, AServiceThatHangsAndASessionThatHangsDeny) {
  if (!test::is_root()) GTEST_SKIP() << "only root starts sessions";
  ScriptedEngine engine(test::wait_for_end);
  EXPECT_EQ(log_in_at(engine, "", "session-hangs"), PAM_AUTHINFO_UNAVAIL);
  EXPECT_THAT(last_line(), HasSubstr("reason=timeout"));
  EXPECT_EQ(test::spawned.calls, 1);
}

TEST_F(Module, AServiceThatHangsDeniesOthers) {
  host.unprivileged = true;
  ScriptedEngine engine(test::wait_for_end);
  EXPECT_EQ(log_in_at(engine), PAM_AUTHINFO_UNAVAIL);
  EXPECT_THAT(last_line(), HasSubstr("reason=timeout"));
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Module, AServiceThatHangsAfterHelloDeniesAfterTheTimeout) {
  ScriptedEngine engine([](int fd) {
    test::write_frame(fd, test::hello());
    test::wait_for_end(fd);
  });
  EXPECT_EQ(log_in_at(engine, "timeout=5"), PAM_AUTHINFO_UNAVAIL);
  EXPECT_THAT(last_line(), HasSubstr("reason=timeout"));
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Module, AnImpostorGetsNothing) {
  if (!test::is_root()) GTEST_SKIP() << "needs root to listen as another user";
  const test::Folder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
  const test::Stranger stranger(folder.path("s"), 12345);
  ASSERT_TRUE(stranger.listening());
  EXPECT_EQ(host.authenticate("socket=" + folder.path("s")), PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(last_line(), "verdict=unavailable user=alice service=campus reason=impostor");
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Module, AServiceMayTurnAwayBeforeHelloButNotLetIn) {
  for (int code = 1; code <= 8; ++code) {
    ScriptedEngine engine([code](int fd) {
      test::write_frame(fd, verdict(static_cast<VerdictCode>(code), "Too many logins at once."));
      test::wait_for_end(fd);
    });
    host.said.clear();
    const int result = log_in_at(engine);
    if (code <= 3) {
      EXPECT_EQ(result, PAM_AUTHINFO_UNAVAIL) << code;
      EXPECT_THAT(last_line(), HasSubstr("reason=protocol"));
    } else {
      EXPECT_NE(result, PAM_SUCCESS) << code;
      EXPECT_THAT(host.said, ElementsAre(Said{PAM_ERROR_MSG, "Too many logins at once."}));
    }
  }
}

TEST_F(Module, AServiceThatSpeaksOtherwiseDenies) {
  using namespace std::string_literals;
  const std::string good = test::encoded(test::hello());
  const std::string passed = test::encoded(verdict(VerdictCode::passed));
  const auto framed = [](FrameType type) { return test::encoded({type, {}}); };
  struct {
    const char* what;
    std::string bytes;
    const char* reason;
  } const rows[] = {
      {"another version", test::encoded({FrameType::hello, {{Tag::version, byte(9)}, {Tag::oldest, byte(9)}}}),
       "version"},
      {"Hello without a version", framed(FrameType::hello), "version"},
      {"no Hello", framed(FrameType::show), "protocol"},
      {"an Ask before Hello", test::encoded(ask()), "protocol"},
      {"Hello twice", good + good, "protocol"},
      {"a Result", good + framed(FrameType::result), "protocol"},
      {"a Login", good + framed(FrameType::login), "protocol"},
      {"a Request", good + framed(FrameType::request), "protocol"},
      {"an Answer", good + framed(FrameType::answer), "protocol"},
      {"a malformed header", good + "\0\0V\1"s, "malformed_frame"},
      {"malformed fields", good + "\0\4V\0\5\0\2\1"s, "malformed_frame"},
  };
  for (const auto& row : rows) {
    ScriptedEngine engine([&row, &passed](int fd) {
      test::write_all(fd, row.bytes + passed);
      test::wait_for_end(fd);
    });
    EXPECT_EQ(log_in_at(engine), PAM_AUTHINFO_UNAVAIL) << row.what;
    EXPECT_THAT(last_line(), HasSubstr(std::string("reason=") + row.reason)) << row.what;
  }
  EXPECT_EQ(test::spawned.calls, 0);
}

TEST_F(Module, HearsAVerdictThatCameWhileThePersonTyped) {
  ScriptedEngine engine([](int fd) {
    test::read_frame(fd);
    test::write_frame(fd, test::hello());
    test::write_frame(fd, ask());
    test::write_frame(fd, verdict(VerdictCode::denied, "That took too long."));
  });
  EXPECT_EQ(log_in_at(engine), PAM_PERM_DENIED);
  EXPECT_EQ(host.said.back(), (Said{PAM_ERROR_MSG, "That took too long."}));
}

// --- the line in /etc/pam.d

TEST_F(Module, AnUnknownArgumentIsNamedAndDenies) {
  EXPECT_EQ(log_in({verdict(VerdictCode::passed)}, "nullok"), PAM_PERM_DENIED);
  EXPECT_EQ(last_line(), "event=unknown_argument argument=nullok");
  EXPECT_EQ(last_priority(), LOG_ERR);
  EXPECT_EQ(connections, 0);
}

TEST_F(Module, DebugSaysWhichWayWasTaken) {
  EXPECT_EQ(log_in({verdict(VerdictCode::passed)}, "debug"), PAM_SUCCESS);
  ASSERT_EQ(test::syslog_lines.size(), 2U);
  EXPECT_EQ(test::syslog_lines[0].text, "way=service user=alice service=campus");
}

TEST_F(Module, SettingCredentialsAlwaysSucceeds) {
  EXPECT_EQ(host.run("auth required " MFA_MODULE " nonsense", "alice", pam_setcred), PAM_SUCCESS);
  EXPECT_EQ(host.run("auth required " MFA_MODULE, "al\nice", pam_setcred), PAM_SUCCESS);
}

TEST_F(Module, ALineOfTypeSessionFails) {
  EXPECT_NE(host.run("session required " MFA_MODULE, "alice", pam_open_session), PAM_SUCCESS);
  EXPECT_EQ(test::spawned.calls, 0);
}

}  // namespace
}  // namespace mfa
