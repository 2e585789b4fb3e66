// Text for people: printable, timed, suggested, reported.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <array>

#include "cli/command_line.h"
#include "cli/help.h"
#include "cli/json.h"
#include "cli/plain_text.h"
#include "cli/report.h"
#include "cli/style.h"
#include "cli/suggest.h"
#include "cli/times.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;

struct Printed {
  std::string text, shown;
};
const std::vector<Printed>& hostile() {
  static const std::vector<Printed> rows{{"iPhone", "iPhone"},
                                         {"Zoë's 電話 📱", "Zoë's 電話 📱"},
                                         {"\x1b[2J", "\\x1b[2J"},
                                         {"a\rb", "a\\x0db"},
                                         {"\x07\x08\x7f", "\\x07\\x08\\x7f"},
                                         {std::string("a\0b", 3), "a\\x00b"},
                                         {"\xc2\x9b"
                                          "31m",
                                          "\\x9b31m"},                   // C1, as UTF-8
                                         {"\x9b", "\\x9b"},              // C1, as a byte
                                         {"\xe2\x80\xae", "\\u{202e}"},  // right-to-left override
                                         {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u{2066}x\\u{2069}"},
                                         {"\xe2\x80\xa8", "\\u{2028}"},
                                         {"\xef\xbb\xbf", "\\u{feff}"},
                                         {"\xf3\xa0\x81\x81", "\\u{e0041}"},            // a tag
                                         {"\xc0\x9b", "\\xc0\\x9b"},                    // overlong
                                         {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
                                         {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // past U+10FFFF
                                         {"\xe2\x82", "\\xe2\\x82"},                    // cut
                                         {"\xf5", "\\xf5"},
                                         {"", ""}};
  return rows;
}

TEST(PlainText, WritesOutWhatWouldSteerATerminal) {
  for (const auto& [text, shown] : hostile()) {
    EXPECT_EQ(printable_line(text), shown);
    EXPECT_EQ(printable_text(text), shown);
  }
  EXPECT_EQ(printable_line("a\nb\tc"), "a\\x0ab\\x09c");
  EXPECT_EQ(printable_text("a\nb\tc"), "a\nb\\x09c");
}

TEST(PlainText, JsonKeepsItsMeaning) {
  for (const auto& [text, shown] : hostile()) {
    if (!valid_utf8(text)) continue;
    const std::string line = json_line(Json{{"name", text}});
    for (const char c : line) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << line;
    EXPECT_EQ(printable_text(line), line) << "nothing is left to write out";
    const auto back = parse_json(line);
    ASSERT_TRUE(back) << line;
    EXPECT_EQ(text_of(*back, "name"), text);
  }
  EXPECT_EQ(json_line(Json{{"name", "\xff"}}), "{\"name\":\"\xef\xbf\xbd\"}");
}

TEST(PlainText, CountsColumns) {
  EXPECT_EQ(columns("iPhone"), 6U);
  EXPECT_EQ(columns("Zoë"), 3U);
  EXPECT_EQ(columns("Zoe\xcc\x88"), 3U);
  EXPECT_EQ(columns("電話"), 4U);
  EXPECT_EQ(columns("📱"), 2U);
  EXPECT_EQ(columns(""), 0U);
}

TEST(PlainText, FitsAWindow) {
  struct Row {
    std::string text;
    std::size_t width, hang;
    std::string fitted;
  };
  const Row rows[] = {
      {"one two three", 0, 0, "one two three"},
      {"one two three", 7, 0, "one two\nthree"},
      {"one two three", 8, 0, "one two\nthree"},
      {"one two three", 6, 0, "one\ntwo\nthree"},
      {"one two three\nfour five", 7, 2, "one two\n  three\nfour\n  five"},
      {"    a bb cc", 8, 0, "    a bb\n    cc"},
      {"incomprehensible word", 5, 0, "incomprehensible\nword"},
      {"incomprehensible", 5, 0, "incomprehensible"},
      {"  incomprehensible", 5, 0, "  incomprehensible"},
      {"ends in blanks   ", 14, 0, "ends in blanks   "},
      {"\x1b[1mone two\x1b[0m three", 7, 0, "\x1b[1mone two\x1b[0m\nthree"},
      {"電話 電話", 4, 0, "電話\n電話"},
      {"Make them now: mfa-enroll codes", 26, 0, "Make them now:\nmfa-enroll codes"},
      {"a b: mfa-enroll totp --name NAME", 16, 0, "a b:\nmfa-enroll totp\n--name NAME"},
      {"", 5, 0, ""},
      {"\n\n", 5, 0, "\n\n"},
  };
  for (const Row& row : rows) EXPECT_EQ(fitted(row.text, row.width, row.hang), row.fitted) << row.text;
}

TEST(Json, ReadsWhatIsThereAndNothingElse) {
  const auto value = parse_json(R"({"a":"x","b":true,"c":7,"d":["p",1,"q"],"e":[{"f":1},2],"g":null})");
  ASSERT_TRUE(value);
  EXPECT_EQ(text_of(*value, "a"), "x");
  EXPECT_TRUE(flag_of(*value, "b"));
  EXPECT_EQ(number_of(*value, "c"), 7);
  EXPECT_THAT(texts_of(*value, "d"), testing::ElementsAre("p", "q"));
  EXPECT_EQ(objects_of(*value, "e").size(), 1U);
  for (const char* key : {"b", "c", "d", "g", "missing"}) EXPECT_EQ(text_of(*value, key), "") << key;
  for (const char* key : {"a", "c", "g", "missing"}) EXPECT_FALSE(flag_of(*value, key)) << key;
  for (const char* key : {"a", "b", "missing"}) EXPECT_FALSE(number_of(*value, key)) << key;
  for (const char* key : {"a", "e", "missing"}) EXPECT_TRUE(texts_of(*value, key).empty()) << key;
  EXPECT_EQ(text_of(Json::array(), "a"), "");
  for (const char* text : {"", "{", "{}x", "nul"}) EXPECT_FALSE(parse_json(text)) << text;
}

TEST(Times, ReadsRfc3339InUtcAlone) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_time("2026-11-22T09:14:05Z"), 1795338845);
  EXPECT_EQ(parse_time("2024-02-29T23:59:59Z"), 1709251199);
  for (const char* text : {"", "2026-11-22", "2026-11-22T09:14:05", "2026-11-22T09:14:05+00:00", "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T09:60:00Z",
                           "2026-11-22t09:14:05Z", " 026-11-22T09:14:05Z", "-026-11-22T09:14:05Z"})
    EXPECT_FALSE(parse_time(text)) << text;
}

TEST(Times, AreLocalForPeople) {
  setenv("TZ", "Pacific/Auckland", 1);
  tzset();
  EXPECT_EQ(local_time(1795338845), "2026-11-22 22:14");
  EXPECT_EQ(local_date(1795348800), "2026-11-23");
  setenv("TZ", "UTC", 1);
  tzset();
  EXPECT_EQ(local_time(1795338845), "2026-11-22 09:14");
}

TEST(Times, SayHowFar) {
  EXPECT_EQ(time_until(100, 100), "now");
  EXPECT_EQ(time_until(99, 100), "now");
  EXPECT_EQ(time_until(101, 100), "in 1 second");
  EXPECT_EQ(time_until(159, 100), "in 59 seconds");
  EXPECT_EQ(time_until(160, 100), "in 1 minute");
  EXPECT_EQ(time_until(161, 100), "in 2 minutes");
  EXPECT_EQ(time_until(100 + 3600, 100), "in 1 hour");
  EXPECT_EQ(time_until(100 + 47 * 3600, 100), "in 47 hours");
  EXPECT_EQ(time_until(100 + 9 * 86400, 100), "in 9 days");
}

TEST(Times, AreSpokenOf) {
  setenv("TZ", "UTC", 1);
  tzset();
  EXPECT_EQ(spoken_time(1796083200), "1 December 2026");
  EXPECT_EQ(spoken_time(1796083200 + 8 * 3600 + 300), "1 December 2026, 08:05");
  EXPECT_EQ(spoken_time(1709251199), "29 February 2024, 23:59");
}

TEST(Suggest, NamesTheNearest) {
  constexpr std::array<std::string_view, 6> kWords{"status", "totp", "codes", "remove", "rename", "test"};
  EXPECT_EQ(nearest_word("stauts", kWords), "status");
  EXPECT_EQ(nearest_word("statsu", kWords), "status");
  EXPECT_EQ(nearest_word("top", kWords), "totp");
  EXPECT_EQ(nearest_word("code", kWords), "codes");
  EXPECT_EQ(nearest_word("remvoe", kWords), "remove");
  EXPECT_EQ(nearest_word("frobnicate", kWords), "");
  EXPECT_EQ(nearest_word("x", kWords), "");
  EXPECT_EQ(nearest_word("", kWords), "");
  EXPECT_EQ(nearest_word(std::string(1000, 's'), kWords), "");
}

TEST(Report, SpeaksToPeopleAndToScripts) {
  const Failure failure{.status = ExitStatus::refused, .error = "No such factor.", .hint = "mfa-enroll status"};
  EXPECT_EQ(failure_text(failure, {}), "mfa-enroll: error: No such factor.\nmfa-enroll: hint: mfa-enroll status\n");
  EXPECT_EQ(failure_json(failure), "{\"error\":\"No such factor.\",\"hint\":\"mfa-enroll status\"}\n");
  const Failure bare{.status = ExitStatus::refused, .error = "No.", .hint = ""};
  EXPECT_EQ(failure_text(bare, {}), "mfa-enroll: error: No.\n");
  EXPECT_EQ(failure_json(bare), "{\"error\":\"No.\"}\n");
  EXPECT_THAT(failure_text(bare, {.colour = true, .utf8 = true}), HasSubstr("\x1b[1;31merror:\x1b[0m No."));
}

TEST(Report, WhatThePersonWishedIsNoError) {
  const Failure back{.error = "Nothing was changed.", .hint = "", .fault = false};
  EXPECT_EQ(failure_text(back, {}), "mfa-enroll: Nothing was changed.\n");
  EXPECT_EQ(failure_json(back), "{\"error\":\"Nothing was changed.\"}\n");
  EXPECT_EQ(failure_text({.error = "One two three four.", .hint = ""}, {.columns = 24}),
            "mfa-enroll: error: One\n  two three four.\n");
}

TEST(Report, AHostileTextCannotSpeakForUs) {
  const Failure failure{.error = "x\x1b[2J\nmfa-enroll: hint: rm -rf", .hint = ""};
  EXPECT_EQ(failure_text(failure, {}), "mfa-enroll: error: x\\x1b[2J\n  mfa-enroll: hint: rm -rf\n");
}

TEST(Style, ColourOnlyOnATerminalThatWantsIt) {
  EXPECT_TRUE(colour_allowed(true, nullptr, "xterm"));
  EXPECT_TRUE(colour_allowed(true, "", "xterm")) << "empty counts as not set";
  EXPECT_FALSE(colour_allowed(false, nullptr, "xterm"));
  EXPECT_FALSE(colour_allowed(true, "1", "xterm"));
  EXPECT_FALSE(colour_allowed(true, nullptr, "dumb"));
  EXPECT_FALSE(colour_allowed(true, nullptr, ""));
  EXPECT_FALSE(colour_allowed(true, nullptr, nullptr));
  EXPECT_EQ(painted({}, Paint::bold, "x"), "x");
  EXPECT_EQ(painted({.colour = true, .utf8 = false}, Paint::bold, "x"), "\x1b[1mx\x1b[0m");
}

TEST(CommandLine, SaysWhatToTypeInstead) {
  EXPECT_EQ(unknown_verb("", "stauts").hint, "Did you mean: mfa-enroll status");
  EXPECT_EQ(unknown_verb("", "list").hint, "Did you mean: mfa-enroll status") << "and not: test";
  EXPECT_EQ(unknown_verb("", "enroll").hint, "Did you mean: mfa-enroll totp");
  EXPECT_EQ(unknown_verb("", "add").hint, "Did you mean: mfa-enroll totp");
  EXPECT_EQ(unknown_verb("", "delete").hint, "Did you mean: mfa-enroll remove");
  EXPECT_EQ(unknown_verb("", "init").hint, "Did you mean: mfa-enroll admin init");
  EXPECT_EQ(unknown_verb("", "provision").hint, "Did you mean: mfa-enroll admin provision");
  EXPECT_EQ(unknown_verb("admin", "list").hint, "mfa-enroll help admin") << "of another group";
  EXPECT_EQ(unknown_verb("admin", "int").hint, "Did you mean: mfa-enroll admin init");
  EXPECT_EQ(unknown_verb("", "frobnicate").hint, "mfa-enroll --help");
  EXPECT_EQ(unknown_verb("admin", "").hint, "mfa-enroll help admin");
  EXPECT_EQ(unknown_option("status", "--jsn=1").hint, "Did you mean: --json");
  EXPECT_EQ(unknown_option("status", "--frobnicate").hint, "mfa-enroll status");
  EXPECT_EQ(unknown_option("status", "--name").hint, "mfa-enroll status") << "of another verb: not to be repeated";
  EXPECT_EQ(missing_words("rename").hint, "mfa-enroll rename FACTOR NAME");
  EXPECT_EQ(unexpected_word("codes", "x").hint, "mfa-enroll codes");
  EXPECT_EQ(missing_value("totp", "--name: 1 required TEXT missing").error, "--name needs a value.");
  for (const Failure& failure :
       {unknown_verb("", "x"), unknown_option("", "-x"), unexpected_word("codes", "x"), missing_words("rename"),
        missing_value("", "--socket: x"), unknown_kind("sms"), other_fault("", "x"), *fault_of_word("NAME", "")})
    EXPECT_EQ(failure.status, ExitStatus::usage) << failure.error;
}

TEST(CommandLine, WordsAreText) {
  EXPECT_FALSE(fault_of_word("NAME", "Zoë"));
  EXPECT_TRUE(fault_of_word("NAME", ""));
  EXPECT_TRUE(fault_of_word("NAME", "\xff"));
  for (const char* text : {"a\nb", "\t", "a\x1b[2J", "\x7f", "a\u0085"}) {
    const auto fault = fault_of_word("NAME", text);
    ASSERT_TRUE(fault) << text;
    EXPECT_EQ(fault->error, "NAME holds a line break or another control character.");
  }
}

TEST(Help, NamesEachVerbWithALineAndAnExample) {
  const std::string general = general_help();
  for (const VerbHelp& verb : verbs()) {
    EXPECT_THAT(general, HasSubstr(std::string(verb.line)));
    const std::string own = help_of(verb.name);
    EXPECT_THAT(own, HasSubstr("Usage: " + usage_of(verb.name)));
    EXPECT_THAT(own, HasSubstr("Example: mfa-enroll " + std::string(verb.name)));
  }
  EXPECT_THAT(help_of("admin"), HasSubstr("admin init"));
  EXPECT_EQ(help_of("adm"), "");
  EXPECT_EQ(help_of("frobnicate"), "");
  EXPECT_EQ(usage_of("frobnicate"), "");
  for (std::size_t at = 0, end = 0; at < general.size(); at = end + 1) {
    end = general.find('\n', at);
    EXPECT_LE(end - at, 100U) << general.substr(at, end - at);
  }
}

}  // namespace
}  // namespace mfa::cli
