// An event as a line of syslog: stable keys, and nothing in it can end the line or look like a key.
#include <gtest/gtest.h>

#include <string>

#include "common/domain/event_line.h"

namespace mfa {
namespace {

Event login() {
  return {.kind = EventKind::login_passed,
          .at = {},
          .user = "alice",
          .actor = {},
          .service = "sshd",
          .from = "203.0.113.7",
          .server = "lab-gw",
          .factor = "totp-1",
          .reason = {}};
}

TEST(EventLine, has_stable_keys_in_one_order_and_leaves_out_what_is_empty) {
  EXPECT_EQ(
      event_line(login(), TrailMark{.seq = 12, .run = "5f00a1c2", .head = "9f3c", .proof = "07d1"}),
      "event=login.passed user=alice service=sshd from=203.0.113.7 server=lab-gw factor=totp-1 seq=12 run=5f00a1c2 "
      "head=9f3c proof=07d1");
  Event created;
  created.kind = EventKind::store_created;
  created.user = "root";
  EXPECT_EQ(event_line(created, std::nullopt), "event=store.created user=root");
}

TEST(EventLine, cannot_be_made_to_look_like_another) {
  auto event = login();
  event.user = "eve user=alice event=login.passed";
  event.reason = "a\nb\" seq=1 \\";
  EXPECT_EQ(event_line(event, std::nullopt),
            "event=login.passed user=\"eve user=alice event=login.passed\" service=sshd from=203.0.113.7 "
            "server=lab-gw factor=totp-1 reason=\"a\\x0Ab\\\" seq=1 \\\\\"");
}

struct EscapeRow {
  std::string_view text, written;
};
class Escaping : public ::testing::TestWithParam<EscapeRow> {};
TEST_P(Escaping, shows_each_byte_that_is_not_text) { EXPECT_EQ(escaped(GetParam().text, 256), GetParam().written); }
INSTANTIATE_TEST_SUITE_P(rows, Escaping,
                         ::testing::Values(EscapeRow{"plain text", "plain text"}, EscapeRow{"Zoë 中 😀", "Zoë 中 😀"},
                                           EscapeRow{std::string_view("a\0b", 3), "a\\x00b"},
                                           EscapeRow{"\t\r\n\x1b[31m", "\\x09\\x0D\\x0A\\x1B[31m"},
                                           EscapeRow{"\x7f", "\\x7F"}, EscapeRow{"\xff\xc3", "\\xFF\\xC3"},
                                           EscapeRow{"\xc0\xaf", "\\xC0\\xAF"},                    // overlong '/'
                                           EscapeRow{"\xed\xa0\x80", "\\xED\\xA0\\x80"},           // a surrogate
                                           EscapeRow{"\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},  // past U+10FFFF
                                           EscapeRow{"\xc2\x9b", "\\xC2\\x9B"},                    // C1: CSI
                                           EscapeRow{"\xe2\x80\xae"
                                                     "cod.exe",
                                                     "\\xE2\\x80\\xAE"
                                                     "cod.exe"},                            // right-to-left override
                                           EscapeRow{"\xe2\x80\xa8", "\\xE2\\x80\\xA8"}));  // line separator

TEST(Escaping, is_bounded_and_never_cuts_a_character) {
  EXPECT_EQ(escaped("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(escaped("abcdefghi", 8), "abcde...");
  EXPECT_EQ(escaped("abcé", 5), "abcé");
  EXPECT_EQ(escaped("aé\x01yyyyyyy", 9), "aé...");
  EXPECT_EQ(quoted_value(std::string(5000, 'x')).size(), kLongestValue + 2);
  EXPECT_LE(escaped(std::string(5000, '\xff'), kLongestText).size(), kLongestText);
}

TEST(Quoting, leaves_a_plain_word_as_it_is) {
  EXPECT_EQ(quoted_value("totp-1"), "totp-1");
  EXPECT_EQ(quoted_value(""), "\"\"");
  EXPECT_EQ(quoted_value("two words"), "\"two words\"");
  EXPECT_EQ(quoted_value("a=b"), "\"a=b\"");
  EXPECT_EQ(quoted_value("DOM\\alice"), "\"DOM\\\\alice\"");
}

}  // namespace
}  // namespace mfa
