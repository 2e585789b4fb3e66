// From one schema to the next: all steps or none, never down, and a store of any version before opens for ever.
#include "common/store/schema.h"

#include <sqlite3.h>

#include <array>

#include "tests/unit/store_fixture.h"
#include "tests/unit/store_version1.h"
#include "tests/unit/store_version2.h"
#include "tests/unit/store_version3.h"
#include "tests/unit/store_version4.h"
#include "tests/unit/store_version5.h"
#include "tests/unit/store_version6.h"
#include "tests/unit/store_version7.h"
#include "tests/unit/store_version8.h"

namespace mfa::test {
namespace {

class StoreSchema : public StoreFolder {
 protected:
  // Runs the steps in one transaction, as opening a store does.
  static std::expected<SchemaChange, StoreError> migrate(Connection& connection, std::span<const SchemaStep> steps) {
    connection.execute("BEGIN IMMEDIATE");
    try {
      const auto change = bring_up_to_date(connection, steps);
      connection.execute("COMMIT");
      return change;
    } catch (const StoreFailure& failure) {
      connection.execute("ROLLBACK");
      return std::unexpected(failure.error());
    }
  }
  // A store as the first release left it, with its key; and as the next ones did.
  void make_version_1(const std::string& and_then = "") { make(kVersion1Dump + and_then, kVersion1Key); }
  void make_version_2(const std::string& and_then = "") { make(kVersion2Dump + and_then, kVersion2Key); }
  void make_version_3(const std::string& and_then = "") { make(kVersion3Dump + and_then, kVersion3Key); }
  void make_version_4(const std::string& and_then = "") { make(kVersion4Dump + and_then, kVersion4Key); }
  void make_version_5(const std::string& and_then = "") { make(kVersion5Dump + and_then, kVersion5Key); }
  void make_version_6(const std::string& and_then = "") { make(kVersion6Dump + and_then, kVersion6Key); }
  void make_version_7(const std::string& and_then = "") { make(kVersion7Dump + and_then, kVersion7Key); }
  void make_version_8(const std::string& and_then = "") { make(kVersion8Dump + and_then, kVersion8Key); }
  void make_version(int version) {
    version == 1   ? make_version_1()
    : version == 2 ? make_version_2()
    : version == 3 ? make_version_3()
    : version == 4 ? make_version_4()
    : version == 5 ? make_version_5()
    : version == 6 ? make_version_6()
    : version == 7 ? make_version_7()
                   : make_version_8();
  }
  static std::int64_t newest() { return static_cast<std::int64_t>(schema_steps().size()); }
  void remove_store() {
    std::filesystem::remove(path);
    std::filesystem::remove(log_path());
  }
  [[nodiscard]] std::string tables() const {
    Connection connection(path);
    auto rows = connection.prepared("SELECT name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name");
    std::string all;
    while (rows.row()) all += rows.text(0) + "\n";
    return all;
  }
  [[nodiscard]] std::int64_t number(const char* sql) const {
    Connection connection(path);
    return connection.number(sql);
  }

 private:
  void make(const std::string& sql, std::string_view key) {
    sqlite3* made = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &made), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(made, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(made);
    sqlite3_close(made);
    keys = KeyRing::parse(Secret(key)).value();
  }
};

constexpr std::array<SchemaStep, 3> kSteps{"CREATE TABLE one (x)", "CREATE TABLE two (x); INSERT INTO two VALUES (7)",
                                           "ALTER TABLE two ADD COLUMN y"};

TEST_F(StoreSchema, Steps_run_in_order_and_each_once) {
  const auto connection = Connection::in_memory();
  const auto first = migrate(*connection, std::span(kSteps).first(2));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->from, 0);
  EXPECT_EQ(first->to, 2);
  const auto second = migrate(*connection, kSteps);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->from, 2);
  EXPECT_EQ(second->to, 3);
  EXPECT_EQ(connection->number("SELECT count(*) FROM two WHERE x = 7 AND y IS NULL"), 1);
  const auto third = migrate(*connection, kSteps);
  ASSERT_TRUE(third.has_value());
  EXPECT_EQ(third->from, third->to);
}

TEST_F(StoreSchema, A_step_that_fails_undoes_all) {
  const auto connection = Connection::in_memory();
  ASSERT_TRUE(migrate(*connection, std::span(kSteps).first(1)));
  const std::array<SchemaStep, 3> broken{kSteps[0], kSteps[1], "CREATE TABLE three (x); nonsense"};
  EXPECT_FALSE(migrate(*connection, broken));
  EXPECT_EQ(connection->number("PRAGMA user_version"), 1);
  EXPECT_EQ(connection->number("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(StoreSchema, A_newer_store_is_refused_and_not_touched) {
  create();
  tamper(("PRAGMA user_version=" + std::to_string(newest() + 1)).c_str());
  const std::string before = bytes_of(path);
  for (const StoreMode mode : {StoreMode::resident, StoreMode::per_command}) {
    const auto opened = open(mode);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error(), StoreError::too_new);
  }
  EXPECT_EQ(bytes_of(path), before);
  EXPECT_NE(journal.notes().find("schema " + std::to_string(newest() + 1)), std::string::npos);
}

TEST_F(StoreSchema, A_version_that_makes_no_sense_is_damage) {
  create();
  for (const char* pragma : {"PRAGMA user_version=-1", "PRAGMA user_version=0"}) {
    tamper(pragma);
    const auto opened = open();
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error(), StoreError::damaged) << pragma;
  }
}

// As written by the first release. If this fails, every store out there fails.
TEST_F(StoreSchema, A_store_of_version_1_opens_with_all_it_holds) {
  make_version_1();
  auto store = open();
  ASSERT_TRUE(store.has_value()) << journal.notes();
  ASSERT_TRUE((*store)->write([](Transaction& tx) {
    const auto alice = tx.person_by_name({"alice"});
    ASSERT_TRUE(alice.has_value());
    EXPECT_EQ(alice->uid, Uid{1001});
    EXPECT_EQ(alice->lockout, (LockoutState{5, 1, {1'790'000'400}, {1'790'000'460}}));
    EXPECT_EQ(alice->next_factor, 3U);
    EXPECT_EQ(alice->next_trust, 1U);
    EXPECT_TRUE(tx.trusts(alice->id).empty());
    EXPECT_FALSE(alice->enrol_by_code);
    const auto factors = tx.factors(alice->id);
    ASSERT_EQ(factors.size(), 2U);
    EXPECT_EQ(std::get<TotpFactor>(factors[0].detail).key, Secret("12345678901234567890"));
    EXPECT_EQ(std::get<TotpFactor>(factors[0].detail).last_step, TimeStep{-1});
    EXPECT_EQ(std::get<TotpFactor>(factors[1].detail).key, Secret("12345678901234567890123456789012"));
    EXPECT_EQ(std::get<TotpFactor>(factors[1].detail).last_step, TimeStep{59'666'680});
    EXPECT_EQ(std::get<TotpFactor>(factors[1].detail).parameters,
              (TotpParameters{HashAlgorithm::sha256, 8, std::chrono::seconds(60)}));
    EXPECT_EQ(tx.recovery_codes_left(alice->id), 2U);
    EXPECT_TRUE(tx.use_recovery_code(alice->id, "7k3m92qxd4tp"));
    EXPECT_FALSE(tx.step_up_at(alice->id, {"7:34817"})) << "what it rested on was not kept";
    tx.append(event_about("alice"));
  }));
  const auto trail = (*store)->verify_trail([] {});
  ASSERT_TRUE(trail.has_value());
  EXPECT_TRUE(trail->damage.empty());
  EXPECT_EQ(trail->rows, 5);  // three, the upgrade, and the one above
}

TEST_F(StoreSchema, A_store_of_version_2_opens_with_all_it_holds) {
  make_version_2();
  auto store = open();
  ASSERT_TRUE(store.has_value()) << journal.notes();
  ASSERT_TRUE((*store)->write([](Transaction& tx) {
    const auto alice = tx.person_by_name({"alice"});
    const auto bob = tx.person_by_uid({1002});
    ASSERT_TRUE(alice && bob);
    EXPECT_EQ(alice->first_seen, kStart);
    EXPECT_EQ(alice->lockout, (LockoutState{5, 1, {1'790'000'400}, {1'790'000'460}}));
    EXPECT_EQ(alice->default_factor, 1U);
    EXPECT_EQ(alice->next_factor, 3U);
    EXPECT_EQ(alice->next_trust, 2U);
    EXPECT_EQ(alice->failed_since_login, 2U);
    EXPECT_EQ(bob->lockout, LockoutState{});
    EXPECT_FALSE(alice->enrol_by_code || bob->enrol_by_code);
    const auto factors = tx.factors(alice->id);
    ASSERT_EQ(factors.size(), 2U);
    EXPECT_EQ(std::get<TotpFactor>(factors[0].detail).key, Secret("12345678901234567890"));
    EXPECT_EQ(std::get<KeyFactor>(factors[1].detail).type, "sk-ssh-ed25519@openssh.com");
    ASSERT_EQ(tx.trusts(alice->id).size(), 1U);
    EXPECT_EQ(tx.trusts(alice->id).front().label, trust_in(1).label);
    EXPECT_TRUE(tx.use_recovery_code(alice->id, "7k3m92qxd4tp"));
    EXPECT_EQ(tx.recovery_codes_left(alice->id), 1U);
    EXPECT_FALSE(tx.step_up_at(alice->id, {"7:34817"})) << "what it rested on was not kept";
    EXPECT_TRUE(tx.reported_since("alice", kStart));
    EXPECT_FALSE(tx.pending_factor(alice->id));
    EXPECT_FALSE(tx.enrolment_code_holds(alice->id, "7k3m92qxd4tp", {0}));
  }));
  const auto trail = (*store)->verify_trail([] {});
  ASSERT_TRUE(trail.has_value());
  EXPECT_TRUE(trail->damage.empty());
  EXPECT_EQ(trail->rows, 3);  // two, and the upgrade
}

TEST_F(StoreSchema, A_store_of_version_3_opens_with_all_it_holds) {
  make_version_3();
  auto store = open();
  ASSERT_TRUE(store.has_value()) << journal.notes();
  ASSERT_TRUE((*store)->write([](Transaction& tx) {
    const auto alice = tx.person_by_name({"alice"});
    const auto bob = tx.person_by_uid({1002});
    ASSERT_TRUE(alice && bob);
    EXPECT_EQ(alice->lockout, (LockoutState{5, 1, {1'790'000'400}, {1'790'000'460}}));
    EXPECT_EQ(alice->failed_since_login, 2U);
    EXPECT_TRUE(bob->enrol_by_code);
    ASSERT_EQ(tx.factors(alice->id).size(), 2U);
    ASSERT_EQ(tx.trusts(alice->id).size(), 1U);
    EXPECT_EQ(tx.recovery_codes_left(alice->id), 2U);
    EXPECT_TRUE(tx.use_recovery_code(alice->id, "7k3m92qxd4tp"));
    EXPECT_EQ(tx.recovery_codes_left(alice->id), 1U);
    ASSERT_TRUE(tx.pending_factor(bob->id));
    EXPECT_TRUE(tx.enrolment_code_holds(bob->id, "zzzzzzzzzzzz", kStart));
    tx.append(event_about("alice", EventKind::factor_added));
  }));
  const auto trail = (*store)->verify_trail([] {});
  ASSERT_TRUE(trail.has_value());
  EXPECT_TRUE(trail->damage.empty());
  EXPECT_EQ(trail->rows, 5);  // three, the upgrade, and the one above
}

TEST_F(StoreSchema, A_store_of_version_4_opens_with_all_it_holds) {
  make_version_4();
  auto store = open();
  ASSERT_TRUE(store.has_value()) << journal.notes();
  ASSERT_TRUE((*store)->write([](Transaction& tx) {
    const auto alice = tx.person_by_name({"alice"});
    ASSERT_TRUE(alice);
    EXPECT_EQ(alice->failed_since_login, 2U);
    EXPECT_FALSE(alice->asks_off || alice->reported);
    const auto factors = tx.factors(alice->id);
    ASSERT_EQ(factors.size(), 3U);
    EXPECT_EQ(std::get<HotpFactor>(factors[2].detail).state, (HotpState{.next = {42}, .resync = HotpCounter{57}}));
    EXPECT_EQ(tx.recovery_codes_left(alice->id), 2U);
    EXPECT_FALSE(tx.recovery_code_was_used(alice->id, "7k3m92qxd4tp"));
    EXPECT_TRUE(tx.use_recovery_code(alice->id, "7k3m92qxd4tp"));
    EXPECT_EQ(tx.recovery_codes_left(alice->id), 1U);
    // What happened before is in the history, and no news any more.
    EXPECT_EQ(tx.events_about("alice", 1000, 9).size(), 2U);
    EXPECT_TRUE(tx.told_about("alice", alice->told, 9).empty());
    tx.append(event_about("alice", EventKind::factor_added));
    EXPECT_EQ(tx.told_about("alice", alice->told, 9).size(), 1U);
  }));
  const auto trail = (*store)->verify_trail([] {});
  ASSERT_TRUE(trail.has_value());
  EXPECT_TRUE(trail->damage.empty());
  EXPECT_EQ(trail->rows, 5);  // three, the upgrade, and the one above
}

TEST_F(StoreSchema, A_store_of_version_5_opens_with_all_it_holds) {
  make_version_5();
  auto store = open();
  ASSERT_TRUE(store.has_value()) << journal.notes();
  ASSERT_TRUE((*store)->write([](Transaction& tx) {
    const auto alice = tx.person_by_name({"alice"});
    ASSERT_TRUE(alice);
    EXPECT_TRUE(alice->asks_off);
    EXPECT_EQ(alice->told, 1);
    EXPECT_EQ(alice->reported, UnixTime{1'790'000'600});
    EXPECT_EQ(alice->reported_version, "9f2c61d0");
    EXPECT_TRUE(tx.recovery_code_was_used(alice->id, "hq5vwz81r0cc"));
    EXPECT_EQ(tx.recovery_codes_left(alice->id), 1U);
    ASSERT_EQ(tx.factors(alice->id).size(), 3U);
    EXPECT_EQ(std::get<TotpFactor>(tx.factors(alice->id)[0].detail).key, Secret("12345678901234567890"));
    EXPECT_FALSE(tx.phone_code(alice->id, 1));
    EXPECT_EQ(tx.others_with_number({0}, {"+64211234567"}), 0U);
    tx.add_factor(alice->id, phone_factor(4));
    EXPECT_EQ(tx.others_with_number({0}, {"+64211234567"}), 1U);
  }));
  const auto trail = (*store)->verify_trail([] {});
  ASSERT_TRUE(trail.has_value());
  EXPECT_TRUE(trail->damage.empty());
  EXPECT_EQ(trail->rows, 4);  // three, and the upgrade
}

TEST_F(StoreSchema, A_store_of_version_6_opens_with_all_it_holds) {
  make_version_6();
  ASSERT_GT(number("SELECT count(*) FROM step_up"), 0);
  auto store = open();
  ASSERT_TRUE(store.has_value()) << journal.notes();
  ASSERT_TRUE((*store)->write([](Transaction& tx) {
    auto alice = tx.person_by_name({"alice"});
    ASSERT_TRUE(alice);
    EXPECT_EQ(alice->epoch, 0U);
    EXPECT_EQ(alice->reported_version, "9f2c61d0");
    EXPECT_FALSE(tx.step_up_at(alice->id, {"7:34817"})) << "what it rested on was not kept";
    ASSERT_EQ(tx.factors(alice->id).size(), 4U);
    EXPECT_EQ(tx.factors(alice->id)[3].kind(), FactorKind::sms);
    EXPECT_TRUE(tx.phone_code(alice->id, 4));
    EXPECT_TRUE(tx.reported_since("alice", {1'790'000'200})) << "what came before is in the new index";
    EXPECT_EQ(tx.changes_since("alice", {1'790'000'200}), 1U);
    EXPECT_EQ(tx.changes_since("alice", {1'790'000'201}), 0U);
    alice->epoch = 4294967295U;
    tx.save(*alice);
    EXPECT_EQ(tx.person_by_name({"alice"})->epoch, 4294967295U);
  }));
  const auto trail = (*store)->verify_trail([] {});
  ASSERT_TRUE(trail.has_value());
  EXPECT_TRUE(trail->damage.empty());
  EXPECT_EQ(trail->rows, 5);  // four, and the upgrade
}

TEST_F(StoreSchema, A_store_of_version_7_opens_with_all_it_holds) {
  make_version_7();
  auto store = open();
  ASSERT_TRUE(store.has_value()) << journal.notes();
  ASSERT_TRUE((*store)->write([](Transaction& tx) {
    auto alice = tx.person_by_name({"alice"});
    ASSERT_TRUE(alice);
    EXPECT_EQ(alice->epoch, 3U);
    EXPECT_EQ(alice->reported_version, "9f2c61d0");
    EXPECT_FALSE(alice->exempt_until);
    EXPECT_EQ(tx.step_up_at(alice->id, {"7:34817"}),
              (StepUpMark{.until = {1'790'000'700}, .epoch = 3, .password_version = "9f2c61d0"}));
    const auto factors = tx.factors(alice->id);
    ASSERT_EQ(factors.size(), 4U);
    EXPECT_EQ(std::get<TotpFactor>(factors[0].detail).key, Secret("12345678901234567890"));
    EXPECT_FALSE(tx.bypass_code(alice->id));
    EXPECT_TRUE(tx.journeys(alice->id).empty());
    EXPECT_FALSE(tx.identified_until(alice->id, {2000}));
    alice->exempt_until = UnixTime{1'790'900'000};
    tx.save(*alice);
    EXPECT_EQ(tx.person_by_name({"alice"})->exempt_until, UnixTime{1'790'900'000});
  }));
  const auto trail = (*store)->verify_trail([] {});
  ASSERT_TRUE(trail.has_value());
  EXPECT_TRUE(trail->damage.empty());
  EXPECT_EQ(trail->rows, 6);  // five, and the upgrade
}

TEST_F(StoreSchema, A_store_of_version_8_opens_with_all_it_holds) {
  make_version_8();
  auto store = open();
  ASSERT_TRUE(store.has_value()) << journal.notes();
  ASSERT_TRUE((*store)->write([](Transaction& tx) {
    auto alice = tx.person_by_name({"alice"});
    ASSERT_TRUE(alice);
    EXPECT_EQ(alice->epoch, 3U);
    EXPECT_EQ(alice->language, "");
    EXPECT_EQ(tx.factors(alice->id).size(), 4U);
    ASSERT_TRUE(tx.bypass_code(alice->id));
    EXPECT_EQ(tx.bypass_code(alice->id)->uses, 3U);
    ASSERT_EQ(tx.journeys(alice->id).size(), 1U);
    EXPECT_EQ(tx.journeys(alice->id).front().country, "FJ");
    EXPECT_EQ(tx.identified_until(alice->id, {2000}), UnixTime{1'790'000'900});
    EXPECT_EQ(tx.person_by_name({"bob"})->exempt_until, UnixTime{1'790'900'000});
    alice->language = "nl";
    tx.save(*alice);
    EXPECT_EQ(tx.person_by_name({"alice"})->language, "nl");
  }));
  const auto trail = (*store)->verify_trail([] {});
  ASSERT_TRUE(trail.has_value());
  EXPECT_TRUE(trail->damage.empty());
  EXPECT_EQ(trail->rows, 6);  // five, and the upgrade
}

TEST_F(StoreSchema, An_old_store_becomes_what_a_new_one_is) {
  create();
  const std::string fresh = tables();
  for (const auto mode : {StoreMode::resident, StoreMode::per_command})
    for (const int version : {1, 2, 3, 4, 5, 6, 7, 8}) {
      remove_store();
      const auto told = journal.events().size();
      make_version(version);
      const auto events = number("SELECT count(*) FROM event");
      {
        auto store = open(mode);
        ASSERT_TRUE(store.has_value()) << journal.notes();
        ASSERT_TRUE((*store)->write([](Transaction& tx) {
          auto alice = tx.person_by_name({"alice"});
          ASSERT_TRUE(alice.has_value());
          tx.add_factor(alice->id, key_factor(alice->next_factor));
          tx.add_factor(alice->id, token_factor(alice->next_factor + 1, "key"));
          tx.add_factor(alice->id, phone_factor(alice->next_factor + 2));
          tx.keep_phone_code(alice->id, alice->next_factor + 2, code_for({"+64211234567"}));
          tx.record_step_up(alice->id, {"7:34817"}, {.until = kStart, .epoch = 1, .password_version = ""});
          tx.add_message(alice->id, {.at = kStart, .number = {"+64211234567"}});
          tx.add_trust(alice->id, trust_in(alice->next_trust));
          tx.keep_pending(alice->id, pending_in("console:console"));
          tx.keep_enrolment_code(alice->id, "zzzzzzzzzzzz", kStart);
          tx.keep_bypass_code(alice->id, "04711337", {.until = kStart, .uses = 1});
          tx.keep_identified(alice->id, {2000}, kStart);
          tx.add_journey(alice->id, {.country = "WS", .until = kStart});
          alice->enrol_by_code = true;
          alice->asks_off = true;
          alice->reported = kStart;
          tx.save(*alice);
        })) << journal.notes();
      }
      ASSERT_TRUE(open(mode).has_value());  // once is enough
      ASSERT_EQ(journal.events().size(), told + 1);
      const auto [event, mark] = journal.events().back();
      EXPECT_EQ(event.kind, EventKind::schema_upgraded);
      EXPECT_EQ(event.reason, std::to_string(version) + " to " + std::to_string(newest()));
      EXPECT_EQ(mark.seq, events + 1);
      EXPECT_EQ(integrity(), "ok");
      EXPECT_EQ(number("PRAGMA user_version"), newest());
      EXPECT_EQ(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
      EXPECT_EQ(tables(), fresh);
    }
}

// Or logins would move rows about for weeks after an upgrade.
TEST_F(StoreSchema, Rows_of_people_have_their_width_after_an_upgrade) {
  for (const int version : {1, 2, 3, 4, 5, 6, 7, 8}) {
    remove_store();
    make_version(version);
    constexpr const char* kBytes = "SELECT sum(payload) FROM dbstat WHERE name = 'person'";
    ASSERT_TRUE(open().has_value()) << journal.notes();
    const auto upgraded = number(kBytes);
    EXPECT_GT(upgraded, 30);  // or nothing is measured
    ASSERT_TRUE((*open())->write([](Transaction& tx) {
      for (const char* name : {"alice", "bob"})
        if (auto person = tx.person_by_name({name})) {
          person->enrol_by_code = true;
          tx.save(*person);
        }
    }));
    EXPECT_EQ(number(kBytes), upgraded) << version;
  }
}

TEST_F(StoreSchema, Rows_of_factors_have_their_width_after_an_upgrade) {
  for (const int version : {1, 2, 3, 4, 5, 6, 7, 8}) {
    remove_store();
    make_version(version);
    constexpr const char* kBytes = "SELECT sum(payload) FROM dbstat WHERE name = 'factor'";
    ASSERT_TRUE(open().has_value()) << journal.notes();
    const auto upgraded = number(kBytes);
    EXPECT_GT(upgraded, 30);  // or nothing is measured
    ASSERT_TRUE((*open())->write([](Transaction& tx) {
      const auto alice = tx.person_by_name({"alice"});
      for (const Factor& factor : tx.factors(alice->id)) tx.save_factor(alice->id, factor);
    }));
    EXPECT_EQ(number(kBytes), upgraded) << version;
  }
}

TEST_F(StoreSchema, A_phone_is_whole_or_not_there) {
  create();
  ASSERT_TRUE((*open())->write([](Transaction& tx) {
    const Person alice = tx.add_person({"alice"}, {1001}, kStart);
    tx.add_factor(alice.id, phone_factor(1));
    tx.keep_phone_code(alice.id, 1, code_for({"+64211234567"}));
  }));
  for (const char* column : {"sealed", "language", "number_hash"})
    EXPECT_THROW(tamper((std::string("UPDATE factor SET ") + column + " = NULL").c_str()), StoreFailure) << column;
  EXPECT_THROW(tamper("UPDATE factor SET number_hash = x'00'"), StoreFailure);
  EXPECT_THROW(tamper("UPDATE phone_code SET purpose = ''"), StoreFailure);
  EXPECT_THROW(tamper("UPDATE message SET outcome = 5; INSERT INTO message VALUES (1, 1, x'00', 0, 0, 0, 1)"),
               StoreFailure);
}

// A row that is moved to another person, phone, kind or purpose does not open.
TEST_F(StoreSchema, A_code_belongs_to_its_person_phone_and_purpose) {
  create();
  for (const char* move : {"UPDATE phone_code SET person = 2", "UPDATE phone_code SET factor = 2",
                           "UPDATE phone_code SET purpose = 'step-up mfa-enroll lab-gw'"}) {
    ASSERT_TRUE((*open())->write([](Transaction& tx) {
      for (std::uint32_t uid : {1001U, 1002U})
        if (!tx.person_by_uid({uid})) tx.add_person({"person" + std::to_string(uid)}, {uid}, kStart);
      tx.keep_phone_code({1}, 1, code_for({"+64211234567"}));
      EXPECT_TRUE(tx.phone_code({1}, 1));
    }));
    tamper(move);
    StoreError error = StoreError::unavailable;
    {
      auto store = open();
      const auto read = (*store)->read([](Transaction& tx) {
        for (const PersonId person : {PersonId{1}, PersonId{2}})
          for (const std::uint32_t factor : {1U, 2U}) static_cast<void>(tx.phone_code(person, factor));
      });
      ASSERT_FALSE(read) << move;
      error = read.error();
    }
    EXPECT_EQ(error, StoreError::damaged) << move;
    tamper("DELETE FROM phone_code");
  }
}

TEST_F(StoreSchema, A_number_belongs_to_its_factor) {
  for (const char* move :
       {"UPDATE factor SET person = 2", "UPDATE factor SET number = 2", "UPDATE factor SET kind = 4"}) {
    remove_store();
    create();
    ASSERT_TRUE((*open())->write([](Transaction& tx) {
      for (std::uint32_t uid : {1001U, 1002U}) tx.add_person({"person" + std::to_string(uid)}, {uid}, kStart);
      tx.add_factor({1}, phone_factor(1));
    }));
    tamper(move);
    auto store = open();
    EXPECT_FALSE((*store)->read([](Transaction& tx) {
      static_cast<void>(tx.factors({1}));
      static_cast<void>(tx.factors({2}));
    })) << move;
  }
}

TEST_F(StoreSchema, A_token_is_whole_or_not_there) {
  create();
  ASSERT_TRUE((*open())->write([](Transaction& tx) {
    const Person alice = tx.add_person({"alice"}, {1001}, kStart);
    tx.add_factor(alice.id, token_factor(1, "key"));
  }));
  for (const char* column : {"sealed", "digits", "counter", "resync"})
    EXPECT_THROW(tamper((std::string("UPDATE factor SET ") + column + " = NULL").c_str()), StoreFailure) << column;
  EXPECT_THROW(tamper("UPDATE factor SET counter = -1"), StoreFailure);
  tamper("UPDATE factor SET counter = 30");
  // What the schema lets through and no release writes is damage.
  for (const char* sql :
       {"UPDATE factor SET resync = 29", "UPDATE factor SET resync = 31, counter = 9007199254740993"}) {
    tamper(sql);
    EXPECT_EQ((*open())->read([](Transaction& tx) { static_cast<void>(tx.factors({1})); }).error(), StoreError::damaged)
        << sql;
  }
}

TEST_F(StoreSchema, An_upgrade_that_fails_leaves_version_1) {
  make_version_1("CREATE TABLE trust (x); PRAGMA user_version=1;");
  const std::string before = tables();
  EXPECT_FALSE(open().has_value());
  EXPECT_EQ(tables(), before);
  EXPECT_EQ(number("PRAGMA user_version"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM event"), 3);
  EXPECT_TRUE(journal.events().empty());
}

TEST_F(StoreSchema, An_upgrade_that_fails_leaves_version_2) {
  make_version_2("CREATE TABLE enrolment_code (x); PRAGMA user_version=2;");
  const std::string before = tables();
  EXPECT_FALSE(open().has_value());
  EXPECT_EQ(tables(), before);
  EXPECT_EQ(number("PRAGMA user_version"), 2);
  EXPECT_EQ(number("SELECT count(*) FROM event"), 2);
  EXPECT_TRUE(journal.events().empty());
}

TEST_F(StoreSchema, An_upgrade_that_fails_leaves_version_3) {
  make_version_3("ALTER TABLE factor ADD COLUMN resync INTEGER; PRAGMA user_version=3;");
  const std::string before = tables();
  EXPECT_FALSE(open().has_value());
  EXPECT_EQ(tables(), before);
  EXPECT_EQ(number("PRAGMA user_version"), 3);
  EXPECT_EQ(number("SELECT count(*) FROM event"), 3);
  EXPECT_TRUE(journal.events().empty());
}

TEST_F(StoreSchema, An_upgrade_that_fails_leaves_version_4) {
  make_version_4("CREATE INDEX event_to_tell ON event (at); PRAGMA user_version=4;");
  const std::string before = tables();
  EXPECT_FALSE(open().has_value());
  EXPECT_EQ(tables(), before);
  EXPECT_EQ(number("PRAGMA user_version"), 4);
  EXPECT_EQ(number("SELECT count(*) FROM event"), 3);
  EXPECT_TRUE(journal.events().empty());
}

TEST_F(StoreSchema, An_upgrade_that_fails_leaves_version_5) {
  make_version_5("CREATE TABLE message (x); PRAGMA user_version=5;");
  const std::string before = tables();
  EXPECT_FALSE(open().has_value());
  EXPECT_EQ(tables(), before);
  EXPECT_EQ(number("PRAGMA user_version"), 5);
  EXPECT_EQ(number("SELECT count(*) FROM event"), 3);
  EXPECT_TRUE(journal.events().empty());
}

TEST_F(StoreSchema, An_upgrade_that_fails_leaves_version_6) {
  make_version_6("CREATE INDEX event_to_bound ON event (at); PRAGMA user_version=6;");
  const std::string before = tables();
  EXPECT_FALSE(open().has_value());
  EXPECT_EQ(tables(), before);
  EXPECT_EQ(number("PRAGMA user_version"), 6);
  EXPECT_EQ(number("SELECT count(*) FROM event"), 4);
  EXPECT_GT(number("SELECT count(*) FROM step_up"), 0);
  EXPECT_TRUE(journal.events().empty());
}

TEST_F(StoreSchema, An_upgrade_that_fails_leaves_version_7) {
  make_version_7("CREATE TABLE journey (x); PRAGMA user_version=7;");
  const std::string before = tables();
  EXPECT_FALSE(open().has_value());
  EXPECT_EQ(tables(), before);
  EXPECT_EQ(number("PRAGMA user_version"), 7);
  EXPECT_EQ(number("SELECT count(*) FROM event"), 5);
  EXPECT_TRUE(journal.events().empty());
}

TEST_F(StoreSchema, A_wrong_key_upgrades_nothing) {
  make_version_1();
  keys = new_keys();
  const auto opened = open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error(), StoreError::wrong_key);
  EXPECT_EQ(number("PRAGMA user_version"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM event"), 3);
  EXPECT_TRUE(journal.events().empty());
}

}  // namespace
}  // namespace mfa::test
