// The key file: what is made can be read, what is not understood is refused by name.
#include "common/store/keyring.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "common/store/sealed.h"
#include "tests/unit/store_fixture.h"

namespace mfa::test {
namespace {

// One fixed key, so that the derivation of ids and subkeys cannot change unnoticed: existing stores depend on it.
constexpr std::string_view kFixed =
    "mfa-key 1\nf4254123 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

std::string generated() { return std::string(KeyRing::generate().value().text()); }
std::string key_line(const std::string& file) { return file.substr(file.find('\n') + 1); }

KeyRingError error_of(std::string_view text) {
  const auto ring = KeyRing::parse(Secret(text));
  EXPECT_FALSE(ring.has_value()) << text;
  return ring ? KeyRingError::unavailable : ring.error();
}

TEST(KeyRing, A_generated_file_is_read_and_no_two_are_alike) {
  std::set<std::string> files;
  std::set<std::uint32_t> ids;
  for (int i = 0; i < 50; ++i) {
    const std::string file = generated();
    files.insert(file);
    const auto ring = KeyRing::parse(Secret(file));
    ASSERT_TRUE(ring.has_value()) << name_of(ring.error());
    ids.insert(ring->newest().value);
  }
  EXPECT_EQ(files.size(), 50U);
  EXPECT_EQ(ids.size(), 50U);
}

TEST(KeyRing, A_generated_file_has_a_version_line_and_a_key_line) {
  const std::string file = generated();
  EXPECT_TRUE(file.starts_with("mfa-key 1\n"));
  EXPECT_EQ(file.size(), 10U + 8U + 1U + 64U + 1U);
  EXPECT_EQ(file.back(), '\n');
}

TEST(KeyRing, Each_use_has_a_subkey_of_its_own) {
  const KeyRing ring = new_keys();
  std::set<std::string> subkeys;
  for (const KeyUse use : {KeyUse::seal, KeyUse::codes, KeyUse::trail, KeyUse::password_version}) {
    EXPECT_EQ(ring.subkey(use).size(), kKeySize);
    subkeys.insert(to_hex(ring.subkey(use).bytes()));
  }
  EXPECT_EQ(subkeys.size(), 4U);
}

TEST(KeyRing, The_newest_key_seals_and_every_one_opens) {
  const std::string old_file = generated();
  const std::string both = old_file + key_line(generated());
  const KeyRing old_ring = KeyRing::parse(Secret(old_file)).value();
  const KeyRing ring = KeyRing::parse(Secret(both)).value();
  const auto old_blob = seal(old_ring, {1, 1, 1, "x"}, Secret("secret"));
  const ByteView view{reinterpret_cast<const std::uint8_t*>(old_blob.data()), old_blob.size()};
  EXPECT_EQ(open_sealed(ring, {1, 1, 1, "x"}, view), Secret("secret"));
  EXPECT_NE(ring.newest(), old_ring.newest());
  EXPECT_EQ(ring.newest_first(), (std::vector<KeyId>{ring.newest(), old_ring.newest()}));
  EXPECT_EQ(ring.subkey(KeyId{ring.newest().value + 1}, KeyUse::seal), nullptr);
}

TEST(KeyRing, Comments_empty_lines_and_a_missing_last_newline_do_not_matter) {
  const std::string line = key_line(generated());
  EXPECT_TRUE(KeyRing::parse(Secret("mfa-key 1\n# made 2026-12-01\n\n" + line + "\n# end")).has_value());
  EXPECT_TRUE(KeyRing::parse(Secret("mfa-key 1\n" + line.substr(0, line.size() - 1))).has_value());
}

TEST(KeyRing, What_is_not_understood_is_refused) {
  const std::string file = generated();
  const std::string line = key_line(file);
  EXPECT_EQ(error_of(""), KeyRingError::not_a_key_file);
  EXPECT_EQ(error_of("-----BEGIN PRIVATE KEY-----"), KeyRingError::not_a_key_file);
  EXPECT_EQ(error_of(line), KeyRingError::not_a_key_file);
  EXPECT_EQ(error_of("mfa-key 3\n" + line), KeyRingError::unknown_version);
  EXPECT_EQ(error_of("mfa-key 10\n" + line), KeyRingError::unknown_version);
  EXPECT_EQ(error_of("mfa-key 1 \n" + line), KeyRingError::unknown_version);
  EXPECT_EQ(error_of("mfa-key 1\n"), KeyRingError::no_key);
  EXPECT_EQ(error_of("mfa-key 1\n# none\n"), KeyRingError::no_key);
  EXPECT_EQ(error_of("mfa-key 1\n" + line.substr(0, 70) + "\n"), KeyRingError::bad_line);
  EXPECT_EQ(error_of("mfa-key 1\n" + line.substr(0, line.size() - 1) + "0\n"), KeyRingError::bad_line);
  EXPECT_EQ(error_of("mfa-key 1\r\n" + line), KeyRingError::unknown_version);
  EXPECT_EQ(error_of(file + line), KeyRingError::repeated);
  std::string upper = line;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (upper != line) {
    EXPECT_NE(error_of("mfa-key 1\n" + upper), KeyRingError::unavailable);
  }
}

TEST(KeyRing, Every_mistyped_digit_is_noticed) {
  const std::string file = generated();
  for (std::size_t at = file.find('\n') + 1; at < file.size() - 1; ++at) {
    if (file[at] == ' ') continue;
    std::string mistyped = file;
    mistyped[at] = mistyped[at] == '0' ? '1' : '0';
    EXPECT_EQ(error_of(mistyped), KeyRingError::wrong_id) << at;
  }
}

TEST(KeyRing, More_keys_than_the_ring_holds_are_refused) {
  std::string file = "mfa-key 1\n";
  for (std::size_t i = 0; i < kMostKeys; ++i) file += key_line(generated());
  EXPECT_TRUE(KeyRing::parse(Secret(file)).has_value());
  EXPECT_EQ(error_of(file + key_line(generated())), KeyRingError::too_many);
}

TEST(KeyRing, A_new_key_retires_the_old_one) {
  const Secret first = KeyRing::generate().value();
  const KeyId old = KeyRing::parse(first)->newest();
  const Secret both = KeyRing::with_new_key(first).value();
  const KeyRing ring = KeyRing::parse(both).value();
  EXPECT_EQ(ring.openers(), 2U);
  EXPECT_NE(ring.newest(), old);
  const Secret one = KeyRing::with_one_key(both, ring.newest()).value();
  const KeyRing alone = KeyRing::parse(one).value();
  EXPECT_EQ(alone.openers(), 1U);
  EXPECT_EQ(alone.newest(), ring.newest());
  EXPECT_EQ(alone.newest_first(), (std::vector<KeyId>{ring.newest(), old}));
  for (const KeyUse use : {KeyUse::codes, KeyUse::trail}) EXPECT_EQ(*alone.subkey(old, use), *ring.subkey(old, use));
  for (const KeyUse use : {KeyUse::seal, KeyUse::password_version}) EXPECT_EQ(alone.subkey(old, use), nullptr);
}

TEST(KeyRing, A_key_that_was_never_taken_into_use_leaves_nothing_behind) {
  const Secret first = KeyRing::generate().value();
  const KeyId old = KeyRing::parse(first)->newest();
  const Secret one = KeyRing::with_one_key(KeyRing::with_new_key(first).value(), old).value();
  EXPECT_EQ(KeyRing::parse(one)->newest_first(), std::vector<KeyId>{old});
  EXPECT_EQ(KeyRing::with_one_key(first, KeyId{old.value + 1}).error(), KeyRingError::no_key);
}

TEST(KeyRing, Of_another_file_the_keys_are_retired) {
  const Secret mine = KeyRing::generate().value();
  const Secret other = KeyRing::with_new_key(KeyRing::generate().value()).value();
  const Secret all = KeyRing::with_retired_of(KeyRing::with_retired_of(mine, other).value(), other).value();
  const KeyRing ring = KeyRing::parse(all).value();
  EXPECT_EQ(ring.openers(), 1U);
  EXPECT_EQ(ring.newest(), KeyRing::parse(mine)->newest());
  EXPECT_EQ(ring.newest_first().size(), 3U);
  EXPECT_NE(ring.subkey(KeyRing::parse(other)->newest(), KeyUse::trail), nullptr);
}

TEST(KeyRing, The_chosen_key_seals) {
  const Secret first = KeyRing::generate().value();
  KeyRing ring = KeyRing::parse(KeyRing::with_new_key(first).value()).value();
  const KeyId old = KeyRing::parse(first)->newest();
  EXPECT_FALSE(ring.choose(KeyId{old.value + 1}));
  ASSERT_TRUE(ring.choose(old));
  EXPECT_EQ(ring.newest(), old);
  const std::string blob = seal(ring, {1, 1, 1, "x"}, Secret("secret"));
  EXPECT_EQ(sealed_with({reinterpret_cast<const std::uint8_t*>(blob.data()), blob.size()}), old);
}

// The monitor reads the line, or else keys with the text itself: both must come to the same.
TEST(KeyRing, Versions_of_passwords_stay_what_they_were) {
  const Secret first = KeyRing::generate().value();
  const auto message = ByteView(first.bytes()).first(20);
  const Secret second = KeyRing::with_new_key(first).value();
  const std::string line = fmt::format("\npassword-version {}\n", to_hex(sha256_of_both(first.bytes(), {})));
  EXPECT_NE(second.text().find(line), std::string_view::npos);
  EXPECT_EQ(hmac_sha256(first, message), hmac_sha256(Secret(sha256_of_both(first.bytes(), {})), message));
  const Secret third =
      KeyRing::with_one_key(KeyRing::with_new_key(second).value(), KeyRing::parse(second)->newest()).value();
  EXPECT_NE(third.text().find(line), std::string_view::npos);
}

TEST(KeyRing, Lines_of_the_second_layout_that_are_not_understood_are_refused) {
  const std::string line = key_line(generated());
  const std::string hex(64, 'a');
  const std::string retired = "retired 0a0b0c0d " + hex + " " + hex + "\n";
  const std::string version = "password-version " + hex + "\n";
  EXPECT_TRUE(KeyRing::parse(Secret("mfa-key 2\n" + version + retired + line)).has_value());
  EXPECT_TRUE(KeyRing::parse(Secret("mfa-key 2\n" + line)).has_value());
  EXPECT_EQ(error_of("mfa-key 1\n" + version + line), KeyRingError::bad_line);
  EXPECT_EQ(error_of("mfa-key 1\n" + retired + line), KeyRingError::bad_line);
  EXPECT_EQ(error_of("mfa-key 2\n" + version + retired), KeyRingError::no_key);
  EXPECT_EQ(error_of("mfa-key 2\n" + version + version + line), KeyRingError::repeated);
  EXPECT_EQ(error_of("mfa-key 2\n" + retired + retired + line), KeyRingError::repeated);
  EXPECT_EQ(error_of("mfa-key 2\nretired " + line.substr(0, 8) + " " + hex + " " + hex + "\n" + line),
            KeyRingError::repeated);
  for (const std::size_t cut : {9U, 20U, 82U, 100U, 145U})
    EXPECT_EQ(error_of("mfa-key 2\n" + retired.substr(0, cut) + "\n" + line), KeyRingError::bad_line) << cut;
  for (const std::size_t cut : {17U, 40U, 80U})
    EXPECT_EQ(error_of("mfa-key 2\n" + version.substr(0, cut) + "\n" + line), KeyRingError::bad_line) << cut;
  std::string many = "mfa-key 2\n";
  for (std::size_t i = 0; i < kMostRetired; ++i) many += fmt::format("retired {:08x} {} {}\n", i, hex, hex);
  EXPECT_TRUE(KeyRing::parse(Secret(many + line)).has_value());
  EXPECT_EQ(error_of(many + retired + line), KeyRingError::too_many);
  EXPECT_LT((many + line).size() + 200, kLargestKeyFile);
}

TEST(KeyRing, The_derivation_of_subkeys_never_changes) {
  const auto ring = KeyRing::parse(Secret(kFixed));
  ASSERT_TRUE(ring.has_value());
  EXPECT_EQ(to_hex(ring->subkey(KeyUse::seal).bytes()),
            "861ebc5c407ea8da8bb4111075b2caf8f4ff80c9c9daf6d256e76833f28e810b");
  EXPECT_EQ(to_hex(ring->subkey(KeyUse::codes).bytes()),
            "e057b1c57e28bbdff4cdf5c2e897e536bb3078b82071aca08bb5016d2492b452");
  EXPECT_EQ(to_hex(ring->subkey(KeyUse::trail).bytes()),
            "7b515d7f273ed094db8c6c0105ae5ae5426badc61ebb8f154f03af2a2889ff4e");
  EXPECT_EQ(to_hex(ring->subkey(KeyUse::password_version).bytes()),
            "803149cd7e4acbedecabfac9973b2c407d8945d55dbaec3614721faa3a966fb2");
}

}  // namespace
}  // namespace mfa::test
