#include "common/domain/enrolment.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace mfa {
namespace {

constexpr UnixTime kNow{1'800'000'000};
constexpr std::chrono::hours kDay{24};

EnrolFacts usual() {
  return {.now = kNow,
          .since = std::nullopt,
          .first_seen = kNow,
          .window = kDay * 30,
          .by = EnrolBy::in_login,
          .has_factor = false,
          .by_code_only = false,
          .first_factor_proven = true,
          .one_line = false};
}

struct Row {
  const char* what;
  std::function<void(EnrolFacts&)> change;
  EnrolWay way;
};

TEST(Enrolment, OneRowAReason) {
  const std::vector<Row> rows{
      {"a new student", [](EnrolFacts&) {}, EnrolWay::now},
      {"no first factor in this login", [](EnrolFacts& f) { f.first_factor_proven = false; }, EnrolWay::none},
      {"the rule refuses", [](EnrolFacts& f) { f.by = EnrolBy::refuse; }, EnrolWay::none},
      {"the rule wants a code", [](EnrolFacts& f) { f.by = EnrolBy::code; }, EnrolWay::with_code},
      {"after a reset", [](EnrolFacts& f) { f.by_code_only = true; }, EnrolWay::with_code},
      {"a program of the user's own, to which nothing is proven",
       [](EnrolFacts& f) {
         f.one_line = true;
         f.first_factor_proven = false;
       },
       EnrolWay::elsewhere},
      {"a greeter", [](EnrolFacts& f) { f.one_line = true; }, EnrolWay::elsewhere},
      {"a factor that does not count is proven instead of a code",
       [](EnrolFacts& f) {
         f.has_factor = true;
         f.by = EnrolBy::code;
       },
       EnrolWay::now},
      {"the last second of the window",
       [](EnrolFacts& f) { f.first_seen = kNow - kDay * 30 + std::chrono::seconds(1); }, EnrolWay::now},
      {"the window is over", [](EnrolFacts& f) { f.first_seen = kNow - kDay * 30; }, EnrolWay::with_code},
      {"seen long ago, required since yesterday",
       [](EnrolFacts& f) {
         f.first_seen = kNow - kDay * 300;
         f.since = kNow - kDay;
       },
       EnrolWay::now},
      {"required long ago, seen for the first time", [](EnrolFacts& f) { f.since = kNow - kDay * 300; }, EnrolWay::now},
      {"required and seen long ago",
       [](EnrolFacts& f) {
         f.since = kNow - kDay * 300;
         f.first_seen = kNow - kDay * 300;
       },
       EnrolWay::with_code},
      {"a clock set back makes no window longer",
       [](EnrolFacts& f) {
         f.first_seen = kNow + kDay * 365;
         f.window = std::chrono::seconds(0);
       },
       EnrolWay::with_code},
      {"the second before the date", [](EnrolFacts& f) { f.since = kNow + std::chrono::seconds(1); }, EnrolWay::offer},
      {"the date", [](EnrolFacts& f) { f.since = kNow; }, EnrolWay::now},
      {"before the date at a greeter",
       [](EnrolFacts& f) {
         f.since = kNow + kDay;
         f.one_line = true;
       },
       EnrolWay::none},
      {"before the date where codes are wanted",
       [](EnrolFacts& f) {
         f.since = kNow + kDay;
         f.by = EnrolBy::code;
       },
       EnrolWay::none},
      {"before the date after a reset",
       [](EnrolFacts& f) {
         f.since = kNow + kDay;
         f.by_code_only = true;
       },
       EnrolWay::none},
  };
  for (const Row& row : rows) {
    EnrolFacts facts = usual();
    row.change(facts);
    EXPECT_EQ(enrol_way(facts), row.way) << row.what;
  }
}

TEST(Enrolment, ProgramsThatShowOneLine) {
  for (const std::string_view service : {"gdm-password", "gdm-fingerprint", "sddm", "lightdm", "lightdm-greeter",
                                         "polkit-1", "i3lock", "swaylock", "xscreensaver", "mate-screensaver"})
    EXPECT_TRUE(shows_one_line(service)) << service;
  for (const std::string_view service : {"sshd", "login", "sudo", "su", "su-l", "cockpit", "", "i3lock-shell"})
    EXPECT_FALSE(shows_one_line(service)) << service;
}

}  // namespace
}  // namespace mfa
