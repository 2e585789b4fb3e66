// Lines for syslog: nothing in a value can end the line or look like a key.
#include "pam_module/log.h"

#include <gtest/gtest.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include <string>

namespace {
int logged_priority = -1;
std::string logged;
}  // namespace

// In place of libpam's.
extern "C" [[gnu::format(printf, 3, 4)]] void pam_syslog(const pam_handle_t*, int priority, const char* format, ...) {
  char line[8192];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  logged_priority = priority;
  logged = line;
}

namespace mfa {
namespace {

std::string written(std::string_view value) {
  LogLine().add("user", value).write(nullptr, LOG_INFO);
  return logged;
}

TEST(LogLine, IsOneLineOfKeysAndValues) {
  LogLine().add("verdict", "passed").add("user", "alice").add("reason", "").write(nullptr, LOG_NOTICE);
  EXPECT_EQ(logged, "verdict=passed user=alice reason=\"\"");
  EXPECT_EQ(logged_priority, LOG_NOTICE);
}

TEST(LogLine, EscapesWhatIsNotAPlainWord) {
  EXPECT_EQ(written("alice.b-c@lab_7"), "user=alice.b-c@lab_7");
  EXPECT_EQ(written("a b"), "user=\"a b\"");
  EXPECT_EQ(written("a=b"), "user=\"a=b\"");
  EXPECT_EQ(written("a\" verdict=\"passed"), "user=\"a\\\" verdict=\\\"passed\"");
  EXPECT_EQ(written("a\\x41"), "user=\"a\\\\x41\"");
  EXPECT_EQ(written("a\nb\x7f\x1b[31m"), "user=\"a\\x0Ab\\x7F\\x1B[31m\"");
  EXPECT_EQ(written("\xc3\xa9\xff"), "user=\"\\xC3\\xA9\\xFF\"");
  EXPECT_EQ(written("%n%s%999999d"), "user=%n%s%999999d");
}

TEST(LogLine, CutsLongValues) {
  EXPECT_EQ(written(std::string(256, 'a')), "user=" + std::string(256, 'a'));
  EXPECT_EQ(written(std::string(257, 'a')), "user=\"" + std::string(256, 'a') + "...\"");
}

TEST(LogLine, StaysInItsBuffer) {
  LogLine line;
  for (int i = 0; i < 100; ++i) line.add("key", std::string(300, '\n'));
  line.write(nullptr, LOG_INFO);
  EXPECT_EQ(logged.size(), 3071U);
}

}  // namespace
}  // namespace mfa
