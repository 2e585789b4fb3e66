#include "cli/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/plain_text.h"

namespace mfa::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
constexpr std::string_view kUri =
    "otpauth://totp/Example%20University:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Example%20University";
constexpr std::string_view kAbove = "Type the 6 digits your app shows.\n";
constexpr std::string_view kLadder = "Cannot scan? k shows the key, a draws it in plain characters, i inverts it.\n";
constexpr Style kUtf8{.colour = false, .utf8 = true};
constexpr Style kAscii{.colour = false, .utf8 = false};
constexpr std::string_view kBlock = "\u2588";

std::ptrdiff_t rows(std::string_view text) { return std::ranges::count(text, '\n'); }

std::size_t widest(std::string_view text) {
  std::size_t most = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    most = std::max(most, columns(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return most;
}

std::string offered(WindowSize window, Style style = kUtf8) {
  return offer_text(kAbove, kUri, kSecret, first_look(style), style, window);
}

// What stays on the screen above the prompt's own line when the text has scrolled by.
std::string on_screen(const std::string& text, unsigned window_rows) {
  std::string left = text;
  while (rows(left) > static_cast<std::ptrdiff_t>(window_rows) - 1) left.erase(0, left.find('\n') + 1);
  return left;
}

TEST(Picture, StandsWholeAboveThePromptOn80By24) {
  const std::string text = offered({.rows = 24, .columns = 80});
  const std::string left = on_screen(text, 24);
  EXPECT_THAT(left, HasSubstr(picture_text(kUri, {}, kUtf8, WindowSize{.rows = 24, .columns = 80})));
  EXPECT_THAT(left, EndsWith(std::string(kLadder)));
  EXPECT_THAT(text, StartsWith("Scan this with your authenticator app.\nType the 6 digits"));
  EXPECT_LE(widest(text), 80U);
}

TEST(Picture, TheKeyIsNotBesideAPictureButALetterAway) {
  for (const unsigned rows : {24U, 50U}) {
    EXPECT_THAT(offered({.rows = rows, .columns = 80}), Not(HasSubstr("Key:")));
    EXPECT_THAT(offered({.rows = rows, .columns = 80}), EndsWith(std::string(kLadder)));
  }
  EXPECT_EQ(on_screen(offered({.rows = 50, .columns = 80}), 50), offered({.rows = 50, .columns = 80}));
}

TEST(Picture, AnUnknownWindowIsTakenForACommonOne) {
  EXPECT_EQ(offer_text(kAbove, kUri, kSecret, {}, kUtf8, std::nullopt), offered({.rows = 24, .columns = 80}));
}

TEST(Picture, TheKeyStandsInWhereItDoesNotFit) {
  for (const WindowSize window :
       {WindowSize{.rows = 15, .columns = 80}, {.rows = 24, .columns = 30}, {.rows = 1, .columns = 1}}) {
    const std::string text = offered(window);
    EXPECT_THAT(text, Not(HasSubstr(std::string(kBlock))));
    EXPECT_THAT(text, HasSubstr("Key: JBSW Y3DP"));
    EXPECT_THAT(text, HasSubstr(std::string(kAbove)));
  }
}

TEST(Picture, TellsTheWindowThatItNeeds) {
  for (const Style& style : {kUtf8, kAscii}) {
    const std::string text = offered({.rows = 10, .columns = 30}, style);
    WindowSize needed;
    const std::string words = text.substr(text.find("Enlarge the window to "));
    ASSERT_EQ(std::sscanf(words.c_str(), "Enlarge the window to %u columns and %u rows", &needed.columns, &needed.rows),
              2);
    EXPECT_TRUE(picture_fits(kUri, first_look(style), needed));
    EXPECT_THAT(on_screen(offered(needed, style), needed.rows), HasSubstr(std::string(kLadder)));
    EXPECT_THAT(offered(needed, style), Not(HasSubstr("Key:")));
    for (const WindowSize less : {WindowSize{.rows = needed.rows - 1, .columns = needed.columns},
                                  {.rows = needed.rows, .columns = needed.columns - 1}}) {
      EXPECT_FALSE(picture_fits(kUri, first_look(style), less));
      EXPECT_THAT(offered(less, style), HasSubstr("Key:"));
    }
  }
}

TEST(Picture, IsPlainWhereTheLocaleIsNotUtf8) {
  EXPECT_THAT(offered({.rows = 24, .columns = 80}, kAscii), HasSubstr("too small for the picture"));
  const std::string text = offered({.rows = 60, .columns = 120}, kAscii);
  EXPECT_THAT(text, HasSubstr("##"));
  EXPECT_TRUE(std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; }));
}

TEST(Picture, IsDrawnOnDemandWhateverTheWindow) {
  const Look plain{.plain = true, .inverted = false};
  const std::string text = picture_text(kUri, plain, kUtf8, WindowSize{.rows = 24, .columns = 80});
  EXPECT_THAT(text, HasSubstr("##"));
  EXPECT_THAT(text, HasSubstr("This picture needs a window of "));
  EXPECT_THAT(picture_text(kUri, plain, kUtf8, WindowSize{.rows = 90, .columns = 200}),
              Not(HasSubstr("needs a window")));
}

TEST(Picture, InvertedHasInkWhereTheOtherHasNone) {
  const WindowSize window{.rows = 90, .columns = 200};
  for (const bool plain : {true, false}) {
    const std::string one = picture_text(kUri, {.plain = plain, .inverted = false}, kUtf8, window);
    const std::string other = picture_text(kUri, {.plain = plain, .inverted = true}, kUtf8, window);
    EXPECT_NE(one.front(), ' ') << "the quiet zone is light";
    EXPECT_EQ(other.front(), ' ');
  }
}

TEST(Picture, BringsItsOwnColoursUntilItIsInverted) {
  const Style colour{.colour = true, .utf8 = true};
  const std::string text = picture_text(kUri, {}, colour, std::nullopt);
  EXPECT_THAT(text, StartsWith("\x1b[97;40m"));
  EXPECT_THAT(text, EndsWith("\x1b[0m\n"));
  EXPECT_THAT(picture_text(kUri, {.plain = false, .inverted = true}, colour, std::nullopt), Not(HasSubstr("\x1b")));
  EXPECT_THAT(picture_text(kUri, {.plain = true, .inverted = false}, colour, std::nullopt), Not(HasSubstr("\x1b")));
}

TEST(Picture, WhatCannotBeDrawnLeavesTheKey) {
  const std::string longer(4000, 'x');
  EXPECT_THAT(offer_text("", longer, kSecret, {}, kUtf8, std::nullopt), HasSubstr("Key: JBSW"));
  EXPECT_EQ(picture_text(longer, {}, kUtf8, std::nullopt), "The picture cannot be drawn.\n");
}

TEST(Picture, TheKeyIsInGroupsOfFour) {
  EXPECT_EQ(key_text("otpauth://x", "ABCDEFGHIJ"),
            "Key: ABCD EFGH IJ\nAs a link, for apps that take one: otpauth://x\n");
  EXPECT_EQ(key_text("otpauth://\x1b[2J", "A\x07"),
            "Key: A\\x0 7\nAs a link, for apps that take one: otpauth://\\x1b[2J\n");
}

}  // namespace
}  // namespace mfa::cli
