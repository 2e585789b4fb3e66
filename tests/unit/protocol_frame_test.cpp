// Frames: what is written is read back; everything else is malformed.
#include "common/protocol/frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace mfa::protocol {
namespace {

using Buffer = std::array<char, kHeader + kMostPayload>;

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text.push_back(static_cast<char>(value));
  return text;
}

std::optional<Fields> parse(const std::string& payload) { return Fields::parse(std::span(payload)); }

TEST(Frame, IsLaidOutAsDocumented) {
  Buffer buffer;
  const auto frame =
      FrameWriter(buffer, FrameType::ask).field(Tag::text, "Hi").field(Tag::flag, std::uint8_t{1}).finish();
  EXPECT_EQ(std::string(frame.data(), frame.size()), bytes({0, 9, 'A', 0, 3, 0, 2, 'H', 'i', 4, 0, 1, 1}));
}

TEST(Frame, WithoutFieldsIsAHeader) {
  Buffer buffer;
  const auto frame = FrameWriter(buffer, FrameType::show).finish();
  EXPECT_EQ(std::string(frame.data(), frame.size()), bytes({0, 0, 'S', 0}));
}

TEST(Frame, IsReadBack) {
  const std::string text("Verification code: \0 and more \xc3\xa9", 32);
  Buffer buffer;
  const auto frame = FrameWriter(buffer, FrameType::login)
                         .field(Tag::version, kVersion)
                         .field(Tag::user, text)
                         .field(Tag::service, "")
                         .field(Tag::configuration_only, "")
                         .finish();
  const auto header = parse_header(frame.first(kHeader));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->type, FrameType::login);
  ASSERT_EQ(header->payload, frame.size() - kHeader);
  const auto fields = Fields::parse(frame.subspan(kHeader));
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->byte(Tag::version), kVersion);
  EXPECT_EQ(fields->get(Tag::user), text);
  EXPECT_EQ(fields->get(Tag::service), "");
  EXPECT_EQ(fields->get(Tag::configuration_only), "");
  EXPECT_EQ(fields->get(Tag::tty), std::nullopt);
  EXPECT_EQ(fields->byte(Tag::user), std::nullopt) << "not one byte long";
  EXPECT_EQ(fields->byte(Tag::service), std::nullopt);
  EXPECT_EQ(fields->byte(Tag::tty), std::nullopt);
}

TEST(Frame, HoldsExactlyTheMostPayload) {
  const std::string most(kMostPayload - 3, 'x');
  Buffer buffer;
  const auto full = FrameWriter(buffer, FrameType::result).field(Tag::json, most).finish();
  ASSERT_EQ(full.size(), kHeader + kMostPayload);
  const auto fields = Fields::parse(full.subspan(kHeader));
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->get(Tag::json), most);
}

TEST(Frame, IsVoidIfItDoesNotFit) {
  struct {
    const char* why;
    std::size_t room;
    std::size_t first, second;
  } const rows[] = {
      {"payload one over the most", kHeader + kMostPayload + 100, kMostPayload - 2, 0},
      {"two fields one over the most", kHeader + kMostPayload + 100, kMostPayload - 9, 4},
      {"length over 16 bits", 200000, 65536, 0},
      {"a buffer one short", kHeader + 3 + 9, 10, 0},
      {"a buffer one short for the second", kHeader + 13 + 3 + 4, 10, 5},
      {"no room for a field's header", kHeader + 2, 0, 0},
      {"no room for a header", kHeader - 1, 0, 0},
      {"no room at all", 0, 0, 0},
  };
  for (const auto& row : rows) {
    std::vector<char> buffer(row.room);
    FrameWriter writer(buffer, FrameType::result);
    writer.field(Tag::text, std::string(row.first, 'a'));
    if (row.second > 0) writer.field(Tag::json, std::string(row.second, 'b'));
    EXPECT_TRUE(writer.finish().empty()) << row.why;
  }
}

TEST(Frame, StaysVoidWhateverFollows) {
  std::vector<char> buffer(kHeader + 20);
  FrameWriter writer(buffer, FrameType::result);
  writer.field(Tag::text, std::string(100, 'a')).field(Tag::json, "{}");
  EXPECT_TRUE(writer.finish().empty());
}

TEST(Frame, IsVoidUnlessTagsAscend) {
  Buffer buffer;
  EXPECT_TRUE(FrameWriter(buffer, FrameType::ask).field(Tag::text, "a").field(Tag::text, "b").finish().empty());
  EXPECT_TRUE(FrameWriter(buffer, FrameType::ask).field(Tag::flag, "a").field(Tag::text, "b").finish().empty());
  EXPECT_TRUE(FrameWriter(buffer, FrameType::ask).field(Tag{0}, "a").finish().empty());
  EXPECT_FALSE(FrameWriter(buffer, FrameType::ask).field(Tag::text, "a").field(Tag::flag, "b").finish().empty());
}

TEST(Header, AcceptsEveryTypeAndNoOther) {
  int accepted = 0;
  for (int type = 0; type < 256; ++type) {
    const std::string header = bytes({0, 0, type, 0});
    if (const auto parsed = parse_header(header)) {
      ++accepted;
      EXPECT_EQ(static_cast<int>(parsed->type), type);
      EXPECT_NE(std::string("LQaHSARV").find(static_cast<char>(type)), std::string::npos) << type;
    }
  }
  EXPECT_EQ(accepted, 8);
}

TEST(Header, IsMalformed) {
  for (int reserved = 1; reserved < 256; ++reserved) EXPECT_FALSE(parse_header(bytes({0, 0, 'A', reserved})));
  EXPECT_TRUE(parse_header(bytes({0x40, 0x00, 'A', 0}))) << "16384 is the most";
  EXPECT_FALSE(parse_header(bytes({0x40, 0x01, 'A', 0})));
  EXPECT_FALSE(parse_header(bytes({0xff, 0xff, 'A', 0})));
  EXPECT_FALSE(parse_header(bytes({0, 0, 'A'})));
  EXPECT_FALSE(parse_header(bytes({0, 0, 'A', 0, 0})));
  EXPECT_FALSE(parse_header({}));
}

TEST(Fields, EveryTruncationIsMalformedOrEndsBetweenTwoFields) {
  Buffer buffer;
  const auto frame = FrameWriter(buffer, FrameType::verdict)
                         .field(Tag::text, "That code is not right.")
                         .field(Tag::verdict, std::uint8_t{4})
                         .field(Tag::reason, "wrong")
                         .finish();
  const auto payload = frame.subspan(kHeader);
  const std::size_t between[] = {0, 3 + 23, 3 + 23 + 4, payload.size()};
  for (std::size_t length = 0; length <= payload.size(); ++length) {
    const bool whole = std::ranges::find(between, length) != std::end(between);
    EXPECT_EQ(Fields::parse(payload.first(length)).has_value(), whole) << length;
  }
}

TEST(Fields, AreMalformed) {
  struct {
    const char* why;
    std::string payload;
  } const rows[] = {
      {"a tag twice", bytes({3, 0, 1, 'a', 3, 0, 1, 'b'})},
      {"tags descending", bytes({4, 0, 1, 'a', 3, 0, 1, 'b'})},
      {"an unknown tag twice", bytes({200, 0, 0, 200, 0, 0})},
      {"tag zero", bytes({0, 0, 1, 'a'})},
      {"a length past the end", bytes({3, 0, 2, 'a'})},
      {"the longest length", bytes({3, 0xff, 0xff, 'a'})},
      {"bytes left over", bytes({3, 0, 1, 'a', 9})},
      {"half a field's header", bytes({3, 0})},
      {"over the most payload", bytes({3, 0x40, 0x01}) + std::string(0x4001, 'a')},
  };
  for (const auto& row : rows) EXPECT_FALSE(parse(row.payload)) << row.why;
}

TEST(Fields, UnknownTagsArePassedOver) {
  const std::string payload = bytes({1, 0, 1, 7, 100, 0, 2, 'x', 'y', 255, 0, 0});
  const auto fields = parse(payload);
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->byte(Tag::version), 7);
  EXPECT_EQ(fields->get(Tag::text), std::nullopt);
}

TEST(Fields, OfAnEmptyPayloadAreNone) {
  const auto fields = Fields::parse({});
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->get(Tag::version), std::nullopt);
}

}  // namespace
}  // namespace mfa::protocol
