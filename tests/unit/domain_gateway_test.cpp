#include "common/domain/gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mfa {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SteadyTime kNow{1'000'000'000};

GatewayHealth passed_over(std::chrono::milliseconds left) { return {.failures = 1, .passed_over_until = kNow + left}; }

TEST(GatewaySettings, SayWhatIsCarried) {
  using enum PhoneUse;
  using enum MessageMode;
  const GatewaySettings texts{.name = "t", .texts = true, .program = {}, .settings = {}};
  const GatewaySettings calls{.name = "c", .calls = true, .program = {}, .settings = {}};
  const GatewaySettings keys{.name = "k", .calls = true, .press = true, .program = {}, .settings = {}};
  struct Row {
    PhoneUse use;
    MessageMode mode;
    bool by_texts, by_calls, by_keys;
  };
  constexpr Row kRows[] = {
      {text, code, true, false, false},
      {text, press, false, false, false},
      {call, code, false, true, true},
      {call, press, false, false, true},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(carries(texts, row.use, row.mode), row.by_texts);
    EXPECT_EQ(carries(calls, row.use, row.mode), row.by_calls);
    EXPECT_EQ(carries(keys, row.use, row.mode), row.by_keys);
    EXPECT_EQ(carried(std::vector{texts, calls}, row.use, row.mode), row.by_texts || row.by_calls);
    EXPECT_FALSE(carried({}, row.use, row.mode));
  }
}

TEST(GatewayOrder, IsAsConfiguredWithThosePassedOverLast) {
  const GatewayHealth fine;
  const GatewayHealth until_now = passed_over(0s);
  const GatewayHealth longer = passed_over(1ms);
  struct Row {
    std::vector<GatewayHealth> gateways;
    std::vector<std::size_t> order;
  };
  const Row rows[] = {
      {{}, {}},
      {{fine}, {0}},
      {{longer}, {0}},  // still better than nothing
      {{fine, fine, fine}, {0, 1, 2}},
      {{longer, fine, fine}, {1, 2, 0}},
      {{fine, longer, fine}, {0, 2, 1}},
      {{longer, longer, fine}, {2, 0, 1}},
      {{longer, longer}, {0, 1}},
      {{until_now, fine}, {0, 1}},
  };
  for (const Row& row : rows) EXPECT_EQ(order_to_try(row.gateways, kNow), row.order);
}

TEST(GatewayOrder, PassesOverWhatFailsForLongerAndLonger) {
  GatewayHealth health;
  std::vector<std::chrono::milliseconds> pauses;
  for (int i = 0; i < 8; ++i) {
    health = tried(health, PhoneUse::text, Delivery::failed, 1s, kNow);
    pauses.push_back(health.passed_over_until - kNow);
  }
  EXPECT_THAT(pauses, ElementsAre(30s, 60s, 120s, 240s, 480s, 600s, 600s, 600s));
  health.failures = UINT32_MAX;
  EXPECT_EQ(tried(health, PhoneUse::text, Delivery::failed, 1s, kNow).passed_over_until, kNow + 600s);
}

TEST(GatewayOrder, ForgivesWithOneSuccess) {
  const GatewayHealth bad{.failures = 5, .passed_over_until = kNow + 600s};
  for (const Delivery delivery : {Delivery::sent, Delivery::approved, Delivery::refused})
    EXPECT_EQ(tried(bad, PhoneUse::text, delivery, 1s, kNow), GatewayHealth{}) << name_of(delivery);
}

TEST(GatewayOrder, CountsASlowTextAsAFailureAndNoSlowCall) {
  const auto half = limits_of(PhoneUse::text).each / 2;
  EXPECT_EQ(tried({}, PhoneUse::text, Delivery::sent, half, kNow), GatewayHealth{});
  EXPECT_EQ(tried({}, PhoneUse::text, Delivery::sent, half + 1ms, kNow).passed_over_until, kNow + kFirstPass);
  EXPECT_EQ(tried({}, PhoneUse::call, Delivery::sent, limits_of(PhoneUse::call).each, kNow), GatewayHealth{});
  EXPECT_EQ(tried({}, PhoneUse::call, Delivery::failed, 1s, kNow).failures, 1U);
  EXPECT_EQ(tried({}, PhoneUse::text, Delivery::unclear, 1s, kNow).failures, 1U);
}

TEST(GatewayOrder, LetsOneMessageTryAgainWhatFailed) {
  EXPECT_EQ(being_tried({}, 20s, kNow), GatewayHealth{});
  const GatewayHealth due = passed_over(0s);
  const GatewayHealth taken = being_tried(due, 20s, kNow);
  EXPECT_THAT(order_to_try(std::vector{due, GatewayHealth{}}, kNow), ElementsAre(0, 1));
  EXPECT_THAT(order_to_try(std::vector{taken, GatewayHealth{}}, kNow), ElementsAre(1, 0));
  EXPECT_EQ(taken.passed_over_until, kNow + 20s);
  EXPECT_EQ(being_tried(passed_over(60s), 20s, kNow), passed_over(60s));
}

TEST(GatewayOrder, LeavesTimeForAnotherGateway) {
  for (const PhoneUse use : {PhoneUse::text, PhoneUse::call}) EXPECT_GT(limits_of(use).all, limits_of(use).each);
  EXPECT_EQ(limits_of(PhoneUse::text).each, 20s);
}

TEST(GatewayWords, AreReadBack) {
  for (const auto use : {PhoneUse::text, PhoneUse::call}) EXPECT_EQ(phone_use(name_of(use)), use);
  for (const auto mode : {MessageMode::code, MessageMode::press}) EXPECT_EQ(message_mode(name_of(mode)), mode);
  for (const auto value : {Delivery::sent, Delivery::approved, Delivery::refused, Delivery::failed, Delivery::unclear})
    EXPECT_EQ(delivery(name_of(value)), value);
  for (const char* word : {"", "SMS", "text", "ok", "sent "}) {
    EXPECT_FALSE(phone_use(word)) << word;
    EXPECT_FALSE(message_mode(word)) << word;
    EXPECT_FALSE(delivery(word)) << word;
  }
}

struct Said {
  const char* said;
  const char* kept;
};

TEST(Discreet, KeepsNumberAndCodeToItself) {
  constexpr Said kRows[] = {
      {"", ""},
      {"The number +64211234567 is not valid", "The number +*** is not valid"},
      {"The 'To' number 64211234567 is not valid", "The 'To' number *** is not valid"},
      {"no route to 0211234567", "no route to ***"},
      {"no route to +64 21 123-4567.", "no route to +***."},
      {"no route to (021) 123 4567!", "no route to (***!"},
      {"sip:+64211234567@example.org", "sip:+***@example.org"},
      {"...234567", "...***"},
      {"ending 4567", "ending 4567"},  // as we show it ourselves
      {"message: Your code is 123456", "message: Your code is ***"},
      {"code 123 456", "code ***"},
      {"code 9123456", "code ***"},
      {"Say: 1, 2, 3, 4, 5, 6.", "Say: ***."},
      {"1123\x01"
       "4567",
       "***"},
      {"1123\xff\n4567", "***"},
      {"error 21211, see https://example.org/errors/21211", "error 21211, see https://example.org/errors/21211"},
      {"HTTP 429", "HTTP 429"},
      {"id 99887766554433", "id ***"},
      {"3132333435", "***"},
      {"id 3a4b5c6d7e", "id ***"},
      {"0031 0032", "***"},
      {"1_2_3_4_5_6", "***_***_***_***_***_***"},
      {"1_2_3_4_5", "1_2_3_4_5"},
      {"HTTP 500: 12x34x56", "HTTP ***: ***x***x***"},
      {"\\u0031\\u0032\\u0033\\u0034\\u0035\\u0036", "\\u***\\u***\\u***\\u***\\u***\\u***"},
      {"\\x31\\x32\\x33\\x34\\x35\\x36", "\\x***\\x***\\x***\\x***\\x***\\x***"},
      {"2_1_1_2_3_4_5_6_7", "***_***_***_***_***_***_***_***_***"},
      {"code １２３４５６", "code"},
      {"ok: ١٢٣٤٥٦x", "ok: x"},
      {"s.toml:12:20: retries must be from 1 to 10, not 99", "s.toml:12:20: retries must be from 1 to 10, not 99"},
      {"a\nb\r\n\tc", "a b c"},
      {"\x1b[31mred\xff\xfe", "[31mred"},
      {"  spaces  ", "  spaces"},
      {"Größe zu groß", "Größe zu groß"},
  };
  for (const Said& row : kRows) EXPECT_EQ(discreet(row.said, {"+64211234567"}, "123456"), row.kept) << row.said;
  EXPECT_EQ(discreet(std::string(1000, 'x'), {"+64211234567"}, "").size(), 200U);
  EXPECT_EQ(discreet("12345", {"+64218887777"}, ""), "12345");
  EXPECT_EQ(discreet("123456", {"+64218887777"}, ""), "***");
}

}  // namespace
}  // namespace mfa
