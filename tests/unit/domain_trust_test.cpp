#include "common/domain/trust.h"

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <utility>

namespace mfa {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr UnixTime kGranted{1'800'000'000};
constexpr seconds kMonth = hours(24 * 30);

Trust granted() {
  Trust trust;
  trust.number = 1;
  trust.device = {.kind = DeviceKind::address, .id = "203.0.113.7"};
  trust.server = "lab-gw";
  trust.rule = "staff";
  trust.since = kGranted;
  trust.until = kGranted + kMonth;
  trust.password_version = "v1";
  trust.country = "NZ";
  trust.network = "203.0.113.0/24";
  return trust;
}

TrustFacts same_place() {
  return {.now = kGranted + hours(1),
          .server = "lab-gw",
          .rule = "staff",
          .offered = kMonth,
          .password_version = "v1",
          .country = "NZ",
          .network = "203.0.113.0/24"};
}

struct Row {
  const char* what;
  std::function<void(Trust&, TrustSettings&, TrustFacts&)> change;
  std::optional<TrustEnd> end;
};

// The same change of a burst of 20 seconds, ten seconds on, of a rule that offers no window.
std::function<void(Trust&, TrustSettings&, TrustFacts&)> a_burst(
    std::function<void(Trust&, TrustSettings&, TrustFacts&)> change) {
  return [change = std::move(change)](Trust& trust, TrustSettings& settings, TrustFacts& facts) {
    trust.burst = true;
    trust.until = kGranted + seconds(20);
    facts.offered.reset();
    facts.now = kGranted + seconds(10);
    change(trust, settings, facts);
  };
}

class Trusting : public testing::TestWithParam<Row> {};

TEST_P(Trusting, HoldsOrEndsForTheReason) {
  Trust trust = granted();
  TrustSettings settings;
  TrustFacts facts = same_place();
  GetParam().change(trust, settings, facts);
  EXPECT_EQ(why_not_trusted(trust, settings, facts), GetParam().end) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Trusting,
    testing::Values(
        Row{"nothing changed", [](Trust&, TrustSettings&, TrustFacts&) {}, std::nullopt},
        Row{"the last second", [](Trust& row, TrustSettings&, TrustFacts& f) { f.now = row.until - seconds(1); },
            std::nullopt},
        Row{"its end", [](Trust& row, TrustSettings&, TrustFacts& f) { f.now = row.until; }, TrustEnd::expired},
        Row{"a shorter window now, its last second",
            [](Trust& row, TrustSettings&, TrustFacts& f) {
              f.offered = hours(2), f.now = row.since + hours(2) - seconds(1);
            },
            std::nullopt},
        Row{"a shorter window now, its end",
            [](Trust& row, TrustSettings&, TrustFacts& f) { f.offered = hours(2), f.now = row.since + hours(2); },
            TrustEnd::expired},
        Row{"a longer window now gives no more",
            [](Trust& row, TrustSettings&, TrustFacts& f) { f.offered = kMonth * 2, f.now = row.until; },
            TrustEnd::expired},
        Row{"the clock set back before it began",
            [](Trust& row, TrustSettings&, TrustFacts& f) { f.now = row.since - seconds(1); }, TrustEnd::expired},
        Row{"no window on offer", [](Trust&, TrustSettings&, TrustFacts& f) { f.offered.reset(); },
            TrustEnd::not_offered},
        Row{"a window of nothing", [](Trust&, TrustSettings&, TrustFacts& f) { f.offered = seconds(0); },
            TrustEnd::not_offered},
        Row{"another server", [](Trust&, TrustSettings&, TrustFacts& f) { f.server = "lab-2"; }, TrustEnd::not_offered},
        Row{"another password", [](Trust&, TrustSettings&, TrustFacts& f) { f.password_version = "v2"; },
            TrustEnd::password_changed},
        Row{"a password that can no longer be seen",
            [](Trust&, TrustSettings&, TrustFacts& f) { f.password_version.clear(); }, TrustEnd::password_changed},
        Row{"four failures", [](Trust& row, TrustSettings&, TrustFacts&) { row.failures = 4; }, std::nullopt},
        Row{"five failures", [](Trust& row, TrustSettings&, TrustFacts&) { row.failures = 5; },
            TrustEnd::failed_attempts},
        Row{"another country", [](Trust&, TrustSettings&, TrustFacts& f) { f.country = "AU"; },
            TrustEnd::other_country},
        Row{"a country that cannot be told", [](Trust&, TrustSettings&, TrustFacts& f) { f.country.reset(); },
            TrustEnd::place_unknown},
        Row{"a country that cannot be told, not asked for",
            [](Trust&, TrustSettings& s, TrustFacts& f) { s.end_on_country_change = false, f.country.reset(); },
            std::nullopt},
        Row{"a country that cannot be told, nor could it be then",
            [](Trust& row, TrustSettings&, TrustFacts& f) { row.country.clear(), f.country.reset(); },
            TrustEnd::place_unknown},
        Row{"a country database since then", [](Trust& row, TrustSettings&, TrustFacts&) { row.country.clear(); },
            TrustEnd::place_unknown},
        Row{"no country database any more", [](Trust&, TrustSettings&, TrustFacts& f) { f.country = ""; },
            std::nullopt},
        Row{"another rule that offers as much", [](Trust&, TrustSettings&, TrustFacts& f) { f.rule = "students"; },
            std::nullopt},
        Row{"a new password comes before failures",
            [](Trust& row, TrustSettings&, TrustFacts& f) { row.failures = 5, f.password_version = "v2"; },
            TrustEnd::password_changed},
        Row{"what ended it stays, whatever else is wrong",
            [](Trust& row, TrustSettings&, TrustFacts& f) {
              row.ended = TrustEnd::forgotten, f.server = "lab-2", f.country = "AU";
            },
            TrustEnd::forgotten},
        Row{"another country, not asked for",
            [](Trust&, TrustSettings& s, TrustFacts& f) { s.end_on_country_change = false, f.country = "AU"; },
            std::nullopt},
        Row{"another network, not asked for", [](Trust&, TrustSettings&, TrustFacts& f) { f.network = "192.0.2.0/24"; },
            std::nullopt},
        Row{"another network",
            [](Trust&, TrustSettings& s, TrustFacts& f) { s.end_on_network_change = true, f.network = "192.0.2.0/24"; },
            TrustEnd::other_network},
        Row{"ended for good", [](Trust& row, TrustSettings&, TrustFacts&) { row.ended = TrustEnd::reported; },
            TrustEnd::reported}));

// The seconds after a passed code: they hold without an offer, and otherwise end like any trust.
INSTANTIATE_TEST_SUITE_P(
    Burst, Trusting,
    testing::Values(
        Row{"of a rule that offers no window", a_burst([](Trust&, TrustSettings&, TrustFacts&) {}), std::nullopt},
        Row{"its last second", a_burst([](Trust&, TrustSettings&, TrustFacts& f) { f.now = kGranted + seconds(19); }),
            std::nullopt},
        Row{"its end", a_burst([](Trust&, TrustSettings&, TrustFacts& f) { f.now = kGranted + seconds(20); }),
            TrustEnd::expired},
        Row{"an offer makes it no longer",
            a_burst([](Trust&, TrustSettings&, TrustFacts& f) { f.offered = kMonth, f.now = kGranted + seconds(20); }),
            TrustEnd::expired},
        Row{"an offer makes it no shorter", a_burst([](Trust&, TrustSettings&, TrustFacts& f) {
              f.offered = seconds(5), f.now = kGranted + seconds(19);
            }),
            std::nullopt},
        Row{"the clock set back before it began",
            a_burst([](Trust&, TrustSettings&, TrustFacts& f) { f.now = kGranted - seconds(1); }), TrustEnd::expired},
        Row{"another server", a_burst([](Trust&, TrustSettings&, TrustFacts& f) { f.server = "lab-2"; }),
            TrustEnd::not_offered},
        Row{"another password", a_burst([](Trust&, TrustSettings&, TrustFacts& f) { f.password_version = "v2"; }),
            TrustEnd::password_changed},
        Row{"five failures", a_burst([](Trust& row, TrustSettings&, TrustFacts&) { row.failures = 5; }),
            TrustEnd::failed_attempts},
        Row{"another country", a_burst([](Trust&, TrustSettings&, TrustFacts& f) { f.country = "AU"; }),
            TrustEnd::other_country},
        Row{"a country that cannot be told", a_burst([](Trust&, TrustSettings&, TrustFacts& f) { f.country.reset(); }),
            TrustEnd::place_unknown},
        Row{"another network", a_burst([](Trust&, TrustSettings& s, TrustFacts& f) {
              s.end_on_network_change = true, f.network = "192.0.2.0/24";
            }),
            TrustEnd::other_network},
        Row{"ended for good", a_burst([](Trust& row, TrustSettings&, TrustFacts&) { row.ended = TrustEnd::reported; }),
            TrustEnd::reported}));

TEST(TrustEndsFor, GoodOrOnlyHereAndNow) {
  struct Case {
    const char* what;
    TrustEnd why;
    const char* rule;  // that decides; "staff" granted
    seconds after;     // it was granted
    bool for_good;
  };
  const seconds soon = hours(1);
  for (const Case& each : std::initializer_list<Case>{
           {"the place cannot be told", TrustEnd::place_unknown, "staff", soon, false},
           {"its own rule no longer offers it", TrustEnd::not_offered, "staff", soon, true},
           {"another rule offers none", TrustEnd::not_offered, "students", soon, false},
           {"its date", TrustEnd::expired, "students", kMonth, true},
           {"after its date", TrustEnd::expired, "students", kMonth + seconds(1), true},
           {"before it began: the clock was set back", TrustEnd::expired, "staff", seconds(-1), false},
           {"the moment it began", TrustEnd::expired, "students", seconds(0), false},
           {"a second before its date, another rule's window", TrustEnd::expired, "students", kMonth - seconds(1),
            false},
           {"its own rule's window is shorter now", TrustEnd::expired, "staff", kMonth - seconds(1), true},
           {"a new password", TrustEnd::password_changed, "students", soon, true},
           {"failures", TrustEnd::failed_attempts, "students", soon, true},
           {"another country", TrustEnd::other_country, "students", soon, true},
           {"another network", TrustEnd::other_network, "students", soon, true},
           {"too many devices", TrustEnd::too_many_devices, "students", soon, true},
           {"forgotten", TrustEnd::forgotten, "students", soon, true},
           {"reported", TrustEnd::reported, "students", soon, true},
           {"reset", TrustEnd::reset, "students", soon, true},
           {"disabled", TrustEnd::disabled, "students", soon, true},
       }) {
    TrustFacts facts = same_place();
    facts.rule = each.rule;
    facts.now = kGranted + each.after;
    EXPECT_EQ(ends_for(each.why, granted(), facts), each.for_good) << each.what;
  }
}

// Another server is another device: what is asked there ends nothing here.
TEST(TrustEndsFor, AnotherServersLoginEndsNothing) {
  TrustFacts facts = same_place();
  facts.server = "lab-2";
  const auto why = why_not_trusted(granted(), TrustSettings{}, facts);
  ASSERT_EQ(why, TrustEnd::not_offered);
  EXPECT_FALSE(ends_for(*why, granted(), facts));
}

TEST(TrustEnds, EachHasANameOfItsOwn) {
  for (int value = 1; value <= static_cast<int>(TrustEnd::disabled); ++value) {
    const auto end = static_cast<TrustEnd>(value);
    ASSERT_FALSE(name_of(end).empty()) << value;
    EXPECT_EQ(trust_end(name_of(end)), end);
  }
  EXPECT_FALSE(trust_end("no such end"));
  EXPECT_FALSE(trust_end(""));
  EXPECT_EQ(name_of(static_cast<TrustEnd>(0)), "");
}

TEST(Networks, AreA24AndA48) {
  EXPECT_EQ(network_of(*parse_address("203.0.113.7")), "203.0.113.0/24");
  EXPECT_EQ(network_of(*parse_address("2001:db8:1:2::7")), "2001:db8:1::/48");
}

}  // namespace
}  // namespace mfa
