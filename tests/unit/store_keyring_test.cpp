// The key file: what is made can be read, what is not understood is refused by name.
#include "common/store/keyring.h"

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
  EXPECT_EQ(error_of("mfa-key 2\n" + line), KeyRingError::unknown_version);
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
