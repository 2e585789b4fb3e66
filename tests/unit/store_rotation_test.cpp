// A new key: all that was kept can be read and checked as before, with the new key alone, wherever it was broken off.
#include <fmt/format.h>
#include <signal.h>

#include "common/domain/event_line.h"
#include "common/store/rotation.h"
#include "common/store/sealed.h"
#include "tests/unit/killed.h"
#include "tests/unit/store_fixture.h"

namespace mfa::test {
namespace {

using std::chrono::hours;

constexpr const char* kRecovery = "7k3m92qxd4tp";
constexpr const char* kEnrolment = "h4x9ktm2w7qd";
constexpr const char* kBypassCode = "40291377";
const PhoneNumber kNumber{"+64211234567"};

Event rotation_event() {
  Event event;
  event.kind = EventKind::key_rotated;
  event.at = {1'790'000'300};
  event.actor = "root";
  return event;
}

class StoreRotation : public StoreFolder {
 protected:
  void SetUp() override {
    StoreFolder::SetUp();
    key_path_ = folder / "key";
    write_bytes(key_path_, std::string(KeyRing::generate().value().text()));
    keys = KeyRing::parse(Secret(bytes_of(key_path_))).value();
    create();
    auto store = opened();
    ASSERT_TRUE(store->write([&](Transaction& tx) {
      alice_ = tx.add_person({"alice"}, {1001}, kStart).id;
      tx.add_factor(alice_, totp_factor(1, "12345678901234567890"));
      tx.add_factor(alice_, token_factor(2, "abcdefghijklmnopqrst"));
      tx.add_factor(alice_, phone_factor(3, kNumber.e164));
      tx.add_factor(alice_, key_factor(4));
      tx.keep_phone_code(alice_, 3, code_for(kNumber));
      tx.keep_pending(alice_, pending_in("address:203.0.113.7"));
      tx.replace_recovery_codes(alice_, std::vector<std::string>{kRecovery});
      tx.keep_enrolment_code(alice_, kEnrolment, kStart + hours(24));
      tx.keep_bypass_code(alice_, kBypassCode, bypass());
      bob_ = tx.add_person({"bob"}, {1002}, kStart).id;
      for (std::uint32_t number = 1; number <= 1200; ++number)
        tx.add_factor(bob_, totp_factor(number, "bobs key"));  // more than are held in memory at a time
    }));
  }
  KeyFile key_file() {
    return {.read = [this]() -> std::expected<Secret, std::string> { return Secret(bytes_of(key_path_)); },
            .replace = [this](const Secret& text) -> std::expected<void, std::string> {
              ++replaced_;
              if (replaced_ == die_before_) static_cast<void>(raise(SIGKILL));
              if (replaced_ == fail_at_) return std::unexpected("no room");
              write_bytes(folder / "key.new", std::string(text.text()));
              std::filesystem::rename(folder / "key.new", key_path_);
              if (replaced_ == die_after_) static_cast<void>(raise(SIGKILL));
              return {};
            }};
  }
  // With the ring of before, as whoever started before it was changed.
  std::unique_ptr<SqliteStore> opened(StoreMode mode = StoreMode::resident) {
    auto store = SqliteStore::open(path, keys, journal, {.mode = mode, .key_file = key_file()});
    EXPECT_TRUE(store.has_value()) << journal.notes();
    return store ? *std::move(store) : nullptr;
  }
  [[nodiscard]] static Bypass bypass() { return {.until = kStart + hours(24), .uses = 1}; }
  [[nodiscard]] KeyRing ring() const { return KeyRing::parse(Secret(bytes_of(key_path_))).value(); }

  // All is there and is what it was; with what the key file holds now and nothing else.
  void expect_all_as_before(const std::string& when) {
    SCOPED_TRACE(when);
    keys = ring();
    auto store = opened();
    ASSERT_NE(store, nullptr);
    ASSERT_TRUE(store->write([&](Transaction& tx) {
      const auto factors = tx.factors(alice_);
      ASSERT_EQ(factors.size(), 4U);
      EXPECT_EQ(std::get<TotpFactor>(factors[0].detail).key, Secret("12345678901234567890"));
      EXPECT_EQ(std::get<HotpFactor>(factors[1].detail).key, Secret("abcdefghijklmnopqrst"));
      EXPECT_EQ(std::get<PhoneFactor>(factors[2].detail).number, kNumber);
      EXPECT_EQ(tx.others_with_number(bob_, kNumber), 1U);
      EXPECT_EQ(tx.phone_code(alice_, 3).value().code, code_for(kNumber).code);
      EXPECT_EQ(tx.pending_factor(alice_).value().key, pending_in("").key);
      EXPECT_TRUE(tx.enrolment_code_holds(alice_, kEnrolment, kStart));
      EXPECT_FALSE(tx.enrolment_code_holds(alice_, kRecovery, kStart));
      EXPECT_TRUE(tx.use_bypass_code(alice_, kBypassCode, kStart));
      tx.keep_bypass_code(alice_, kBypassCode, bypass());  // for the next look
      EXPECT_TRUE(tx.recovery_code_was_used(alice_, kRecovery) || tx.use_recovery_code(alice_, kRecovery));
      EXPECT_FALSE(tx.use_recovery_code(alice_, kRecovery));
      EXPECT_EQ(tx.factors(bob_).size(), 1200U);
      tx.append(event_about("alice"));
    }));
    const auto trail = store->verify_trail([] {});
    ASSERT_TRUE(trail.has_value());
    EXPECT_TRUE(trail->damage.empty());
    EXPECT_EQ(ring().openers(), 1U);
  }
  [[nodiscard]] std::int64_t sealed_with_key(KeyId id) const {
    Connection connection(path);
    std::int64_t count = 0;
    for (const char* table : {"factor", "pending_factor", "phone_code"})
      count += connection.number(
          fmt::format("SELECT count(*) FROM {} WHERE hex(substr(sealed, 2, 4)) = '{:08X}'", table, id.value));
    return count;
  }

  std::string key_path_;
  PersonId alice_, bob_;
  int replaced_ = 0, die_before_ = 0, die_after_ = 0, fail_at_ = 0;
};

constexpr std::int64_t kSealed = 3 + 1200 + 2;

TEST_F(StoreRotation, All_is_sealed_anew_and_checked_as_before) {
  const KeyId old = keys.newest();
  {
    auto store = opened();
    const auto done = store->rotate_key(rotation_event());
    ASSERT_TRUE(done.has_value()) << journal.notes();
    EXPECT_EQ(done->before, fmt::format("{:08x}", old.value));
    EXPECT_EQ(done->now, fmt::format("{:08x}", ring().newest().value));
    EXPECT_NE(done->now, done->before);
    EXPECT_EQ(done->sealed, kSealed);
    EXPECT_EQ(journal.events().back().first.reason, done->before + " to " + done->now);
    // In the same engine, without a new start.
    ASSERT_TRUE(store->write([&](Transaction& tx) { tx.keep_pending(bob_, pending_in("console:console")); }));
  }
  EXPECT_EQ(sealed_with_key(old), 0);
  EXPECT_EQ(sealed_with_key(ring().newest()), kSealed + 1);
  expect_all_as_before("at once");
}

TEST_F(StoreRotation, While_the_trail_is_walked_it_is_no_damage) {
  auto store = opened();
  ASSERT_TRUE(store->write([](Transaction& tx) {
    for (int i = 0; i < 5000; ++i) tx.append(event_about("alice"));
  }));
  int parts = 0;
  const auto found = store->verify_trail([&] {
    if (++parts != 2) return;
    ASSERT_TRUE(store->rotate_key(rotation_event()).has_value()) << journal.notes();
  });
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->damage.empty()) << name_of(found->damage.front().damage);
  EXPECT_EQ(found->rows, 5002) << "with the new row";
  // Again and again: it gives up.
  const auto never =
      store->verify_trail([&] { ASSERT_TRUE(store->rotate_key(rotation_event()).has_value()) << journal.notes(); });
  ASSERT_FALSE(never.has_value());
  EXPECT_EQ(never.error(), StoreError::busy);
}

// Who has an older store with its key file finds in the log what it lacks.
TEST_F(StoreRotation, Its_line_is_proven_with_the_old_key) {
  const KeyRing old = keys;
  ASSERT_TRUE(opened()->rotate_key(rotation_event()).has_value());
  const auto [event, mark] = journal.events().back();
  ASSERT_EQ(event.kind, EventKind::key_rotated);
  const std::string line = event_line(event, mark);
  const ProvenLine proven{.text = line.substr(0, line.rfind(" proof=")), .proof = mark.proof};
  {
    Connection connection(path);
    EXPECT_EQ(origin_of(connection, ring(), proven), LineOrigin::engine);
  }
  tamper("DELETE FROM event WHERE kind = 62");
  Connection older(path);
  EXPECT_EQ(origin_of(older, old, proven), LineOrigin::engine);
}

ProvenLine line_by(const KeyRing& ring, const Event& event, std::int64_t seq, const Digest& chain) {
  const TrailMark mark = mark_of(ring, event, {.seq = seq, .chain = chain});
  const std::string line = event_line(event, mark);
  return {.text = line.substr(0, line.rfind(" proof=")), .proof = mark.proof};
}

// Or a rotation after somebody left would leave them able to cry wolf with logger(1).
TEST_F(StoreRotation, Who_kept_the_old_key_writes_lines_of_its_own_rows_alone) {
  const KeyRing old = keys;
  const Event own = event_about("alice");
  const std::int64_t before = Connection(path).number("SELECT max(seq) FROM event") + 1;
  {
    auto store = opened();
    ASSERT_TRUE(store->write([&](Transaction& tx) { tx.append(own); }));
    ASSERT_TRUE(store->rotate_key(rotation_event()).has_value());
    ASSERT_TRUE(store->write([&](Transaction& tx) { tx.append(own); }));
  }
  const KeyRing now = ring();
  Connection connection(path);
  EXPECT_EQ(origin_of(connection, now, line_by(old, own, before, {})), LineOrigin::engine) << "it could always";
  EXPECT_EQ(origin_of(connection, now, line_by(old, own, before + 1, {})), LineOrigin::unknown)
      << "the row of the change";
  EXPECT_EQ(origin_of(connection, now, line_by(old, own, before + 2, {})), LineOrigin::unknown) << "one behind it";
  EXPECT_EQ(origin_of(connection, now, line_by(old, own, before + 3, {})), LineOrigin::old_key)
      << "one that is not there";
  for (const std::int64_t seq : {before + 2, before + 3})
    EXPECT_EQ(origin_of(connection, now, line_by(now, own, seq, {})), LineOrigin::engine) << seq;
  EXPECT_EQ(origin_of(connection, now, line_by(now, own, before, {})), LineOrigin::unknown)
      << "nor does the new one write older rows";
}

std::string retired_lines(std::size_t count) {
  const std::string hex(64, '0');
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) lines += fmt::format("retired {:08x} {} {}\n", i, hex, hex);
  return lines;
}

TEST_F(StoreRotation, Old_keys_that_prove_nothing_any_more_go) {
  const std::string text = bytes_of(key_path_);
  write_bytes(key_path_, "mfa-key 2\n" + retired_lines(kMostRetired) + text.substr(text.find('\n') + 1));
  keys = ring();
  ASSERT_TRUE(opened()->rotate_key(rotation_event()).has_value()) << journal.notes();
  EXPECT_EQ(ring().retired(), 1U) << "the one that proves the rows until now";
  EXPECT_EQ(ring().openers(), 1U);
}

// Before anything is sealed: two whole keys would be left in the file else.
TEST_F(StoreRotation, Where_each_old_key_proves_something_a_full_key_file_refuses) {
  {
    auto store = opened();
    ASSERT_TRUE(store->write([&](Transaction& tx) {
      for (std::size_t i = 0; i < kMostRetired; ++i) tx.append(event_about("alice"));
    }));
  }
  const std::string text = bytes_of(key_path_);
  write_bytes(key_path_, "mfa-key 2\n" + retired_lines(kMostRetired) + text.substr(text.find('\n') + 1));
  tamper(fmt::format("UPDATE event SET chain_key = seq - 2 WHERE seq BETWEEN 2 AND {}", kMostRetired + 1).c_str());
  const std::string full = bytes_of(key_path_);
  keys = ring();
  auto store = opened();
  const auto done = store->rotate_key(rotation_event());
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error(), StoreError::keys_full);
  EXPECT_EQ(bytes_of(key_path_), full);
  EXPECT_EQ(replaced_, 0);
  const auto looked = store->examine();
  ASSERT_TRUE(looked.has_value());
  EXPECT_TRUE(looked->keys_near_full);
  EXPECT_EQ(looked->keys_left, 0U);
  EXPECT_EQ(looked->old_keys, 0U);
}

TEST_F(StoreRotation, The_old_key_is_gone_and_what_is_kept_of_it_opens_nothing) {
  const Secret old_text(bytes_of(key_path_));
  const KeyId old = keys.newest();
  ASSERT_TRUE(opened()->rotate_key(rotation_event()).has_value());
  const std::string text = bytes_of(key_path_);
  EXPECT_EQ(text.find(old_text.text().substr(old_text.text().find('\n') + 10, 64)), std::string::npos);
  EXPECT_EQ(ring().subkey(old, KeyUse::seal), nullptr);
  EXPECT_FALSE(ring().opens_with(old));
  EXPECT_EQ(*ring().subkey(old, KeyUse::codes), KeyRing::parse(old_text)->subkey(KeyUse::codes));
  EXPECT_EQ(SqliteStore::open(path, KeyRing::parse(old_text).value(), journal).error(), StoreError::wrong_key);
}

TEST_F(StoreRotation, Again_and_again) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(opened()->rotate_key(rotation_event()).has_value()) << journal.notes();
    expect_all_as_before(fmt::format("round {}", i));
  }
  EXPECT_EQ(ring().newest_first().size(), 4U);
}

// Killed before and after each time that the key file is written, and in the middle of a transaction's end.
TEST_F(StoreRotation, Killed_at_any_point_it_is_one_key_or_the_other) {
  for (const int at : {1, 2}) {
    for (int* when : {&die_before_, &die_after_}) {
      keys = ring();
      const KeyId old = keys.newest();
      const pid_t child = in_a_process([&] {
        *when = at;
        replaced_ = 0;
        return opened()->rotate_key(rotation_event()).has_value();
      });
      EXPECT_EQ(status_of(child), 256 + SIGKILL);
      expect_all_as_before(fmt::format("{} {}", at, when == &die_before_ ? "before" : "after"));
      EXPECT_EQ(ring().newest() == old, at == 1) << journal.notes();
      EXPECT_EQ(sealed_with_key(ring().newest()), kSealed);
    }
  }
}

TEST_F(StoreRotation, Killed_before_any_change_on_disk_it_is_one_key_or_the_other) {
  const auto rotates = [&] { return opened(StoreMode::per_command)->rotate_key(rotation_event()).has_value(); };
  int moments = 0;
  for (const auto& calls : {std::span<const int>(kOfNames), std::span<const int>(kOfBytes)}) {
    for (int change = 1;; change += 1 + change / 8, ++moments) {
      keys = ring();
      if (!killed_before(change, calls, in_a_process(led(rotates)))) break;
      expect_all_as_before(fmt::format("before change {}", change));
    }
  }
  EXPECT_GE(moments, 8);
}

TEST_F(StoreRotation, A_key_file_that_cannot_be_written_leaves_all_as_it_was) {
  const std::string before = bytes_of(key_path_);
  fail_at_ = 1;
  EXPECT_EQ(opened()->rotate_key(rotation_event()).error(), StoreError::unavailable);
  EXPECT_EQ(bytes_of(key_path_), before);
  expect_all_as_before("refused");
}

// The second time it is written the new key counts already.
TEST_F(StoreRotation, A_key_file_that_cannot_be_tidied_is_tidied_at_the_next_start) {
  fail_at_ = 2;
  ASSERT_TRUE(opened()->rotate_key(rotation_event()).has_value());
  EXPECT_EQ(ring().openers(), 2U);
  EXPECT_NE(journal.notes().find("an old key stays in the key file"), std::string::npos) << journal.notes();
  expect_all_as_before("tidied");
}

TEST_F(StoreRotation, A_damaged_value_leaves_all_as_it_was) {
  tamper("UPDATE factor SET sealed = zeroblob(53) WHERE number = 1200");
  const std::string before = bytes_of(key_path_);
  const KeyId old = keys.newest();
  EXPECT_EQ(opened()->rotate_key(rotation_event()).error(), StoreError::damaged);
  EXPECT_EQ(bytes_of(key_path_), before);
  EXPECT_EQ(sealed_with_key(old), kSealed - 1);
}

TEST_F(StoreRotation, A_session_that_read_the_keys_before_finds_the_new_one) {
  auto session = opened(StoreMode::per_command);
  ASSERT_TRUE(opened(StoreMode::per_command)->rotate_key(rotation_event()).has_value()) << journal.notes();
  EXPECT_EQ(reading(*session, [&](Transaction& tx) { return tx.factors(alice_).size(); }), 4U) << journal.notes();
  ASSERT_TRUE(session->write([&](Transaction& tx) { tx.keep_pending(bob_, pending_in("console:console")); }));
  EXPECT_EQ(sealed_with_key(ring().newest()), kSealed + 1);
}

// What somebody put there by hand is not taken for the store's key.
TEST_F(StoreRotation, A_key_that_is_only_in_the_file_seals_nothing) {
  const KeyId old = ring().newest();
  write_bytes(key_path_, std::string(KeyRing::with_new_key(Secret(bytes_of(key_path_)))->text()));
  EXPECT_NE(ring().newest(), old);
  expect_all_as_before("a key more");
  EXPECT_EQ(ring().newest(), old);
  EXPECT_EQ(ring().newest_first().size(), 1U);
}

TEST_F(StoreRotation, Values_sealed_with_another_key_keep_that_key) {
  const Secret both = KeyRing::with_new_key(Secret(bytes_of(key_path_))).value();
  write_bytes(key_path_, std::string(both.text()));
  const std::string blob = seal(ring(), {alice_.value, 1, 1, "factor key"}, Secret("12345678901234567890"));
  tamper(fmt::format("UPDATE factor SET sealed = x'{}' WHERE person = {} AND number = 1",
                     to_hex({reinterpret_cast<const std::uint8_t*>(blob.data()), blob.size()}), alice_.value)
             .c_str());
  keys = ring();
  auto store = opened();
  EXPECT_EQ(ring().openers(), 2U);
  EXPECT_EQ(reading(*store, [&](Transaction& tx) { return tx.factors(alice_).size(); }), 4U);
}

}  // namespace
}  // namespace mfa::test
