// A program that asks once: the line with `forward_pass`, a module that checks the password, and the line that verifies
// the code, as libpam runs them, against engines that play a script.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "common/protocol/frame.h"
#include "tests/module/fixture.h"

namespace mfa {
namespace {

using protocol::AnswerStatus;
using protocol::FrameType;
using protocol::Phase;
using protocol::Tag;
using protocol::VerdictCode;
using test::ask;
using test::byte;
using test::Frame;
using test::last_line;
using test::Said;
using test::ScriptedEngine;
using test::verdict;
using test::was_wiped;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::string kModule = MFA_MODULE;
const Said kPrompt{PAM_PROMPT_ECHO_OFF, "Password and code: "};

Frame due(const std::string& digits) {
  return {FrameType::verdict, {{Tag::verdict, byte(static_cast<int>(VerdictCode::done))}, {Tag::codes, digits}}};
}
Frame nothing_due() { return verdict(VerdictCode::done, "", ""); }

class Forward : public test::Module {
 protected:
  // An engine that plays `split` to the first line and `login` to the other.
  int log_in(const std::vector<Frame>& of_split, const std::vector<Frame>& of_login,
             const std::string& checks = "horse", const std::string& more = {}) {
    ScriptedEngine engine([&](int fd) {
      const Frame first = test::read_frame(fd).value_or(Frame{});
      const bool splits = first[Tag::phase] == byte(static_cast<int>(Phase::split));
      logins.push_back(first);
      test::write_frame(fd, test::hello());
      for (const auto& frame : splits ? of_split : of_login) {
        test::write_frame(fd, frame);
        if (frame.type == FrameType::ask) answers.push_back(test::read_frame(fd).value_or(Frame{}));
      }
    });
    const std::string ours = kModule + " socket=" + engine.socket();
    const int code = host.run("auth [cred_insufficient=ignore default=die] " + ours + " forward_pass\n" +
                                  "auth requisite " MFA_CHECKS " " + checks + "\n" + "auth required " + ours + more,
                              "alice", pam_authenticate);
    engine.stop();
    return code;
  }
  // The line alone in a stack.
  int alone(const std::string& control, const Frame& of_split) {
    ScriptedEngine engine(plays({of_split}));
    return host.run("auth " + control + " " + kModule + " forward_pass socket=" + engine.socket(), "alice",
                    pam_authenticate);
  }
  void nothing_secret_was_logged() {
    for (const auto& line : test::syslog_lines) {
      EXPECT_THAT(line.text, Not(HasSubstr("horse")));
      EXPECT_THAT(line.text, Not(HasSubstr("123456")));
    }
  }
  std::vector<Frame> logins;
};

TEST_F(Forward, ThePasswordGoesToItsModuleAndTheCodeToTheEngine) {
  host.reply = "horse123456";
  EXPECT_EQ(log_in({due("\6")}, {ask(), verdict(VerdictCode::passed)}), PAM_SUCCESS);
  EXPECT_THAT(host.said, ElementsAre(kPrompt)) << "one question";
  ASSERT_THAT(logins, SizeIs(2));
  EXPECT_EQ(logins[0][Tag::password_passed], "(none)");
  EXPECT_EQ(logins[0][Tag::one_answer], "(none)");
  EXPECT_EQ(logins[1][Tag::password_passed], "");
  EXPECT_EQ(logins[1][Tag::one_answer], "");
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers[0][Tag::text], "123456");
  EXPECT_EQ(answers[0][Tag::flag], byte(static_cast<int>(AnswerStatus::given)));
  for (const Frame& sent : logins) {
    for (const auto& [tag, bytes] : sent.fields) EXPECT_THAT(bytes, Not(HasSubstr("horse")));
  }
  EXPECT_THAT(test::syslog_lines, SizeIs(1)) << "of the line that verified";
  nothing_secret_was_logged();
  EXPECT_TRUE(was_wiped("horse123456"));
  EXPECT_TRUE(was_wiped("horse"));
  EXPECT_TRUE(was_wiped("123456"));
}

TEST_F(Forward, WhereNoCodeIsDueAllOfTheAnswerIsThePassword) {
  host.reply = "horse123456";
  EXPECT_EQ(log_in({nothing_due()}, {verdict(VerdictCode::skipped)}, "horse123456"), PAM_SUCCESS);
  EXPECT_THAT(host.said, ElementsAre(kPrompt)) << "the same for everybody";
  EXPECT_EQ(log_in({nothing_due()}, {verdict(VerdictCode::skipped)}, "horse"), PAM_AUTH_ERR);
}

TEST_F(Forward, AWrongPasswordNeverComesToTheCode) {
  host.reply = "house123456";
  EXPECT_EQ(log_in({due("\6")}, {ask(), verdict(VerdictCode::passed)}), PAM_AUTH_ERR);
  EXPECT_THAT(logins, SizeIs(1));
  EXPECT_THAT(host.said, ElementsAre(kPrompt));
}

TEST_F(Forward, NobodyIsAskedASecondTime) {
  host.reply = "horse123456";
  EXPECT_EQ(log_in({due("\6")}, {ask(), ask(), verdict(VerdictCode::wrong, "That code is not right.")}), PAM_AUTH_ERR);
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(answers[1][Tag::flag], byte(static_cast<int>(AnswerStatus::conversation_failed)));
  EXPECT_EQ(answers[1][Tag::text], "(none)");
  EXPECT_THAT(host.said, ElementsAre(kPrompt, Said{PAM_ERROR_MSG, "That code is not right."}));
}

TEST_F(Forward, ACodeThatIsMissingIsAnEmptyAnswer) {
  host.reply = "horse";
  EXPECT_EQ(log_in({due("\6")}, {ask(), verdict(VerdictCode::wrong)}), PAM_AUTH_ERR);
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers[0][Tag::text], "");
  EXPECT_EQ(answers[0][Tag::flag], byte(static_cast<int>(AnswerStatus::given)));
}

TEST_F(Forward, ACodeEqualToThePasswordIsNoPasswordAsAnswer) {
  host.reply = "123456123456";
  EXPECT_EQ(log_in({due("\6")}, {ask(), verdict(VerdictCode::passed)}, "123456"), PAM_SUCCESS);
  EXPECT_EQ(answers.at(0)[Tag::flag], byte(static_cast<int>(AnswerStatus::given)));
  EXPECT_THAT(last_line(), HasSubstr("verdict=passed"));
}

TEST_F(Forward, TheLineAloneLetsNobodyInWhateverTheStackMakesOfIt) {
  host.reply = "horse123456";
  for (const char* control : {"required", "requisite", "sufficient", "optional", "[default=ok]", "[default=done]",
                              "[default=ignore]", "[default=1]", "[cred_insufficient=ignore default=die]",
                              "[cred_insufficient=ok default=die]", "[cred_insufficient=done default=die]"}) {
    for (const Frame& engine_says : {due("\6"), due(""), nothing_due(), verdict(VerdictCode::passed)})
      EXPECT_NE(alone(control, engine_says), PAM_SUCCESS) << control;
  }
  EXPECT_EQ(alone("required", due("\6")), PAM_CRED_INSUFFICIENT);
}

TEST_F(Forward, GoesOnAfterDoneAlone) {
  host.reply = "horse123456";
  for (int code = 0; code < 256; ++code) {
    logins.clear();
    const int result = log_in({verdict(static_cast<VerdictCode>(code))}, {verdict(VerdictCode::passed)}, "horse123456");
    if (code == static_cast<int>(VerdictCode::done)) {
      EXPECT_EQ(result, PAM_SUCCESS);
    } else {
      EXPECT_NE(result, PAM_SUCCESS) << code;
      EXPECT_THAT(logins, SizeIs(1)) << code;
    }
  }
}

TEST_F(Forward, AnEngineThatAsksInThatPhaseHasFailed) {
  host.reply = "horse123456";
  EXPECT_EQ(log_in({ask(), due("\6")}, {verdict(VerdictCode::passed)}), PAM_AUTHINFO_UNAVAIL);
  EXPECT_THAT(last_line(), HasSubstr("reason=protocol"));
}

TEST_F(Forward, TakesWhatAModuleBeforeHasAsked) {
  ScriptedEngine engine(plays({due("\6")}));
  EXPECT_EQ(host.run("auth required " MFA_TYPED " horse123456\nauth [cred_insufficient=ignore default=die] " + kModule +
                         " forward_pass socket=" + engine.socket() + "\nauth required " MFA_CHECKS " horse",
                     "alice", pam_authenticate),
            PAM_SUCCESS);
  EXPECT_THAT(host.said, IsEmpty());
}

TEST_F(Forward, TheCodeIsTakenOnce) {
  host.reply = "horse123456";
  ScriptedEngine other(plays({ask(), verdict(VerdictCode::passed)}));
  EXPECT_EQ(log_in({due("\6")}, {ask(), verdict(VerdictCode::passed)}, "horse",
                   "\nauth required " + kModule + " socket=" + other.socket()),
            PAM_SUCCESS);
  other.stop();
  EXPECT_THAT(host.said, ElementsAre(kPrompt, Said{PAM_PROMPT_ECHO_ON, test::kPrompt}));
  EXPECT_EQ(login[Tag::one_answer], "(none)");
  EXPECT_EQ(answers.at(1)[Tag::text], "horse123456");
}

TEST_F(Forward, WhatAnotherModuleLeavesIsNoCode) {
  ScriptedEngine engine(plays({ask(), verdict(VerdictCode::passed)}));
  host.reply = "654321";
  EXPECT_EQ(host.run("auth required " MFA_TYPED " horse\nauth required " MFA_CHECKS " horse 123456\nauth required " +
                         kModule + " socket=" + engine.socket(),
                     "alice", pam_authenticate),
            PAM_SUCCESS);
  engine.stop();
  EXPECT_EQ(answers.at(0)[Tag::text], "654321");
  EXPECT_EQ(login[Tag::one_answer], "(none)");
}

TEST_F(Forward, TheNextRunHasNothingOfTheOneBefore) {
  std::vector<std::string> codes;
  ScriptedEngine engine([&](int fd) {
    const Frame first = test::read_frame(fd).value_or(Frame{});
    test::write_frame(fd, test::hello());
    if (first[Tag::phase] == byte(static_cast<int>(Phase::split))) {
      test::write_frame(fd, due("\6"));
      return;
    }
    test::write_frame(fd, ask());
    codes.push_back(test::read_frame(fd).value_or(Frame{})[Tag::text]);
    test::write_frame(fd, verdict(VerdictCode::passed));
  });
  const std::string ours = kModule + " socket=" + engine.socket();
  host.begin("auth [cred_insufficient=ignore default=die] " + ours +
                 " forward_pass\nauth requisite " MFA_CHECKS " horse\nauth required " + ours,
             "alice");
  host.reply = "house111111";
  EXPECT_EQ(host.call(pam_authenticate), PAM_AUTH_ERR);
  host.reply = "horse";
  EXPECT_EQ(host.call(pam_authenticate), PAM_SUCCESS);
  host.reply = "horse222222";
  EXPECT_EQ(host.call(pam_authenticate), PAM_SUCCESS);
  host.end(PAM_SUCCESS);
  engine.stop();
  EXPECT_THAT(codes, ElementsAre("", "222222"));
}

TEST_F(Forward, AHostThatChangesItsServiceInBetweenLivesOn) {
  ScriptedEngine engine(plays({due("\6")}));
  host.reply = "horse123456";
  host.begin("auth [cred_insufficient=ignore default=die] " + kModule + " forward_pass socket=" + engine.socket() +
                 "\nauth required " MFA_CHECKS " horse",
             "alice");
  EXPECT_EQ(host.call(pam_authenticate), PAM_SUCCESS);
  host.set(PAM_SERVICE, "elsewhere");
  host.end(PAM_SUCCESS);
}

TEST_F(Forward, SetsCredentialsWhereNobodyWasAuthenticatedBefore) {
  host.begin("auth [cred_insufficient=ignore default=die] " + kModule +
                 " forward_pass\nauth requisite " MFA_CHECKS " horse\nauth required " + kModule,
             "alice");
  EXPECT_EQ(host.call([](pam_handle_t* pamh, int) { return pam_setcred(pamh, 0); }), PAM_SUCCESS);
  host.end(PAM_SUCCESS);
}

TEST_F(Forward, WhatCannotBeAskedOrIsTooLongEndsIt) {
  host.result = PAM_CONV_ERR;
  EXPECT_EQ(log_in({due("\6")}, {verdict(VerdictCode::passed)}), PAM_CONV_ERR);
  host.result = PAM_SUCCESS;
  host.reply = std::string(513, '1');
  EXPECT_EQ(log_in({due("\6")}, {verdict(VerdictCode::passed)}), PAM_AUTH_ERR);
  EXPECT_EQ(last_line(), "event=answer_refused user=alice service=campus why=too_long");
  EXPECT_THAT(logins, IsEmpty());
  host.reply = "horse" + std::string(507, '1');
  EXPECT_EQ(log_in({due("\6")}, {ask(), verdict(VerdictCode::passed)}, "horse" + std::string(501, '1')), PAM_SUCCESS);
}

TEST_F(Forward, WithoutAnEngineItEndsBeforeThePasswordIsTried) {
  test::passwd_of_mfa = {.there = false};
  host.unprivileged = true;
  host.reply = "horse123456";
  EXPECT_EQ(host.run("auth [cred_insufficient=ignore default=die] " + kModule +
                         " forward_pass socket=/nowhere\nauth sufficient " MFA_CHECKS " horse",
                     "alice", pam_authenticate),
            PAM_AUTHINFO_UNAVAIL);
  EXPECT_THAT(host.said, ElementsAre(kPrompt, Said{PAM_ERROR_MSG, test::kUnavailable}));
  nothing_secret_was_logged();
}

TEST_F(Forward, TheEnginesNumbersAreTakenWithCare) {
  host.reply = "horse123456";
  // More than there is room for, and numbers that no code has.
  EXPECT_EQ(log_in({due("\6\7\10\6\7\10\6\7\10\6")}, {ask(), verdict(VerdictCode::passed)}), PAM_SUCCESS);
  EXPECT_NE(log_in({due("\377")}, {ask(), verdict(VerdictCode::passed)}), PAM_SUCCESS);
  EXPECT_NE(log_in({due(std::string(1, '\0'))}, {ask(), verdict(VerdictCode::passed)}), PAM_SUCCESS);
}

}  // namespace
}  // namespace mfa
