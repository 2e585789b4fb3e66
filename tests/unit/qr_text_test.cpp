#include "common/qr/qr_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace mfa {
namespace {

const std::string kUri =
    "otpauth://totp/Example%20University:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20University";
constexpr std::array kLooks{QrLook::blocks, QrLook::blocks_inverted, QrLook::ascii, QrLook::ascii_inverted};

std::size_t cells(std::string_view row) {
  return static_cast<std::size_t>(std::ranges::count_if(row, [](char c) { return (c & 0xC0) != 0x80; }));
}

TEST(QrText, AnEightyByTwentyFourTerminalHoldsTheUriAndAPrompt) {
  const auto picture = qr_text(kUri, QrLook::blocks, 1);
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->columns, 39);
  EXPECT_EQ(picture->rows.size(), 20U) << "version 5: 37 modules and one either side, two a row";
}

TEST(QrText, EveryRowIsAsWideAsItSays) {
  for (const QrLook look : kLooks) {
    for (int quiet_zone = 0; quiet_zone <= 4; ++quiet_zone) {
      const auto picture = qr_text(kUri, look, quiet_zone);
      ASSERT_TRUE(picture);
      const int size = 37 + 2 * quiet_zone;
      const bool ascii = look == QrLook::ascii || look == QrLook::ascii_inverted;
      EXPECT_EQ(picture->columns, ascii ? 2 * size : size);
      EXPECT_EQ(picture->rows.size(), static_cast<std::size_t>(ascii ? size : (size + 1) / 2));
      for (const std::string& row : picture->rows) EXPECT_EQ(cells(row), static_cast<std::size_t>(picture->columns));
    }
  }
}

TEST(QrText, LooksThatAreInvertedAreTheOpposite) {
  const auto light = qr_text(kUri, QrLook::ascii, 2);
  const auto dark = qr_text(kUri, QrLook::ascii_inverted, 2);
  ASSERT_TRUE(light && dark);
  for (std::size_t row = 0; row < light->rows.size(); ++row) {
    std::string turned = dark->rows[row];
    std::ranges::transform(turned, turned.begin(), [](char c) { return c == '#' ? ' ' : '#'; });
    EXPECT_EQ(light->rows[row], turned);
  }
  EXPECT_EQ(light->rows[0], std::string(82, '#'));
}

TEST(QrText, AQuietZoneIsHeldToItsLimits) {
  const auto rows = [](int quiet_zone) { return qr_text(kUri, QrLook::ascii, quiet_zone)->rows.size(); };
  EXPECT_EQ(rows(-3), rows(0));
  EXPECT_EQ(rows(1'000'000'000), rows(kWidestQuietZone));
}

TEST(QrText, WhatCannotBeDrawnIsRefused) {
  EXPECT_EQ(qr_text("", QrLook::blocks, 1).error(), QrError::unusable_text);
  EXPECT_EQ(qr_text(std::string_view("otpauth\0://", 11), QrLook::blocks, 1).error(), QrError::unusable_text);
  EXPECT_EQ(qr_text(std::string(3000, 'x'), QrLook::blocks, 1).error(), QrError::too_long);
  EXPECT_TRUE(qr_text(std::string(2953, 'x'), QrLook::blocks, 1));
  EXPECT_EQ(qr_fit("", kLooks, 80, 24).error(), QrError::unusable_text);
}

TEST(QrText, APictureThatWasMovedLeavesNothingBehind) {
  auto picture = qr_text(kUri, QrLook::blocks, 1);
  ASSERT_TRUE(picture);
  const QrPicture taken = std::move(*picture);
  EXPECT_EQ(taken.rows.size(), 20U);
  EXPECT_TRUE(picture->rows.empty());
}

std::string fit(std::span<const QrLook> looks, int columns, int rows) {
  const auto found = qr_fit(kUri, looks, columns, rows);
  if (!found) return "error";
  if (!*found) return "none";
  constexpr std::array<std::string_view, 4> kNames{"blocks ", "blocks_inverted ", "ascii ", "ascii_inverted "};
  return std::string(kNames[static_cast<std::size_t>((*found)->look)]) + std::to_string((*found)->quiet_zone);
}

TEST(QrFit, IsTheFirstLookWithTheWidestQuietZoneThatFits) {
  struct Row {
    int columns, rows;
    std::string_view blocks, ascii;
  };
  for (const auto& [columns, rows, blocks, ascii] :
       {Row{80, 24, "blocks 4", "none"}, Row{80, 22, "blocks 3", "none"}, Row{80, 21, "blocks 2", "none"},
        Row{80, 20, "blocks 1", "none"}, Row{80, 19, "none", "none"}, Row{39, 24, "blocks 1", "none"},
        Row{38, 24, "none", "none"}, Row{200, 60, "blocks 4", "ascii 4"}, Row{78, 39, "blocks 4", "ascii 1"},
        Row{77, 39, "blocks 4", "none"}, Row{78, 38, "blocks 4", "none"}, Row{0, 0, "none", "none"},
        Row{-1, -1, "none", "none"}}) {
    EXPECT_EQ(fit(std::array{QrLook::blocks}, columns, rows), blocks) << columns << "x" << rows;
    EXPECT_EQ(fit(std::array{QrLook::ascii}, columns, rows), ascii) << columns << "x" << rows;
  }
  EXPECT_EQ(fit(std::array{QrLook::ascii, QrLook::blocks_inverted}, 80, 24), "blocks_inverted 4");
  EXPECT_EQ(fit(std::array{QrLook::ascii_inverted, QrLook::blocks}, 200, 60), "ascii_inverted 4");
  EXPECT_EQ(fit({}, 200, 60), "none");
}

// What is promised to fit does.
TEST(QrFit, AgreesWithWhatIsDrawn) {
  for (int rows = 10; rows <= 60; ++rows) {
    const auto found = qr_fit(kUri, kLooks, 100, rows);
    ASSERT_TRUE(found);
    if (!*found) continue;
    const auto picture = qr_text(kUri, (*found)->look, (*found)->quiet_zone);
    ASSERT_TRUE(picture);
    EXPECT_LE(picture->rows.size(), static_cast<std::size_t>(rows));
    EXPECT_LE(picture->columns, 100);
  }
}

}  // namespace
}  // namespace mfa
