// Gateways as they are run: programs that do what was agreed, and programs that do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/gateways/program_gateways.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Notes final : public Journal {
 public:
  void record(const Event& /*event*/, const std::optional<TrailMark>& /*mark*/) override {}
  void note(Severity /*severity*/, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    lines.emplace_back(text);
  }
  std::vector<std::string> lines;

 private:
  std::mutex mutex_;
};

constexpr auto kSent = R"(cat >/dev/null; echo '{"status":"sent"}')";

class ProgramGatewaysTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string made = ::testing::TempDir() + "/gateways.XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = std::filesystem::canonical(made);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // One more gateway, tried behind those that are there.
  void add(const std::string& name, const std::string& script, bool texts = true, bool calls = false) {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << "#!/bin/sh\n" << script << '\n';
    ASSERT_EQ(chmod(path.c_str(), 0755), 0);
    gateways_.push_back(
        {.name = name, .texts = texts, .calls = calls, .program = name, .settings = folder_ / (name + ".toml")});
  }
  [[nodiscard]] ProgramGateways gateways() {
    return {
        gateways_, memory_, programs_, notes_, {.folder = folder_, .owner = Uid{geteuid()}, .limits = [this](PhoneUse) {
                                                  return limits_;
                                                }}};
  }
  [[nodiscard]] DeliveryReport send(PhoneUse use = PhoneUse::text, MessageMode mode = MessageMode::code) {
    return gateways().send({.id = "1",
                            .use = use,
                            .mode = mode,
                            .to = {"+64211234567"},
                            .text = Secret("Your code is 123456."),
                            .code = Secret(mode == MessageMode::code ? "123456" : ""),
                            .language = "en"});
  }
  // Messages under way: as many as there may be, or `count` of them.
  void fill(const std::string& gateway, std::size_t count = GatewayMemory::kMostAtOnce, GatewayPlace place = {}) {
    for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(memory_.begin(gateway, place, 60s, SteadyTime{0}, 0s));
  }
  [[nodiscard]] std::string contents(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {(std::istreambuf_iterator<char>(file)), {}};
  }

  std::filesystem::path folder_;
  std::vector<GatewaySettings> gateways_;
  GatewayMemory memory_;
  Programs programs_;
  Notes notes_;
  MessageLimits limits_{.each = 60s, .all = 120s};
};

TEST_F(ProgramGatewaysTest, CarryAMessage) {
  add("one", "cat >" + (folder_ / "request").string() + "; echo \"$# $1\" >" + (folder_ / "arguments").string() +
                 "; env >" + (folder_ / "environment").string() + R"(; echo '{"status":"sent","detail":"queued"}')");
  const DeliveryReport report = send();
  EXPECT_EQ(report.delivery, Delivery::sent) << report.detail;
  EXPECT_EQ(report.gateway, "one");
  EXPECT_EQ(report.detail, "queued");
  EXPECT_EQ(contents("request"),
            R"({"version":1,"id":"1","channel":"sms","mode":"code","to":"+64211234567","text":"Your code is 123456.",)"
            R"("code":"123456","language":"en","timeout":60})");
  EXPECT_EQ(contents("arguments"), "1 " + (folder_ / "one.toml").string() + "\n");
  EXPECT_THAT(contents("environment"), Not(HasSubstr("HOME")));
  EXPECT_THAT(notes_.lines, IsEmpty());
}

TEST_F(ProgramGatewaysTest, AreNotTriedForNobody) {
  add("one", "sleep 1000", false, true);
  add("two", "echo >" + (folder_ / "tried").string() + "; " + kSent, false, true);
  std::stop_source nobody;
  nobody.request_stop();
  PhoneMessage message{.id = "1", .use = PhoneUse::call, .to = {"+64211234567"}, .text = Secret("1."), .code = {}};
  message.unwanted = nobody.get_token();
  const DeliveryReport report = gateways().send(message);
  EXPECT_EQ(report.delivery, Delivery::refused);
  EXPECT_EQ(report.why, Refusal::unanswered);
  EXPECT_EQ(report.gateway, "one");
  EXPECT_THAT(contents("tried"), IsEmpty());
  EXPECT_EQ(memory_.health_of(gateways_)[0], GatewayHealth{}) << "it is not to blame";
}

TEST_F(ProgramGatewaysTest, FailInWords) {
  struct Row {
    const char* script;
    const char* detail;
    Delivery delivery = Delivery::unclear;  // whoever begins and gives no word may have sent it
  };
  constexpr Row kRows[] = {
      {"exit 1", "ended with status 1"},
      {R"(echo '{"status":"sent"}'; exit 1)", "ended with status 1"},
      {"echo OK", "answered something else than mfa-gateway(7) says"},
      {":", "answered something else than mfa-gateway(7) says"},
      {"yes", "answered too much"},
      {"kill -9 $$", "was ended by a signal"},
      {R"(echo '{"status":"approved"}')", "says that # was pressed, which was not asked for"},
      {R"(echo '{"status":"failed","detail":"no credit for +64 21 123 4567"}')", "no credit for +***",
       Delivery::failed},
      {R"(echo '{"status":"unclear","detail":"no answer"}')", "no answer"},
  };
  for (const Row& row : kRows) {
    gateways_.clear();
    add("bad", row.script);
    const DeliveryReport report = send();
    EXPECT_EQ(report.delivery, row.delivery) << row.script;
    EXPECT_EQ(report.gateway, "bad");
    EXPECT_EQ(report.detail, row.detail) << row.script;
  }
  EXPECT_EQ(notes_.lines.size(), std::size(kRows));
  for (const std::string& line : notes_.lines) EXPECT_THAT(line, Not(HasSubstr("4567")));
  EXPECT_THAT(notes_.lines.front(), AllOf(HasSubstr("gateway unclear gateway=bad channel=sms"),
                                          HasSubstr("detail=\"ended with status 1\" passed_over=30s")));
}

TEST_F(ProgramGatewaysTest, NeedNotReadWhatTheyAreAsked) {
  add("deaf", R"(exec <&-; echo '{"status":"sent"}')");
  EXPECT_EQ(send().delivery, Delivery::sent);
}

TEST_F(ProgramGatewaysTest, MayLeaveADaemonBehind) {
  add("daemon", "setsid sleep 1000 & echo $! >" + (folder_ / "pid").string() + R"(; echo '{"status":"sent"}')");
  EXPECT_EQ(send().delivery, Delivery::sent);
  kill(std::stoi(contents("pid")), SIGKILL);
}

TEST_F(ProgramGatewaysTest, AreTriedInOrderUntilOneTakesIt) {
  add("first", "exit 1");
  add("second", kSent);
  add("third", "touch " + (folder_ / "third was asked").string());
  const DeliveryReport report = send();
  EXPECT_EQ(report.delivery, Delivery::sent);
  EXPECT_EQ(report.gateway, "second");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "third was asked"));
}

// What one of them may have sent is not undone by another that sends nothing.
TEST_F(ProgramGatewaysTest, AreTriedOnWhenItIsNotKnownWhatOneDid) {
  add("first", "exit 1");
  add("second", R"(echo '{"status":"failed","detail":"no credit"}')");
  const DeliveryReport report = send();
  EXPECT_EQ(report.delivery, Delivery::unclear);
  EXPECT_EQ(report.gateway, "first");
  EXPECT_EQ(report.detail, "ended with status 1");
  ASSERT_EQ(report.tries.size(), 2U);
  EXPECT_EQ(report.tries[1].delivery, Delivery::failed);
  add("third", R"(echo '{"status":"refused"}')");
  EXPECT_EQ(send().delivery, Delivery::refused);
  add("fourth", kSent);
  gateways_.erase(gateways_.begin() + 2);
  EXPECT_EQ(send().delivery, Delivery::sent);
}

TEST_F(ProgramGatewaysTest, HaveSentNothingWhenTheyCannotBeStarted) {
  add("one", kSent);
  std::ofstream(folder_ / "one") << "#!/no/such/shell\n";
  const DeliveryReport report = send();
  EXPECT_EQ(report.delivery, Delivery::failed) << report.detail;
  EXPECT_EQ(report.detail, "cannot be started");
}

TEST_F(ProgramGatewaysTest, AreNotAskedFurtherWhenTheNumberIsRefused) {
  add("first", R"(echo '{"status":"refused","detail":"blocked"}')");
  add("second", kSent);
  const DeliveryReport report = send();
  EXPECT_EQ(report.delivery, Delivery::refused);
  EXPECT_EQ(report.gateway, "first");
  EXPECT_THAT(notes_.lines, ElementsAre("gateway refused gateway=first channel=sms detail=blocked"));
}

TEST_F(ProgramGatewaysTest, ArePassedOverWhenTheyHang) {
  add("hangs", "echo x >>" + (folder_ / "asked").string() + "; sleep 1000");
  limits_.each = 200ms;
  EXPECT_EQ(send().detail, "did not answer in time");
  // It cost its limit once; from now on the other is asked alone.
  add("works", kSent);
  limits_.each = 60s;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send().gateway, "works");
  EXPECT_EQ(contents("asked"), "x\n");
}

// Or one number that a provider does not take would send everybody's texts another way.
// So that nobody waits for one twice.
TEST_F(ProgramGatewaysTest, AreLeftOutForWhoWaitedForThemInVain) {
  add("hangs", "sleep 1000");
  add("fails", "exit 1");
  add("sends", "echo x >>" + (folder_ / "sent").string() + "; " + kSent);
  limits_.each = 200ms;
  EXPECT_TRUE(send().tries.at(0).silent);
  limits_.each = 60s;
  memory_.end("hangs", {}, Delivery::sent, 0s, SteadyTime{0});  // it would be the first again
  PhoneMessage message{
      .id = "1", .to = {"+64211234567"}, .text = Secret("x"), .code = {}, .language = "en", .pass_over = {"hangs"}};
  const DeliveryReport report = gateways().send(message);
  EXPECT_EQ(report.delivery, Delivery::sent);
  ASSERT_FALSE(report.tries.empty());
  for (const DeliveryReport::Try& one : report.tries) {
    EXPECT_NE(one.gateway, "hangs");
    EXPECT_FALSE(one.silent) << one.gateway << ": it answered soon";
  }
  message.pass_over = {"hangs", "fails", "sends"};
  EXPECT_EQ(gateways().send(message).delivery, Delivery::failed);
  EXPECT_THAT(gateways().send(message).tries, IsEmpty());
}

TEST_F(ProgramGatewaysTest, AreNotPassedOverForWhatAMessageIs) {
  add("first", R"(echo '{"status":"failed","fault":"message","detail":"not in our plan"}')");
  add("second", kSent);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(send().gateway, "second");
  EXPECT_EQ(memory_.health_of(gateways_).front(), GatewayHealth{});
  EXPECT_EQ(notes_.lines.front(), "gateway failed gateway=first channel=sms fault=message detail=\"not in our plan\"");
  // Not so if it says anything else.
  gateways_.clear();
  add("third", R"(echo '{"status":"failed","fault":"mine"}')");
  EXPECT_EQ(send().delivery, Delivery::failed);
  EXPECT_EQ(memory_.health_of(gateways_).front().failures, 1U);
}

TEST_F(ProgramGatewaysTest, AreTriedStillWhenAllArePassedOver) {
  add("flaky", "[ -e " + (folder_ / "mended").string() + R"( ] || exit 1; echo '{"status":"sent"}')");
  EXPECT_EQ(send().delivery, Delivery::unclear);
  std::ofstream(folder_ / "mended") << "yes";
  EXPECT_EQ(send().delivery, Delivery::sent);
  EXPECT_EQ(memory_.health_of(gateways_).front(), GatewayHealth{});
}

TEST_F(ProgramGatewaysTest, StopTryingWhenTheTimeOfTheMessageIsUp) {
  limits_ = {.each = 100ms, .all = 150ms};
  for (const char* name : {"a", "b", "c", "d", "e"})
    add(name, "echo x >>" + (folder_ / "asked").string() + "; sleep 1000");
  EXPECT_EQ(send().detail, "did not answer in time");
  EXPECT_EQ(notes_.lines.size(), 1U);
}

TEST_F(ProgramGatewaysTest, AreThoseOfTheChannel) {
  add("texts", kSent, true, false);
  add("calls", R"(echo '{"status":"approved"}')", false, true);
  EXPECT_EQ(send(PhoneUse::text).gateway, "texts");
  EXPECT_EQ(send(PhoneUse::call, MessageMode::press).gateway, "") << "it cannot wait for a key";
  gateways_.back().press = true;
  const DeliveryReport call = send(PhoneUse::call, MessageMode::press);
  EXPECT_EQ(call.gateway, "calls");
  EXPECT_EQ(call.delivery, Delivery::approved);
  gateways_.pop_back();
  const DeliveryReport none = send(PhoneUse::call);
  EXPECT_EQ(none.delivery, Delivery::failed);
  EXPECT_EQ(none.gateway, "");
  EXPECT_EQ(none.detail, "no gateway is configured for it");
}

TEST_F(ProgramGatewaysTest, AreNotRunWhenOthersCouldHaveWrittenThem) {
  add("one", kSent);
  ASSERT_EQ(chmod((folder_ / "one").c_str(), 0777), 0);
  EXPECT_THAT(send().detail, HasSubstr("can be written by others"));
  gateways_.front().program = "/no/such/program";
  EXPECT_THAT(send().detail, HasSubstr("/no: No such file"));
}

TEST_F(ProgramGatewaysTest, SayWhatIsWrongBeforeAnythingIsSent) {
  add("one", kSent);
  add("two", kSent);
  add("http", "exit 2");
  add("four", R"(echo "{\"status\":\"bad\",\"detail\":\"$# $1 $2\"}")");
  add("five", R"(echo '{"status":"good","channel":["sms"],"press":false}'; cat >>)" + (folder_ / "input").string());
  add("six", "exit 2");
  for (const GatewaySettings& gateway : gateways_)
    if (gateway.name != "two") std::ofstream(gateway.settings) << "\n";
  ASSERT_EQ(chmod((folder_ / "one").c_str(), 0666), 0);
  const std::vector<GatewayCheck> checks = gateways().check();
  ASSERT_EQ(checks.size(), 4U) << "of what cannot be run or read others speak";
  EXPECT_EQ(checks[0].gateway.name, "http");
  EXPECT_EQ(checks[0].result, GatewayCheck::Result::bad);
  EXPECT_EQ(checks[0].detail, "http says nothing of its settings: is it of the same release?");
  EXPECT_EQ(checks[1].result, GatewayCheck::Result::bad);
  EXPECT_EQ(checks[1].detail, "2 --check " + (folder_ / "four.toml").string());
  EXPECT_EQ(checks[2].result, GatewayCheck::Result::good);
  EXPECT_EQ(checks[2].texts, true);
  EXPECT_EQ(checks[2].calls, false);
  EXPECT_EQ(checks[2].press, false);
  EXPECT_EQ(contents("input"), "") << "nothing that could be sent";
  EXPECT_EQ(checks[3].result, GatewayCheck::Result::silent) << "a program of others need not know that";
}

TEST_F(ProgramGatewaysTest, TellWhatEachOfThemMadeOfIt) {
  add("first", "exit 1");
  add("second", R"(echo '{"status":"failed"}')");
  add("third", kSent);
  const DeliveryReport report = send();
  ASSERT_EQ(report.tries.size(), 3U);
  EXPECT_EQ(report.tries[0].gateway, "first");
  EXPECT_EQ(report.tries[0].detail, "ended with status 1");
  EXPECT_EQ(report.tries[1].detail, "gives no reason");
  EXPECT_EQ(report.tries[2].delivery, Delivery::sent);
  const DeliveryReport one = gateways().send({.id = "1",
                                              .use = PhoneUse::text,
                                              .mode = MessageMode::code,
                                              .to = {"+64211234567"},
                                              .text = Secret("t"),
                                              .code = Secret("123456"),
                                              .language = "en",
                                              .only = "second"});
  ASSERT_EQ(one.tries.size(), 1U);
  EXPECT_EQ(one.gateway, "second");
}

TEST_F(ProgramGatewaysTest, CarryManyMessagesAtOnceButNotAnyNumber) {
  add("one", kSent);
  std::vector<DeliveryReport> reports(16);
  {
    std::vector<std::jthread> threads;
    for (DeliveryReport& report : reports) threads.emplace_back([&, this] { report = send(); });
  }
  for (const DeliveryReport& report : reports) EXPECT_EQ(report.delivery, Delivery::sent) << report.detail;

  fill("one");
  limits_.all = limits_.each;  // no time to wait
  EXPECT_EQ(send().detail, "has too many messages under way");
  EXPECT_EQ(memory_.health_of(gateways_).front(), GatewayHealth{});  // which is no fault of its own
  EXPECT_THAT(notes_.lines, ElementsAre("gateway full gateway=one channel=sms numbers=proven under_way=32"));
  memory_.end("one", {}, Delivery::sent, 1s, SteadyTime{0});
  EXPECT_EQ(send().delivery, Delivery::sent);
}

// Whoever lets telephones ring, or registers numbers, takes no place from those who log in by a text.
TEST_F(ProgramGatewaysTest, KeepPlacesForTextsAndForProvenNumbers) {
  constexpr GatewayPlace kCalls{.use = PhoneUse::call};
  constexpr GatewayPlace kNewNumbers{.use = PhoneUse::text, .unproven = true};
  add("one", kSent, true, true);
  limits_.all = limits_.each;
  fill("one", GatewayMemory::kMostAtOnce, kCalls);
  EXPECT_EQ(send().delivery, Delivery::sent);
  EXPECT_TRUE(send(PhoneUse::call).full);
  fill("one", GatewayMemory::kMostUnproven, kNewNumbers);
  PhoneMessage message{.id = "1", .to = {"+64211234567"}, .text = Secret("x"), .code = {}, .unproven = true};
  const DeliveryReport report = gateways().send(message);
  EXPECT_EQ(report.delivery, Delivery::failed);
  EXPECT_TRUE(report.full) << "it was not tried";
  EXPECT_EQ(notes_.lines.back(), "gateway full gateway=one channel=sms numbers=unproven under_way=16");
  EXPECT_EQ(send().delivery, Delivery::sent);
  fill("one", GatewayMemory::kMostAtOnce - GatewayMemory::kMostUnproven);
  EXPECT_TRUE(send().full);
  memory_.end("one", kNewNumbers, Delivery::sent, 1s, SteadyTime{0});
  EXPECT_EQ(gateways().send(message).delivery, Delivery::sent);
  add("two", R"(echo '{"status":"failed"}')");
  fill("one", 1);
  EXPECT_FALSE(send().full) << "another was tried";
}

TEST_F(ProgramGatewaysTest, HaveMessagesWaitTheirTurnWhereNoOtherTakesThem) {
  add("one", kSent);
  fill("one");
  DeliveryReport report;
  std::jthread waits([&] { report = send(); });
  memory_.end("one", {}, Delivery::sent, 1s, SteadyTime{0});
  waits.join();
  EXPECT_EQ(report.delivery, Delivery::sent) << report.detail;
  EXPECT_THAT(notes_.lines, IsEmpty());

  fill("one", 1);
  add("two", kSent);
  EXPECT_EQ(send().gateway, "two");
}

}  // namespace
}  // namespace mfa
