// No secret is in the store's bytes: not in the file, not in the log, not in what the journal is told.
#include "common/domain/base32.h"
#include "tests/unit/store_fixture.h"

namespace mfa::test {
namespace {

class StoreSecrecy : public StoreFolder {
 protected:
  [[nodiscard]] std::string everything() const {
    std::string all = journal.notes();
    for (const auto& [event, mark] : journal.events())
      for (const auto& field : {event.user, event.actor, event.service, event.from, event.factor, event.reason})
        all += field + "\n";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) all += bytes_of(entry.path());
    return all;
  }
};

TEST_F(StoreSecrecy, Neither_keys_nor_codes_nor_terminals_are_in_its_bytes) {
  const std::string key = "\x8F\x11 a key of 20 by\xFF\x01";
  const std::vector<std::string> codes{"7k3m92qxd4tp", "hq5vwz81r0cc"};
  const std::string pending_key = "\x9A\x02 yet another, 20 \xFE\x03";
  const std::string enrolment_code = "m4xw0t9vjn2e";
  const std::string number = "+6421555012345";
  const std::string phone_code = "402913";
  const std::string bypass_code = "83920174";
  const std::string terminal = "boot-5d1f:session-77:34817";
  const auto key_file = KeyRing::generate().value();
  keys = KeyRing::parse(key_file).value();
  create();
  for (const StoreMode mode : {StoreMode::resident, StoreMode::per_command}) {
    auto store = open(mode);
    const std::uint32_t uid = mode == StoreMode::resident ? 1001 : 1002;
    ASSERT_TRUE((*store)->write([&](Transaction& tx) {
      const Person person = tx.add_person({"person" + std::to_string(uid)}, {uid}, kStart);
      tx.add_factor(person.id, totp_factor(1, key));
      tx.replace_recovery_codes(person.id, codes);
      tx.record_step_up(person.id, {terminal}, {.until = kStart, .epoch = 0, .password_version = ""});
      static_cast<void>(tx.use_recovery_code(person.id, codes[0]));
      tx.keep_pending(person.id, pending_in("address:203.0.113.7", pending_key));
      tx.keep_enrolment_code(person.id, enrolment_code, kStart);
      EXPECT_TRUE(tx.enrolment_code_holds(person.id, enrolment_code, {0}));
      EXPECT_TRUE(tx.pending_factor(person.id));
      tx.add_factor(person.id, phone_factor(2, number));
      tx.keep_phone_code(person.id, 2, code_for({number}));
      EXPECT_EQ(tx.phone_code(person.id, 2).value_or(PhoneCode{}).code, Secret(phone_code));
      tx.add_message(person.id, {.at = kStart, .number = {number}, .proven = true});
      EXPECT_EQ(tx.messages_before(person.id, {.at = kStart, .number = {number}, .proven = true}).of_person, 1U);
      tx.keep_bypass_code(person.id, bypass_code, {.until = kStart, .uses = 2});
      EXPECT_TRUE(tx.use_bypass_code(person.id, bypass_code, {0}));
    }));
    EXPECT_FALSE((*store)->write([&](Transaction& tx) {
      tx.replace_recovery_codes({4711}, codes);  // fails, and is noted
    }));
    EXPECT_FALSE((*store)->write([&](Transaction& tx) { tx.add_factor({4711}, totp_factor(1, key)); }));
    EXPECT_FALSE((*store)->write([&](Transaction& tx) { tx.keep_phone_code({4711}, 1, code_for({number})); }));
    EXPECT_FALSE((*store)->write([&](Transaction& tx) { tx.add_message({4711}, {.at = kStart, .number = {number}}); }));
    EXPECT_FALSE((*store)->write([&](Transaction& tx) { tx.keep_pending({4711}, pending_in("here", pending_key)); }));
    EXPECT_FALSE((*store)->write([&](Transaction& tx) { tx.keep_enrolment_code({4711}, enrolment_code, kStart); }));
  }
  const std::string all = everything();
  ASSERT_NE(all.find("person1001"), std::string::npos);  // the search finds what is there in clear
  ASSERT_NE(all.find("iPhone"), std::string::npos);
  ASSERT_NE(all.find("login sshd lab-gw"), std::string::npos);
  ASSERT_NE(all.find("address:203.0.113.7"), std::string::npos);

  std::vector<std::string> never{terminal,         "session-77", number.substr(1), number.substr(3, 8),
                                 number.substr(8), phone_code,   bypass_code};
  for (const auto& one : {key, pending_key}) {
    const Secret secret{std::string_view(one)};
    const std::string base32 = base32_encode(secret.bytes());
    never.insert(never.end(), {one, one.substr(2, 12), base32, in_groups_of_four(base32), to_hex(secret.bytes())});
  }
  for (const auto& code : {codes[0], codes[1], enrolment_code}) {
    never.push_back(code);
    never.push_back(code.substr(0, 4) + "-" + code.substr(4, 4) + "-" + code.substr(8, 4));
    never.push_back(code.substr(0, 8));
  }
  const std::string key_hex(key_file.text().substr(19, 64));
  never.push_back(key_hex);
  for (const KeyUse use : {KeyUse::seal, KeyUse::codes, KeyUse::trail, KeyUse::password_version})
    never.emplace_back(keys.subkey(use).text());
  for (const auto& secret_text : never) EXPECT_EQ(all.find(secret_text), std::string::npos) << secret_text;
}

TEST_F(StoreSecrecy, Equal_codes_and_terminals_of_two_people_look_different) {
  create();
  {
    auto store = open();
    ASSERT_TRUE((*store)->write([](Transaction& tx) {
      const std::vector<std::string> codes{"7k3m92qxd4tp"};
      for (std::uint32_t uid : {1001U, 1002U}) {
        const Person person = tx.add_person({"person" + std::to_string(uid)}, {uid}, kStart);
        tx.replace_recovery_codes(person.id, codes);
        tx.record_step_up(person.id, {"tty"}, {.until = kStart, .epoch = 0, .password_version = ""});
        tx.keep_enrolment_code(person.id, codes.front(), kStart);
      }
    }));
  }
  Connection connection(path);
  EXPECT_EQ(connection.number("SELECT count(DISTINCT hash) FROM recovery_code"), 2);
  EXPECT_EQ(connection.number("SELECT count(DISTINCT terminal) FROM step_up"), 2);
  EXPECT_EQ(connection.number("SELECT count(DISTINCT hash) FROM (SELECT hash FROM recovery_code UNION ALL"
                              " SELECT hash FROM enrolment_code)"),
            4);
}

TEST_F(StoreSecrecy, What_was_removed_is_overwritten) {
  create();
  const PersonId alice = enrol_alice();
  std::string sealed;
  {
    Connection connection(path);
    auto row = connection.prepared("SELECT sealed FROM factor");
    ASSERT_TRUE(row.row());
    const auto blob = row.blob(0);
    sealed.assign(blob.begin(), blob.end());
  }
  ASSERT_NE(bytes_of(path).find(sealed), std::string::npos);
  {
    auto store = open();
    ASSERT_TRUE((*store)->write([&](Transaction& tx) { tx.remove_factor(alice, 1); }));
  }
  EXPECT_EQ(bytes_of(path).find(sealed), std::string::npos);
}

}  // namespace
}  // namespace mfa::test
