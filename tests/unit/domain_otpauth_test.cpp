#include "common/domain/otpauth.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mfa {
namespace {

using std::chrono::seconds;

const Secret kKey("12345678901234567890");
constexpr std::string_view kSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

std::string uri_with(std::string_view query) {
  return "otpauth://totp/Example:alice?secret=" + std::string(kSecret) + std::string(query);
}

std::string_view word(OtpauthError error) {
  switch (error) {
    case OtpauthError::not_otpauth:
      return "not_otpauth";
    case OtpauthError::unknown_type:
      return "unknown_type";
    case OtpauthError::bad_encoding:
      return "bad_encoding";
    case OtpauthError::bad_label:
      return "bad_label";
    case OtpauthError::no_secret:
      return "no_secret";
    case OtpauthError::bad_secret:
      return "bad_secret";
    case OtpauthError::bad_parameter:
      return "bad_parameter";
    case OtpauthError::unknown_algorithm:
      return "unknown_algorithm";
    case OtpauthError::repeated_parameter:
      return "repeated_parameter";
  }
  return "";
}

// "issuer|account|ALGORITHM/digits/period", or the error.
std::string read(std::string_view uri) {
  const auto parts = parse_otpauth_uri(uri);
  if (!parts) return std::string(word(parts.error()));
  return parts->issuer + "|" + parts->account + "|" + std::string(name_of(parts->parameters.algorithm)) + "/" +
         std::to_string(parts->parameters.digits) + "/" + std::to_string(parts->parameters.period.count());
}

TEST(OtpauthUri, IsShortWhereEverythingHasItsDefault) {
  EXPECT_EQ(otpauth_uri({"Example University", "alice", kKey, {}}),
            "otpauth://totp/Example%20University:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            "&issuer=Example%20University");
  EXPECT_EQ(otpauth_uri({"", "alice", kKey, {}}), "otpauth://totp/alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

TEST(OtpauthUri, NamesWhatIsNotTheDefault) {
  EXPECT_EQ(otpauth_uri({"", "alice", kKey, {HashAlgorithm::sha256, 6, seconds(30)}}),
            "otpauth://totp/alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA256");
  EXPECT_EQ(otpauth_uri({"", "alice", kKey, {HashAlgorithm::sha512, 8, seconds(60)}}),
            "otpauth://totp/alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA512&digits=8&period=60");
}

TEST(OtpauthUri, EncodesAllThatCouldMeanSomethingElse) {
  EXPECT_EQ(otpauth_uri({"R&D+ 100%?#/=\"", "al@ice.b-c_d~e", kKey, {}}),
            "otpauth://totp/R%26D%2B%20100%25%3F%23%2F%3D%22:al@ice.b-c_d~e?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            "&issuer=R%26D%2B%20100%25%3F%23%2F%3D%22");
  EXPECT_EQ(otpauth_uri({"Universit\xC3\xA4t", "z\xC3\xBC", kKey, {}}),
            "otpauth://totp/Universit%C3%A4t:z%C3%BC?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Universit%C3%A4t");
}

TEST(OtpauthUri, LeavesOutColonsWhichTheFormatCannotHold) {
  const std::string uri = otpauth_uri({"Dept: Physics", "al:ice", kKey, {}});
  EXPECT_EQ(read(uri), "Dept Physics|alice|SHA1/6/30") << uri;
  EXPECT_EQ(read(otpauth_uri({":", "alice", kKey, {}})), "|alice|SHA1/6/30");
}

TEST(OtpauthUri, ComesBackAsItWas) {
  for (const char* issuer :
       {"", "Example", "Example University", "R&D+ 100%?#/=\"", "\xE5\xA4\xA7\xE5\xAD\xA6", " x "}) {
    for (const char* account : {"alice", "alice@example.org", "a b", "%41", "+", "\xF0\x9F\x93\xB1"}) {
      for (const TotpParameters& parameters : {TotpParameters{}, TotpParameters{HashAlgorithm::sha256, 7, seconds(10)},
                                               TotpParameters{HashAlgorithm::sha512, 8, seconds(300)}}) {
        const std::string uri = otpauth_uri({issuer, account, kKey, parameters});
        const auto back = parse_otpauth_uri(uri);
        ASSERT_TRUE(back) << uri << ": " << word(back.error());
        EXPECT_EQ(back->issuer, issuer) << uri;
        EXPECT_EQ(back->account, account) << uri;
        EXPECT_EQ(back->key, kKey) << uri;
        EXPECT_EQ(back->parameters, parameters) << uri;
      }
    }
  }
}

TEST(OtpauthUri, IsReadInTheOrderItComes) {
  EXPECT_EQ(read(uri_with("")), "Example|alice|SHA1/6/30");
  EXPECT_EQ(read(uri_with("&issuer=Example&algorithm=SHA1&digits=6&period=30")), "Example|alice|SHA1/6/30");
  EXPECT_EQ(
      read("otpauth://totp/alice?period=60&digits=8&algorithm=SHA512&issuer=Example&secret=" + std::string(kSecret)),
      "Example|alice|SHA512/8/60");
  EXPECT_EQ(read("otpauth://totp/Example%3A%20%20alice?secret=gezd%20gnbv-gy3t%20qojq%3D%3d"),
            "Example|alice|SHA1/6/30");
  EXPECT_EQ(read("otpauth://totp/Example:alice+lab@x?secret=" + std::string(kSecret)), "Example|alice+lab@x|SHA1/6/30");
}

// Found by fuzzing: with the issuer as a parameter alone the space was kept, and lost when the URI was written anew.
TEST(OtpauthUri, SpacesBeforeAnAccountAreNotItsOwn) {
  for (const char* label : {"%20a", "E:%20a", "E%3A%20%20a", "a"}) {
    const std::string uri = "otpauth://totp/" + std::string(label) + "?issuer=E&secret=" + std::string(kSecret);
    EXPECT_EQ(read(uri), "E|a|SHA1/6/30") << uri;
  }
  EXPECT_EQ(read("otpauth://totp/%20?secret=" + std::string(kSecret)), "bad_label");
}

TEST(OtpauthUri, OtherUrisAreRefused) {
  for (const char* uri : {"", "otpauth", "otpauth:", "otpauth:/totp/a", "http://totp/a", "OTPAUTH://totp/a",
                          " otpauth://totp/a", "otpauth-migration://offline?data=x"})
    EXPECT_EQ(read(uri), "not_otpauth") << uri;
  for (const char* uri : {"otpauth://", "otpauth://totp", "otpauth://hotp/alice?secret=x&counter=0",
                          "otpauth://TOTP/alice", "otpauth://steam/alice", "otpauth:///alice"})
    EXPECT_EQ(read(uri), "unknown_type") << uri;
}

TEST(OtpauthUri, LabelsThatNameNobodyOrTwoAreRefused) {
  const std::string query = "?secret=" + std::string(kSecret);
  for (const char* label : {"", "Example:", "Example:%20", ":alice", "Example:alice:lab", "Example%3Aalice%3Alab",
                            "Example:al%3Aice", "%3Aalice"})
    EXPECT_EQ(read("otpauth://totp/" + std::string(label) + query), "bad_label") << label;
  for (const char* issuer : {"Other", "example", "", "Exam%3Aple", "Example%20"})
    EXPECT_EQ(read(uri_with("&issuer=" + std::string(issuer))), "bad_label") << issuer;
}

TEST(OtpauthUri, TheSecretMustBeThereAndWhole) {
  for (const char* uri :
       {"otpauth://totp/alice", "otpauth://totp/alice?digits=6", "otpauth://totp/alice?issuer=Example"})
    EXPECT_EQ(read(uri), "no_secret") << uri;
  const auto of_bytes = [](std::size_t size) { return otpauth_uri({"", "alice", Secret(std::string(size, 'k')), {}}); };
  for (const std::size_t size : {0U, 1U, 9U, 129U, 1000U}) EXPECT_EQ(read(of_bytes(size)), "bad_secret") << size;
  for (const std::size_t size : {10U, 20U, 32U, 64U, 128U}) EXPECT_EQ(read(of_bytes(size)), "|alice|SHA1/6/30") << size;
  for (const char* secret : {"", "%20", "GEZDGNBVGY3TQOJ0", "GEZDGNBVGY3TQOJQG", "GEZDGNBVGY3TQOJQGF"})
    EXPECT_EQ(read("otpauth://totp/alice?secret=" + std::string(secret)), "bad_secret") << secret;
}

TEST(OtpauthUri, EveryParameterMayStandOnce) {
  for (const char* again : {"&secret=GEZDGNBVGY3TQOJQ", "&digits=6&digits=6", "&period=30&period=60",
                            "&algorithm=SHA1&algorithm=SHA512", "&issuer=Example&issuer=Example"})
    EXPECT_EQ(read(uri_with(again)), "repeated_parameter") << again;
}

TEST(OtpauthUri, AnUnknownAlgorithmIsNotSha1) {
  for (const char* name : {"", "sha1", "SHA-1", "SHA384", "MD5", "HmacSHA256", "SHA1%20"})
    EXPECT_EQ(read(uri_with("&algorithm=" + std::string(name))), "unknown_algorithm") << name;
}

TEST(OtpauthUri, NumbersMustBePlainAndInRange) {
  for (const char* query :
       {"&digits=", "&digits=5", "&digits=9", "&digits=06", "&digits=-6", "&digits=6.0", "&digits=6%20", "&digits=six",
        "&digits=4294967302", "&period=", "&period=0", "&period=9", "&period=301", "&period=-30", "&period=030",
        "&period=0x1e", "&period=30s", "&period=99999999999999999999"})
    EXPECT_EQ(read(uri_with(query)), "bad_parameter") << query;
}

TEST(OtpauthUri, WhatIsNotUnderstoodIsRefused) {
  for (const char* query : {"&", "&&digits=6", "&digits=6&", "&counter=0", "&image=x", "&Digits=6", "&digits", "&=6",
                            "&%64igits=6", "&digits%3D6"})
    EXPECT_EQ(read(uri_with(query)), "bad_parameter") << query;
  EXPECT_EQ(read("otpauth://totp/alice?"), "bad_parameter");
}

TEST(OtpauthUri, BadEncodingIsRefused) {
  using namespace std::string_view_literals;
  for (const auto text :
       {"%"sv,         "%4"sv,     "%4G"sv,  "%G4"sv,  "%%41"sv,   "a b"sv,      "a#b"sv,    "a\"b"sv,
        "a<b"sv,       "a\\b"sv,   "a\nb"sv, "a\0b"sv, "a\x7f"sv,  "\xC3\xA9"sv, "%C3"sv,    "%FF"sv,
        "%ED%A0%80"sv, "%C0%AF"sv, "%0A"sv,  "%00"sv,  "%1B[2J"sv, "%7F"sv,      "%C2%9B"sv, "%E2%80%AE"sv}) {
    const std::string end = "?secret=" + std::string(kSecret);
    EXPECT_EQ(read("otpauth://totp/" + std::string(text) + end), "bad_encoding") << text;
    EXPECT_EQ(read("otpauth://totp/" + std::string(text) + ":alice" + end), "bad_encoding") << text;
    EXPECT_EQ(read("otpauth://totp/alice" + end + "&issuer=" + std::string(text)), "bad_encoding") << text;
  }
  EXPECT_EQ(read("otpauth://totp/alice?issuer=a+b&secret=" + std::string(kSecret)), "bad_encoding")
      << "a plus or a space, depending on who wrote it";
}

}  // namespace
}  // namespace mfa
