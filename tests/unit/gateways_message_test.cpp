#include <gtest/gtest.h>

#include <string>

#include "common/gateways/gateway_message.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;

PhoneMessage text_message() {
  return {.id = "0a1b",
          .use = PhoneUse::text,
          .mode = MessageMode::code,
          .to = {"+64211234567"},
          .text = Secret("Your \"code\" is 123456.\nNot you? Ring."),
          .code = Secret("123456"),
          .language = "en"};
}

PhoneMessage press_call() {
  PhoneMessage call = text_message();
  call.use = PhoneUse::call;
  call.mode = MessageMode::press;
  call.code = Secret();
  return call;
}

TEST(GatewayMessage, AsksAsTheManualSays) {
  EXPECT_EQ(write_request({.message = text_message(), .timeout = 20s}).text(),
            R"({"version":1,"id":"0a1b","channel":"sms","mode":"code","to":"+64211234567",)"
            R"("text":"Your \"code\" is 123456.\u000aNot you? Ring.","code":"123456","language":"en","timeout":20})");
  EXPECT_EQ(write_request({.message = press_call(), .timeout = 60s}).text(),
            R"({"version":1,"id":"0a1b","channel":"call","mode":"press","to":"+64211234567",)"
            R"("text":"Your \"code\" is 123456.\u000aNot you? Ring.","language":"en","timeout":60})");
}

TEST(GatewayMessage, IsReadAsItWasWritten) {
  for (const PhoneMessage& message : {text_message(), press_call()}) {
    const auto read = read_request(write_request({.message = message, .timeout = 20s}).text());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->message.id, message.id);
    EXPECT_EQ(read->message.use, message.use);
    EXPECT_EQ(read->message.mode, message.mode);
    EXPECT_EQ(read->message.to, message.to);
    EXPECT_EQ(read->message.text, message.text);
    EXPECT_EQ(read->message.code, message.code);
    EXPECT_EQ(read->timeout, 20s);
  }
}

TEST(GatewayMessage, IsNoRequestWithoutWhatItNeeds) {
  const std::string right(write_request({.message = text_message(), .timeout = 20s}).text());
  ASSERT_TRUE(read_request(right));
  const auto with = [&](const std::string& what, const std::string& instead) {
    std::string text = right;
    text.replace(text.find(what), what.size(), instead);
    return read_request(text).has_value();
  };
  EXPECT_FALSE(with("\"version\":1", "\"version\":2"));
  EXPECT_FALSE(with("\"version\":1", "\"version\":\"1\""));
  EXPECT_FALSE(with("\"sms\"", "\"mms\""));
  EXPECT_FALSE(with("\"code\",\"to\"", "\"shout\",\"to\""));
  EXPECT_FALSE(with("+64211234567", "0211234567"));
  EXPECT_FALSE(with("\"timeout\":20", "\"timeout\":0"));
  EXPECT_FALSE(with("\"timeout\":20", "\"timeout\":601"));
  EXPECT_FALSE(with("\"timeout\":20", "\"timeout\":1.5"));
  EXPECT_FALSE(with("\"timeout\":20", "\"timeout\":99999999999999999999999"));
  EXPECT_FALSE(with("\"text\"", "\"words\""));
  for (const char* text : {"", "null", "[]", "{}", "no"}) EXPECT_FALSE(read_request(text)) << text;
}

struct Row {
  const char* json;
  Delivery delivery;
  const char* detail;
};

TEST(GatewayMessage, AnswersAreReadStrictly) {
  constexpr const char* kElse = "answered something else than mfa-gateway(7) says";
  constexpr Row kRows[] = {
      {R"({"status":"sent"})", Delivery::sent, ""},
      {R"({"status":"sent","detail":"queued","more":[1,{}]})", Delivery::sent, "queued"},
      {"  {\"status\":\"sent\"}\n", Delivery::sent, ""},
      {R"({"status":"refused","detail":"+64211234567 is blocked"})", Delivery::refused, "+*** is blocked"},
      {R"({"status":"failed","detail":"no route"})", Delivery::failed, "no route"},
      {R"({"status":"failed","detail":5})", Delivery::failed, "gives no reason"},
      {R"({"status":"unclear","detail":"no answer"})", Delivery::unclear, "no answer"},
      {R"({"status":"unclear"})", Delivery::unclear, "gives no reason"},
      {R"({"status":"approved"})", Delivery::unclear, "says that # was pressed, which was not asked for"},
      {R"({"status":"SENT"})", Delivery::unclear, kElse},
      {R"({"status":"ok"})", Delivery::unclear, kElse},
      {R"({"status":true})", Delivery::unclear, kElse},
      {R"({"detail":"sent"})", Delivery::unclear, kElse},
      {R"(["sent"])", Delivery::unclear, kElse},
      {R"("sent")", Delivery::unclear, kElse},
      {R"({"status":"sent"} {"status":"sent"})", Delivery::unclear, kElse},
      {R"({"status":"sent")", Delivery::unclear, kElse},
      {"sent", Delivery::unclear, kElse},
      {"", Delivery::unclear, kElse},
      {"{\"status\":\"sent\",\"detail\":\"\xff\"}", Delivery::unclear, kElse},
  };
  for (const Row& row : kRows) {
    const GatewayReply reply = read_reply(row.json, text_message());
    EXPECT_EQ(reply.delivery, row.delivery) << row.json;
    EXPECT_EQ(reply.detail, row.detail) << row.json;
  }
  EXPECT_EQ(read_reply(std::string(kLargestReply + 1, ' '), text_message()).detail, "answered too much");
  // Depth costs no stack.
  EXPECT_EQ(read_reply(std::string(60'000, '['), text_message()).delivery, Delivery::unclear);
}

TEST(GatewayMessage, OnlyAPressedKeyApproves) {
  EXPECT_EQ(read_reply(R"({"status":"approved"})", press_call()).delivery, Delivery::approved);
  EXPECT_EQ(read_reply(R"({"status":"refused"})", press_call()).delivery, Delivery::refused);
  const GatewayReply unsaid = read_reply(R"({"status":"sent"})", press_call());
  EXPECT_EQ(unsaid.delivery, Delivery::unclear);
  EXPECT_EQ(unsaid.detail, "does not say whether # was pressed");
}

TEST(GatewayMessage, AFailureMayBeThatOfTheMessage) {
  EXPECT_TRUE(read_reply(R"({"status":"failed","fault":"message"})", text_message()).of_message);
  for (const char* json : {R"({"status":"failed"})", R"({"status":"failed","fault":"Message"})",
                           R"({"status":"failed","fault":true})", R"({"status":"sent","fault":"message"})",
                           R"({"status":"refused","fault":"message"})", R"({"fault":"message"})"})
    EXPECT_FALSE(read_reply(json, text_message()).of_message) << json;
  const GatewayReply reply{.delivery = Delivery::failed, .detail = "no", .of_message = true};
  EXPECT_EQ(write_reply(reply), R"({"status":"failed","fault":"message","detail":"no"})");
}

TEST(GatewayMessage, ARefusalMaySayWhy) {
  for (const auto& [name, why] :
       {std::pair{"busy", Refusal::busy}, std::pair{"unanswered", Refusal::unanswered},
        std::pair{"declined", Refusal::declined}, std::pair{"number", Refusal::no_number},
        std::pair{"not_pressed", Refusal::not_pressed}, std::pair{"message", Refusal::unknown},
        std::pair{"", Refusal::unknown}, std::pair{"Busy", Refusal::unknown}}) {
    const std::string json = std::string(R"({"status":"refused","fault":")") + name + "\"}";
    EXPECT_EQ(read_reply(json, text_message()).why, why) << name;
    if (why == Refusal::unknown) continue;
    EXPECT_EQ(write_reply({.delivery = Delivery::refused, .detail = "", .why = why}), json);
  }
  EXPECT_EQ(read_reply(R"({"status":"failed","fault":"busy"})", text_message()).why, Refusal::unknown);
  EXPECT_EQ(read_reply(R"({"status":"refused","fault":["busy"]})", text_message()).why, Refusal::unknown);
}

TEST(GatewayMessage, ACheckSaysWhatIsWrongAndWhatCanBeCarried) {
  GatewayCheck check;
  check.result = GatewayCheck::Result::good;
  check.texts = true;
  check.calls = false;
  check.press = false;
  EXPECT_EQ(write_check(check), R"({"status":"good","channel":["sms"],"press":false})");
  const auto read = read_check(write_check(check));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->result, GatewayCheck::Result::good);
  EXPECT_EQ(read->texts, true);
  EXPECT_EQ(read->calls, false);
  EXPECT_EQ(read->press, false);
  const auto little = read_check(R"({"status":"bad"})");
  ASSERT_TRUE(little);
  EXPECT_EQ(little->result, GatewayCheck::Result::bad);
  EXPECT_EQ(little->detail, "its program gives no reason");
  EXPECT_FALSE(little->texts || little->calls || little->press) << "it does not say";
  for (const char* json : {"", "[]", "good", R"({"status":"sent"})", R"({"status":5})", R"({"detail":"good"})"})
    EXPECT_FALSE(read_check(json)) << json;
  EXPECT_FALSE(read_check(std::string(60'000, '[')));
}

TEST(GatewayMessage, AnswersAreWrittenAsTheyAreRead) {
  EXPECT_EQ(write_reply({.delivery = Delivery::sent, .detail = ""}), R"({"status":"sent"})");
  EXPECT_EQ(write_reply({.delivery = Delivery::failed, .detail = "a \"b\""}),
            R"({"status":"failed","detail":"a \"b\""})");
}

}  // namespace
}  // namespace mfa
