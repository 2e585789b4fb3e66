// What is imported, a row each: keys, what of them is spent, and whatever is none of it.
#include "common/domain/import_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/domain/base32.h"

namespace mfa {
namespace {

constexpr UnixTime kNow{1'800'000'000};
constexpr char kKey[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";  // "12345678901234567890", as in RFC 4226
const std::string kHex = "0x3132333435363738393031323334353637383930";

Secret key() { return Secret(std::string_view("12345678901234567890")); }

std::string totp(const std::string& from_key, const std::string& digits = "6", const std::string& period = "30",
                 const std::string& step = "", const std::string& used = "", const std::string& at = "",
                 const std::string& scratch = "", const std::string& user = "alice", const std::string& uid = "1000") {
  return "totp\t" + user + "\t" + uid + "\t" + from_key + "\t" + digits + "\t" + period + "\t" + step + "\t" + used +
         "\t" + at + "\t" + scratch + "\n";
}
std::string hotp(const std::string& counter, const std::string& used = "", const std::string& digits = "6") {
  return "hotp\talice\t1000\t" + kHex + "\t" + digits + "\t" + counter + "\t" + used + "\t\n";
}

ReadRow read(const std::string& row) {
  const auto rows = read_import_rows(row, kNow);
  if (!rows || rows->size() != 1) {
    ADD_FAILURE() << "no row: " << row;
    return std::unexpected(ImportFault::no_user);
  }
  return rows->front();
}

TEST(ImportRow, IsAnApp) {
  for (const std::string& from : {std::string(kKey), kHex}) {
    const auto row = read(totp(from, "8", "60", "29999990", "", "", "12345678,87654321"));
    ASSERT_TRUE(row);
    EXPECT_EQ(row->subject.name.value, "alice");
    EXPECT_EQ(row->subject.uid, Uid{1000});
    const auto& app = std::get<TotpFactor>(row->what);
    EXPECT_EQ(app.key, key());
    EXPECT_EQ(app.parameters, (TotpParameters{HashAlgorithm::sha1, 8, std::chrono::seconds(60)}));
    EXPECT_EQ(app.last_step, TimeStep{29'999'990});
    EXPECT_THAT(row->scratch,
                testing::ElementsAre(Secret(std::string_view("12345678")), Secret(std::string_view("87654321"))));
  }
  EXPECT_EQ(std::get<TotpFactor>(read(totp(kKey))->what).last_step, TimeStep{-1}) << "nothing says that one was used";
}

// The store takes none twice: one such file would stop everybody's import.
TEST(ImportRow, HasAnEmergencyCodeOnceHoweverOftenItStandsThere) {
  std::string codes = "12345678,87654321";
  for (int i = 0; i < 20; ++i) codes += ",12345678";
  const auto row = read(totp(kKey, "6", "30", "", "", "", codes));
  ASSERT_TRUE(row);
  EXPECT_THAT(row->scratch,
              testing::ElementsAre(Secret(std::string_view("12345678")), Secret(std::string_view("87654321"))));
}

TEST(ImportRow, OfAnAppSpendsTheCodeThatWasUsed) {
  const std::int64_t now = time_step(kNow, std::chrono::seconds(30)).value;
  const std::string at = std::to_string(kNow.seconds);
  // 120 steps: the hour that comes twice when summer time ends; 30: the window that pam_oath may have.
  for (const std::int64_t step : {now - 9, now - 1, now, now + 3, now - 30, now + 25, now - 121, now + 120}) {
    const std::string code = hotp_code(key(), static_cast<std::uint64_t>(step), 6, HashAlgorithm::sha1);
    EXPECT_EQ(std::get<TotpFactor>(read(totp(kKey, "6", "30", "", code, at))->what).last_step, TimeStep{step});
  }
  EXPECT_EQ(std::get<TotpFactor>(read(totp(kKey, "6", "30", "", "000000", at))->what).last_step, TimeStep{now})
      << "of a code that is none of those near, the time says when";
  const std::string code = hotp_code(key(), static_cast<std::uint64_t>(now + 1), 6, HashAlgorithm::sha1);
  EXPECT_EQ(std::get<TotpFactor>(read(totp(kKey, "6", "30", "", code))->what).last_step, TimeStep{now + 1})
      << "nothing says when it was";
}

TEST(ImportRow, IsATokenWhoseUsedCodeIsSpent) {
  const auto next = [](const ReadRow& row) { return std::get<HotpFactor>(row->what).state.next.value; };
  EXPECT_EQ(next(read(hotp("7"))), 7);
  const std::string used = hotp_code(key(), 7, 6, HashAlgorithm::sha1);
  EXPECT_EQ(next(read(hotp("7", used))), 8) << "pam_oath keeps the counter of the code that was used";
  EXPECT_EQ(next(read(hotp("7", hotp_code(key(), 6, 6, HashAlgorithm::sha1)))), 7);
  EXPECT_EQ(std::get<HotpFactor>(read(hotp("0", "", "8"))->what).digits, 8);
}

TEST(ImportRow, IsATelephone) {
  const auto text = read("sms\talice\t1000\t021 123/4567\n");
  EXPECT_EQ(std::get<WrittenPhone>(text->what).number, "021 123/4567");
  EXPECT_EQ(std::get<WrittenPhone>(text->what).use, PhoneUse::text);
  EXPECT_EQ(std::get<WrittenPhone>(read("call\talice\t1000\t1\n")->what).use, PhoneUse::call);
}

TEST(ImportRow, SaysWhatIsWrongWithIt) {
  const std::string later = std::to_string(kNow.seconds / 30 + kLongestSkew + 1);
  const std::pair<std::string, ImportFault> rows[] = {
      {totp(kKey, "6", "30", "", "", "", "", ""), ImportFault::no_user},
      {totp(kKey, "6", "30", "", "", "", "", "a:b"), ImportFault::no_user},
      {totp(kKey, "6", "30", "", "", "", "", "a/b"), ImportFault::no_user},
      {totp(kKey, "6", "30", "", "", "", "", "a\x1b"), ImportFault::no_user},
      {totp(kKey, "6", "30", "", "", "", "", "\xff"), ImportFault::no_user},
      {totp(kKey, "6", "30", "", "", "", "", std::string(257, 'a')), ImportFault::no_user},
      {totp(kKey, "6", "30", "", "", "", "", "alice", "65534"), ImportFault::no_user},
      {totp(kKey, "6", "30", "", "", "", "", "alice", "4294967295"), ImportFault::no_user},
      {totp(kKey, "6", "30", "", "", "", "", "alice", "4294967296"), ImportFault::no_user},
      {totp(kKey, "6", "30", "", "", "", "", "alice", "-1"), ImportFault::no_user},
      {totp(kKey, "6", "30", "", "", "", "", "alice", ""), ImportFault::no_user},
      {totp("", "6"), ImportFault::short_key},
      {totp("not a key!"), ImportFault::no_key},
      {totp("0x123"), ImportFault::no_key},
      {totp("0x12345678901234567x"), ImportFault::no_key},
      {totp("0x123456789012345678"), ImportFault::short_key},
      {totp("0x" + std::string(130, 'a')), ImportFault::long_key},
      {totp(kKey, "5"), ImportFault::digits},
      {totp(kKey, "9"), ImportFault::digits},
      {totp(kKey, ""), ImportFault::digits},
      {totp(kKey, "6", "9"), ImportFault::period},
      {totp(kKey, "6", "301"), ImportFault::period},
      {totp(kKey, "6", "99999999999"), ImportFault::period},
      {totp(kKey, "6", "30", later), ImportFault::used_later},
      {totp(kKey, "6", "30", "x"), ImportFault::used_later},
      {totp(kKey, "6", "30", "", "123456", "9223372036854775807"), ImportFault::used_later},
      {hotp(""), ImportFault::counter},
      {hotp("-1"), ImportFault::counter},
      {hotp("9007199254740993"), ImportFault::counter},
      {hotp("1", "", "5"), ImportFault::digits},
      {totp(kKey, "6", "30", "", "", "", "1234567"), ImportFault::scratch_codes},
      {totp(kKey, "6", "30", "", "", "", "1234567x"), ImportFault::scratch_codes},
      {totp(kKey, "6", "30", "", "", "", "12345678,"), ImportFault::scratch_codes},
      {totp(kKey, "6", "30", "", "", "",
            "12345671,12345672,12345673,12345674,12345675,12345676,12345677,12345678,12345679,12345670,12345681"),
       ImportFault::scratch_codes},
  };
  for (const auto& [row, fault] : rows) {
    const auto found = read(row);
    ASSERT_FALSE(found) << row;
    EXPECT_EQ(found.error(), fault) << row << sentence(found.error());
    EXPECT_TRUE(sentence(fault).ends_with('.'));
  }
  EXPECT_TRUE(read(totp("GEZDGNBVGY3TQOJQ"))) << "80 bits, as google-authenticator made them for years";
}

TEST(PeopleRow, IsANameAndAUid) {
  const auto people = read_people_rows("alice\t1000\na:b\t1\nbob\t-1\ncarol\t65534\n\t5\n");
  ASSERT_TRUE(people);
  ASSERT_EQ(people->size(), 5U);
  ASSERT_TRUE((*people)[0]);
  EXPECT_EQ((*people)[0]->name.value, "alice");
  EXPECT_EQ((*people)[0]->uid, Uid{1000});
  for (std::size_t i = 1; i < 5; ++i) EXPECT_FALSE((*people)[i]) << i;
  EXPECT_TRUE(read_people_rows("")->empty());
  for (const char* text : {"alice\t1000", "alice\n", "alice\t1\t2\n", "\n"})
    EXPECT_FALSE(read_people_rows(text)) << text;
  std::string many;
  for (std::size_t i = 0; i < kMostImportRows; ++i) many += "a\t1\n";
  EXPECT_TRUE(read_people_rows(many));
  EXPECT_FALSE(read_people_rows(many + "a\t1\n"));
}

TEST(ImportRow, IsNoneOfOtherShapes) {
  const std::string good = totp(kKey);
  EXPECT_TRUE(read_import_rows("", kNow)->empty());
  EXPECT_EQ(read_import_rows(good + good, kNow)->size(), 2U);
  for (const std::string& text :
       {good.substr(0, good.size() - 1), std::string("\n"), std::string("key\talice\t1\tx\n"),
        std::string("sms\talice\t1000\n"), std::string("sms\talice\t1000\t1\t2\n"), "totp" + good, good + "x"})
    EXPECT_FALSE(read_import_rows(text, kNow)) << text;
  std::string many;
  for (std::size_t i = 0; i < kMostImportRows; ++i) many += "sms\ta\t1\t1\n";
  EXPECT_TRUE(read_import_rows(many, kNow));
  EXPECT_FALSE(read_import_rows(many + "sms\ta\t1\t1\n", kNow));
}

}  // namespace
}  // namespace mfa
