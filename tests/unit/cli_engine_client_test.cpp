#include "cli/engine_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto kGiven = static_cast<char>(protocol::AnswerStatus::given);
constexpr auto kTooLong = static_cast<char>(protocol::AnswerStatus::too_long);

// Writes down what happens to it.
class Witness final : public Person {
 public:
  bool show(std::string_view text) override {
    seen.push_back("show " + std::string(text));
    return can_show;
  }
  std::expected<Answer, NoAnswer> ask(std::string_view text, bool echo) override {
    seen.push_back((echo ? "ask " : "ask unseen ") + std::string(text));
    if (no_answer) return std::unexpected(*no_answer);
    return Answer("123456");
  }
  bool offer(const Offer& offer) override {
    seen.push_back("offer " + offer.kind + " " + offer.uri + " " + offer.secret);
    return can_show;
  }
  bool step(const GuidedStep& step) override {
    seen.push_back("step " + std::to_string(step.number) + " of " + std::to_string(step.of) + " " + step.title);
    return can_show;
  }

  std::vector<std::string> seen;
  std::optional<NoAnswer> no_answer;
  bool can_show = true;
};

Json verb(const char* name) { return {{"verb", name}}; }

TEST(EngineClient, SendsTheRequestAndBringsBackTheReply) {
  ScriptedEngine engine{hello(), result(R"({"factor":"totp-1","name":"x"})"), verdict(VerdictCode::done)};
  Witness person;
  const auto reply = ask_engine(engine, {{"verb", "rename"}, {"factor", "totp-1"}, {"name", "x"}}, person);
  ASSERT_TRUE(reply) << reply.error().error;
  EXPECT_EQ(text_of(*reply, "factor"), "totp-1");
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"rename","factor":"totp-1","name":"x"})");
  EXPECT_EQ(engine.sent(0, Tag::version), std::string(1, static_cast<char>(protocol::kVersion)));
  EXPECT_EQ(engine.count(), 1U);
  EXPECT_EQ(engine.longest_wait(), kEngineSeconds);
}

TEST(EngineClient, CarriesPromptsAndAnswers) {
  ScriptedEngine engine{hello(),
                        show("Hello."),
                        ask("Password: ", false),
                        ask("Verification code: "),
                        result(R"({"factor":"totp-1"})"),
                        verdict(VerdictCode::done)};
  Witness person;
  ASSERT_TRUE(ask_engine(engine, verb("test"), person));
  EXPECT_THAT(person.seen, ElementsAre("show Hello.", "ask unseen Password: ", "ask Verification code: "));
  for (const std::size_t answer : {1U, 2U}) {
    EXPECT_EQ(engine.sent(answer, Tag::text), "123456");
    EXPECT_EQ(engine.sent(answer, Tag::flag), std::string(1, kGiven));
  }
}

TEST(EngineClient, AnOfferIsNoReply) {
  ScriptedEngine engine{hello(), result(R"({"offer":{"kind":"totp","uri":"otpauth://x","secret":"ABCD"}})"),
                        ask("Verification code: "), result(R"({"factor":"totp-1"})"), verdict(VerdictCode::done)};
  Witness person;
  const auto reply = ask_engine(engine, verb("totp"), person);
  ASSERT_TRUE(reply);
  EXPECT_FALSE(reply->contains("offer"));
  EXPECT_THAT(person.seen, ElementsAre("offer totp otpauth://x ABCD", "ask Verification code: "));
}

TEST(EngineClient, JoinsAReplyInPieces) {
  ScriptedEngine engine{hello(), result(R"({"codes":["a",)", true), result(R"("b"]})"), verdict(VerdictCode::done)};
  Witness person;
  const auto reply = ask_engine(engine, verb("codes"), person);
  ASSERT_TRUE(reply);
  EXPECT_THAT(texts_of(*reply, "codes"), ElementsAre("a", "b"));
}

TEST(EngineClient, AnAnswerThatIsTooLongGoesOnWithoutItsBytes) {
  ScriptedEngine engine{hello(), ask("Verification code: "), result("{}"), verdict(VerdictCode::done)};
  Witness person;
  person.no_answer = NoAnswer::too_long;
  ASSERT_TRUE(ask_engine(engine, verb("test"), person));
  EXPECT_EQ(engine.sent(1, Tag::text), "");
  EXPECT_EQ(engine.sent(1, Tag::flag), std::string(1, kTooLong));
}

struct Ending {
  const char* what;
  VerdictCode code;
  ExitStatus status;
};
class Verdicts : public testing::TestWithParam<Ending> {};
TEST_P(Verdicts, BecomeExitStatuses) {
  ScriptedEngine engine{hello(), result(R"({"factor":"totp-1"})"), verdict(GetParam().code, "Why.", "Type that.")};
  Witness person;
  const auto reply = ask_engine(engine, verb("remove"), person);
  ASSERT_FALSE(reply) << "a result counts only with the verdict done";
  EXPECT_EQ(reply.error().status, GetParam().status);
  EXPECT_EQ(reply.error().error, "Why.");
  EXPECT_EQ(reply.error().hint, "Type that.");
}
INSTANTIATE_TEST_SUITE_P(EngineClient, Verdicts,
                         testing::Values(Ending{"refused", VerdictCode::refused, ExitStatus::refused},
                                         Ending{"denied", VerdictCode::denied, ExitStatus::refused},
                                         Ending{"wrong", VerdictCode::wrong, ExitStatus::refused},
                                         Ending{"locked", VerdictCode::locked, ExitStatus::refused},
                                         Ending{"passed", VerdictCode::passed,
                                                ExitStatus::refused},  // of a login, not of a request
                                         Ending{"unknown", static_cast<VerdictCode>(99), ExitStatus::refused},
                                         Ending{"unavailable", VerdictCode::unavailable, ExitStatus::unreachable},
                                         Ending{"usage", VerdictCode::usage, ExitStatus::usage}),
                         [](const auto& row) { return row.param.what; });

TEST(EngineClient, TurnedAwayBeforeAGreeting) {
  ScriptedEngine engine{verdict(VerdictCode::unavailable, "Too many people ask at once.")};
  Witness person;
  const auto reply = ask_engine(engine, verb("status"), person);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status, ExitStatus::unreachable);
  EXPECT_EQ(reply.error().error, "Too many people ask at once.");
}

struct Mess {
  const char* what;
  std::vector<Frame> script;
};
class Nonsense : public testing::TestWithParam<Mess> {};
TEST_P(Nonsense, EndsTheDialogue) {
  ScriptedEngine engine{};
  for (const Frame& each : GetParam().script) engine.add(each);
  Witness person;
  const auto reply = ask_engine(engine, verb("status"), person);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status, ExitStatus::unreachable);
  EXPECT_THAT(person.seen, ElementsAre()) << "nothing of it reaches the person";
}
INSTANTIATE_TEST_SUITE_P(
    EngineClient, Nonsense,
    testing::Values(Mess{"ask_before_hello", {ask("Password: ", false)}}, Mess{"show_before_hello", {show("x")}},
                    Mess{"result_before_hello", {result("{}"), hello(), verdict(VerdictCode::done)}},
                    Mess{"done_before_hello", {verdict(VerdictCode::done)}},
                    Mess{"hello_twice", {hello(), hello(), result("{}"), verdict(VerdictCode::done)}},
                    Mess{"done_without_result", {hello(), verdict(VerdictCode::done)}},
                    Mess{"no_json", {hello(), result("{\"user\":"), verdict(VerdictCode::done)}},
                    Mess{"no_object", {hello(), result("[1]"), verdict(VerdictCode::done)}},
                    Mess{"verdict_without_code", {hello(), frame(FrameType::verdict, [](auto&) {})}},
                    Mess{"ask_without_echo",
                         {hello(), frame(FrameType::ask, [](auto& w) { w.field(Tag::text, "Password: "); })}},
                    Mess{"a_client_s_frame", {hello(), frame(FrameType::answer, [](auto&) {})}},
                    Mess{"other_release", {hello(9, 9), result("{}"), verdict(VerdictCode::done)}},
                    Mess{"end_after_hello", {hello()}}, Mess{"end_before_verdict", {hello(), result("{}")}},
                    Mess{"end_in_a_reply", {hello(), result("{", true)}}),
    [](const auto& row) { return row.param.what; });

TEST(EngineClient, AReplyHasALimit) {
  ScriptedEngine engine{hello()};
  const std::string piece(16000, ' ');
  for (std::size_t i = 0; i <= kLongestReply / piece.size(); ++i) engine.add(result(piece, true));
  engine.add(result("{}"));
  engine.add(verdict(VerdictCode::done));
  Witness person;
  const auto reply = ask_engine(engine, verb("status"), person);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status, ExitStatus::unreachable);
}

struct Way {
  const char* what;
  protocol::Reached way;
  Link::Fault why;
  const char* says;
};
class NotReached : public testing::TestWithParam<Way> {};
TEST_P(NotReached, SaysWhy) {
  ScriptedEngine engine{};
  engine.fails(GetParam().way, GetParam().why);
  Witness person;
  const auto reply = ask_engine(engine, verb("status"), person);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status, ExitStatus::unreachable);
  EXPECT_THAT(reply.error().error, HasSubstr(GetParam().says));
  EXPECT_NE(reply.error().hint, "");
}
INSTANTIATE_TEST_SUITE_P(
    EngineClient, NotReached,
    testing::Values(Way{"no_service", protocol::Reached::no_service, Link::Fault::error, "is not running"},
                    Way{"impostor", protocol::Reached::impostor, Link::Fault::error, "is not the MFA service"},
                    Way{"hangs", protocol::Reached::service, Link::Fault::timeout, "does not answer"},
                    Way{"full", protocol::Reached::failed, Link::Fault::timeout, "does not answer"},
                    Way{"closed", protocol::Reached::service, Link::Fault::end, "cannot be reached"},
                    Way{"no_session", protocol::Reached::session, Link::Fault::end, "ended before it began"},
                    Way{"failed", protocol::Reached::failed, Link::Fault::error, "cannot be reached"}),
    [](const auto& row) { return row.param.what; });

TEST(EngineClient, HintsAreForWhoeverReadsThem) {
  const auto hint = [](protocol::Reached way, Link::Fault why, const Circumstances& where) {
    ScriptedEngine engine{};
    engine.fails(way, why);
    Witness person;
    return ask_engine(engine, verb("status"), person, where).error().hint;
  };
  const Circumstances student{.by_root = false, .set_up = true};
  const Circumstances root{.by_root = true, .set_up = true};
  for (const auto way : {protocol::Reached::no_service, protocol::Reached::impostor, protocol::Reached::service,
                         protocol::Reached::failed})
    for (const auto why : {Link::Fault::error, Link::Fault::timeout}) {
      EXPECT_THAT(hint(way, why, student), HasSubstr("your helpdesk"));
      for (const char* jargon : {"root", "systemctl", "sudo", "administrator"})
        EXPECT_THAT(hint(way, why, student), testing::Not(HasSubstr(jargon)));
      EXPECT_THAT(hint(way, why, root), testing::Not(HasSubstr("your helpdesk")));
    }
  EXPECT_THAT(hint(protocol::Reached::failed, Link::Fault::timeout, root), HasSubstr("systemctl restart mfad"));
}

TEST(EngineClient, BeforeItIsSetUpItSaysHowToBegin) {
  for (const bool by_root : {false, true}) {
    ScriptedEngine engine{};
    engine.fails(by_root ? protocol::Reached::session : protocol::Reached::no_service, Link::Fault::end);
    Witness person;
    const auto reply = ask_engine(engine, verb("status"), person, {.by_root = by_root, .set_up = false});
    ASSERT_FALSE(reply);
    EXPECT_THAT(reply.error().error, HasSubstr("not set up"));
    EXPECT_THAT(reply.error().hint, HasSubstr("sudo mfa-enroll admin init"));
  }
}

class Unanswered : public testing::TestWithParam<NoAnswer> {};
TEST_P(Unanswered, EndsWithNothingChanged) {
  ScriptedEngine engine{hello(), ask("Verification code: "), result("{}"), verdict(VerdictCode::done)};
  Witness person;
  person.no_answer = GetParam();
  const auto reply = ask_engine(engine, verb("test"), person);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status, ExitStatus::refused);
  EXPECT_THAT(reply.error().error, HasSubstr("Nothing was changed."));
  EXPECT_EQ(engine.count(), 1U) << "no answer is made up";
}
INSTANTIATE_TEST_SUITE_P(EngineClient, Unanswered,
                         testing::Values(NoAnswer::ended, NoAnswer::too_late, NoAnswer::failed));

TEST(EngineClient, WhatCannotBeShownEndsIt) {
  for (const Frame& shown : {show("x"), result(R"({"offer":{}})")}) {
    ScriptedEngine engine{hello(), shown, result("{}"), verdict(VerdictCode::done)};
    Witness person;
    person.can_show = false;
    const auto reply = ask_engine(engine, verb("totp"), person);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().status, ExitStatus::refused);
  }
}

TEST(EngineClient, ARequestThatFitsNoFrameIsNotSent) {
  ScriptedEngine engine{hello(), result("{}"), verdict(VerdictCode::done)};
  Witness person;
  const auto reply = ask_engine(engine, {{"verb", "totp"}, {"name", std::string(20000, 'x')}}, person);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status, ExitStatus::usage);
  EXPECT_EQ(engine.count(), 0U);
}

}  // namespace
}  // namespace mfa::cli
