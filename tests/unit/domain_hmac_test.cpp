// HMAC with the vectors of RFC 2202 and RFC 4231, one key for many messages.
#include "common/domain/hmac.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

namespace mfa {
namespace {

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string hex(std::span<const std::uint8_t> all) {
  std::string text;
  for (const std::uint8_t byte : all) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

std::string hmac(HmacHash hash, std::string_view key, std::string_view message) {
  auto made = Hmac::with(hash, bytes(key));
  if (!made) return "none";
  std::array<std::uint8_t, 64> out{};
  return hex(std::span(out).first(made->of(bytes(message), out)));
}

TEST(Hmac, GivesThePublishedValues) {
  EXPECT_EQ(hmac(HmacHash::sha1, "Jefe", "what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hmac(HmacHash::sha1, std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
  EXPECT_EQ(hmac(HmacHash::sha256, "Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hmac(HmacHash::sha512, "Jefe", "what do ya want for nothing?"),
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b"
      "636e070a38bce737");
}

TEST(Hmac, AnEmptyKeyIsOne) {
  EXPECT_EQ(hmac(HmacHash::sha256, "", ""), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hmac, OneKeyServesManyMessagesAndRemembersNone) {
  auto made = Hmac::with(HmacHash::sha1, bytes("Jefe"));
  ASSERT_TRUE(made);
  std::array<std::uint8_t, 20> first{};
  std::array<std::uint8_t, 20> again{};
  EXPECT_EQ(made->of(bytes("what do ya want for nothing?"), first), first.size());
  EXPECT_EQ(made->of(bytes("something else"), again), again.size());
  EXPECT_NE(first, again);
  EXPECT_EQ(made->of(bytes("what do ya want for nothing?"), again), again.size());
  EXPECT_EQ(first, again);
}

TEST(Hmac, RoomThatDoesNotDoGetsNothing) {
  auto made = Hmac::with(HmacHash::sha256, bytes("Jefe"));
  ASSERT_TRUE(made);
  std::array<std::uint8_t, 31> out{};
  EXPECT_EQ(made->of(bytes("message"), out), 0U);
}

TEST(Hmac, KeysOfManyThreadsDoNotMix) {
  std::vector<std::jthread> threads;
  for (char letter = 'a'; letter < 'i'; ++letter)
    threads.emplace_back([letter] {
      const std::string key(20, letter);
      const std::string once = hmac(HmacHash::sha1, key, "message");
      for (int i = 0; i < 200; ++i) EXPECT_EQ(hmac(HmacHash::sha1, key, "message"), once);
    });
}

}  // namespace
}  // namespace mfa
