// Published vectors for what the store makes of libcrypto, and that a sealed value opens in its place alone.
#include <gtest/gtest.h>

#include <set>

#include "common/store/canonical.h"
#include "common/store/failure.h"
#include "common/store/sealed.h"
#include "tests/unit/store_fixture.h"

namespace mfa::test {
namespace {

std::vector<std::uint8_t> from_hex(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

ByteView view_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

TEST(StoreCrypto, Hkdf_gives_the_vectors_of_RFC_5869) {
  // A.1
  EXPECT_EQ(to_hex(hkdf_sha256(Secret(from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b")),
                               from_hex("000102030405060708090a0b0c"),
                               std::string_view("\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", 10), 42)
                       .bytes()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  // A.3: neither salt nor info
  EXPECT_EQ(to_hex(hkdf_sha256(Secret(from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b")), {}, "", 42).bytes()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(StoreCrypto, Hmac_gives_the_vectors_of_RFC_4231) {
  EXPECT_EQ(to_hex(hmac_sha256(Secret("Jefe"), view_of("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(Secret(std::vector<std::uint8_t>(20, 0x0b)), view_of("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(StoreCrypto, Sha256_is_of_both_parts_joined) {
  EXPECT_EQ(to_hex(sha256_of_both(view_of("a"), view_of("bc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// Test cases 14 and 16 of the GCM specification (McGrew, Viega).
TEST(StoreCrypto, Gcm_gives_the_published_vectors) {
  const Secret zero_key(std::vector<std::uint8_t>(32, 0));
  const auto zero_nonce = std::vector<std::uint8_t>(12, 0);
  const GcmSealed zeros = gcm_seal(zero_key, zero_nonce, {}, Secret(std::vector<std::uint8_t>(16, 0)));
  EXPECT_EQ(to_hex(view_of(zeros.ciphertext)), "cea7403d4d606b6e074ec5d3baf39d18");
  EXPECT_EQ(to_hex(zeros.tag), "d0d1c8a799996bf0265b98b5d48ab919");

  const Secret key(from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
  const auto nonce = from_hex("cafebabefacedbaddecaf888");
  const auto associated = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const Secret plain(
      from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
               "b16aedf5aa0de657ba637b39"));
  const GcmSealed sealed = gcm_seal(key, nonce, associated, plain);
  EXPECT_EQ(to_hex(view_of(sealed.ciphertext)),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
            "c5f61e6393ba7a0abcc9f662");
  EXPECT_EQ(to_hex(sealed.tag), "76fc6ece0f4e1768cddf8853bb2d551b");
  EXPECT_EQ(gcm_open(key, nonce, associated, view_of(sealed.ciphertext), sealed.tag), plain);
}

TEST(Canonical, No_two_lists_of_fields_come_out_alike) {
  std::set<std::string> seen;
  const auto add = [&](const auto& write) {
    Canonical fields;
    write(fields);
    seen.insert(to_hex(fields.view()));
  };
  add([](Canonical& f) { f.text("ab").text("c"); });
  add([](Canonical& f) { f.text("a").text("bc"); });
  add([](Canonical& f) { f.text("").text("abc"); });
  add([](Canonical& f) { f.text("abc").text(""); });
  add([](Canonical& f) { f.text("abc"); });
  add([](Canonical& f) { f.number(1).number(2); });
  add([](Canonical& f) { f.number(2).number(1); });
  EXPECT_EQ(seen.size(), 7U);
  Canonical one;
  one.number(-2).text("hi");
  EXPECT_EQ(to_hex(one.view()), "fffffffffffffffe000000026869");
}

class Sealed : public testing::Test {
 protected:
  const KeyRing keys = new_keys();
  const SealedPlace place{42, 1, 1, "factor key"};
  const Secret plain{"12345678901234567890"};
  StoreError error_of(const KeyRing& ring, const SealedPlace& where, const std::string& blob) {
    try {
      static_cast<void>(open_sealed(ring, where, view_of(blob)));
    } catch (const StoreFailure& failure) {
      return failure.error();
    }
    ADD_FAILURE() << "it opened";
    return StoreError::unavailable;
  }
};

TEST_F(Sealed, Opens_in_its_place) {
  EXPECT_EQ(open_sealed(keys, place, view_of(seal(keys, place, plain))), plain);
  EXPECT_EQ(open_sealed(keys, place, view_of(seal(keys, place, Secret()))), Secret());
}

TEST_F(Sealed, Is_different_each_time_and_never_holds_the_plain_text) {
  std::set<std::string> blobs;
  for (int i = 0; i < 100; ++i) blobs.insert(seal(keys, place, plain));
  EXPECT_EQ(blobs.size(), 100U);
  for (const auto& blob : blobs) EXPECT_EQ(blob.find(plain.text().substr(0, 8)), std::string::npos);
}

TEST_F(Sealed, Does_not_open_in_any_other_place) {
  const std::string blob = seal(keys, place, plain);
  const SealedPlace others[] = {{43, 1, 1, "factor key"},   {42, 2, 1, "factor key"}, {42, 1, 2, "factor key"},
                                {42, 1, 1, "phone number"}, {1, 42, 1, "factor key"}, {42, 1, 1, ""}};
  for (const auto& other : others) EXPECT_EQ(error_of(keys, other, blob), StoreError::damaged);
}

TEST_F(Sealed, Shows_every_altered_bit_and_every_cut) {
  const std::string blob = seal(keys, place, plain);
  for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
    std::string altered = blob;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    const bool key_id = bit / 8 >= 1 && bit / 8 <= 4;
    EXPECT_EQ(error_of(keys, place, altered), key_id ? StoreError::wrong_key : StoreError::damaged) << bit;
  }
  for (std::size_t size = 0; size < blob.size(); ++size)
    EXPECT_EQ(error_of(keys, place, blob.substr(0, size)), StoreError::damaged) << size;
  EXPECT_EQ(error_of(keys, place, blob + '\0'), StoreError::damaged);
}

TEST_F(Sealed, Another_key_is_the_wrong_key) {
  EXPECT_EQ(error_of(new_keys(), place, seal(keys, place, plain)), StoreError::wrong_key);
}

}  // namespace
}  // namespace mfa::test
