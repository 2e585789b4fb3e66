// What root asks of the store as a whole: numbers, backups, and what is said when they cannot be had.
#include "common/flows/upkeep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/flows/stats.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class FakeCopy final : public StoreCopy {
 public:
  const CopyFacts& facts() const override { return facts_; }
  std::expected<std::size_t, StoreError> read(std::span<std::uint8_t> into) override {
    const std::size_t got = std::min(into.size(), rest_.size());
    std::copy_n(rest_.begin(), got, into.begin());
    rest_.erase(0, got);
    return got;
  }

 private:
  CopyFacts facts_{.size = 40'000, .schema = 8, .people = 2, .last = 7, .key = "0a0b0c0d"};
  std::string rest_ = std::string(40'000, 'x');
};

class FakeDraft final : public StoreDraft {
 public:
  std::expected<void, StoreError> append(std::span<const std::uint8_t> bytes) override {
    text.append(bytes.begin(), bytes.end());
    if (text.size() > most) return std::unexpected(StoreError::full);
    return {};
  }
  std::string text;
  std::size_t most = 1'000'000;
};

class FakeStore final : public doubles::MemoryStore {
 public:
  std::expected<std::unique_ptr<StoreCopy>, StoreError> copy() override {
    if (fault) return std::unexpected(*fault);
    return std::make_unique<FakeCopy>();
  }
  std::expected<std::unique_ptr<StoreDraft>, StoreError> draft() override {
    if (fault == StoreError::missing) return std::unexpected(*fault);
    auto draft = std::make_unique<FakeDraft>();
    if (fault == StoreError::full) draft->most = 10;
    return draft;
  }
  std::expected<Restored, StoreError> restore(StoreDraft& draft, const RestoreTerms& given) override {
    terms = given;
    brought = dynamic_cast<FakeDraft&>(draft).text;
    if (fault) return std::unexpected(*fault);
    Restored done;
    done.aside = "/old";
    done.opens = opens;
    return done;
  }
  std::optional<StoreError> fault;
  bool opens = true;
  RestoreTerms terms;
  std::string brought;
};

class Files final : public doubles::Script {
 public:
  std::expected<void, DialogueError> give(std::span<const std::uint8_t> piece) override {
    if (kept.size() >= breaks_at) return std::unexpected(DialogueError::gone);
    if (on_first && kept.empty()) on_first();
    kept.append(piece.begin(), piece.end());
    return {};
  }
  std::expected<Secret, DialogueError> take(std::string_view file) override {
    auto& rest = file == "key" ? key : backup;
    if (file != "key" && breaks_at == 0) return std::unexpected(DialogueError::gone);
    const std::string piece = rest.substr(0, 10);
    rest.erase(0, piece.size());
    return Secret(piece);
  }
  std::string kept, key, backup;
  std::size_t breaks_at = 1'000'000;
  std::function<void()> on_first;
};

class StoreUpkeep : public testing::Test {
 protected:
  StoreUpkeep()
      : engine_{world.settings, store,          world.clock,     world.random,
                world.accounts, world.versions, world.countries, world.failed_passwords,
                world.mailbox,  world.numbers,  world.journal,   "lab-gw"} {}
  Asker asker(Uid uid = Uid{0}) {
    return {
        .caller = {.uid = uid, .pid = 42}, .terminal = std::nullopt, .password = world.passwords, .dialogue = files};
  }
  void record(EventKind kind, std::chrono::seconds ago) {
    Event event;
    event.kind = kind;
    event.at = world.clock.time - ago;
    store.state.events.push_back(event);
  }

  World world;
  FakeStore store;
  Files files;
  Engine engine_;
};

TEST_F(StoreUpkeep, NumbersAreOfTheLastDayAndOfEverybody) {
  using std::chrono::hours;
  record(EventKind::login_passed, hours(25));
  record(EventKind::login_failed, hours(23));
  record(EventKind::login_passed, hours(23));
  record(EventKind::login_trusted, hours(2));
  record(EventKind::login_abandoned, hours(1));
  record(EventKind::provisioned, hours(1));
  ASSERT_TRUE(store.write([&](Transaction& tx) {
    for (std::uint32_t i = 0; i < 3; ++i) tx.add_person({"user" + std::to_string(i)}, Uid{1000 + i}, world.clock.time);
    Factor app;
    app.number = 1;
    app.detail = TotpFactor{.key = World::key(), .parameters = {}, .last_step = TimeStep{-1}};
    tx.add_factor({1}, app);
  }));
  const auto counted = stats(engine_, asker());
  ASSERT_TRUE(counted);
  EXPECT_EQ(counted->users, 3);
  EXPECT_EQ(counted->enrolled, 1);
  EXPECT_EQ(counted->by_factor, (std::map<FactorKind, std::int64_t>{{FactorKind::totp, 1}}));
  EXPECT_EQ(counted->asked, 3);
  EXPECT_EQ(counted->passed, 1);
  EXPECT_EQ(counted->failed, 1);
  EXPECT_EQ(counted->trusted, 1);
  EXPECT_EQ(counted->locked, 0);
  EXPECT_TRUE(counted->whole);
  store.fail_at = 0;
  EXPECT_FALSE(stats(engine_, asker()));
}

TEST_F(StoreUpkeep, ABackupIsRecordedBeforeAnybodyHasIt) {
  bool recorded = false;
  files.on_first = [&] {
    recorded = !store.state.events.empty() && store.state.events.back().kind == EventKind::store_copied;
  };
  const auto done = backup_store(engine_, asker());
  ASSERT_TRUE(done);
  EXPECT_TRUE(recorded);
  EXPECT_EQ(store.state.events.back().actor, "root");
  EXPECT_EQ(store.state.events.back().reason, "to row 7");
  EXPECT_EQ(files.kept, std::string(40'000, 'x'));
  EXPECT_EQ(done->people, 2);
}

TEST_F(StoreUpkeep, WhatCannotBeRecordedIsNotGivenOut) {
  store.fail_at = 0;
  EXPECT_FALSE(backup_store(engine_, asker()));
  EXPECT_EQ(files.kept, "");
}

TEST_F(StoreUpkeep, ABackupThatNobodyTakesIsNone) {
  files.breaks_at = 20'000;
  EXPECT_EQ(backup_store(engine_, asker()).error().kind, RequestError::Kind::gone);
}

TEST_F(StoreUpkeep, WhatComesBackComesWholeWithItsKeyAndTerms) {
  files.backup = "a whole store, in pieces";
  files.key = "mfa-key 1\nand more";
  world.settings.totp_window = 3;
  const auto done = restore_store(engine_, asker(), true);
  ASSERT_TRUE(done);
  EXPECT_EQ(store.brought, "a whole store, in pieces");
  EXPECT_EQ(store.terms.other_key, Secret("mfa-key 1\nand more"));
  EXPECT_EQ(store.terms.steps_ahead, 3);
  EXPECT_EQ(store.terms.about.kind, EventKind::store_restored);
  EXPECT_EQ(store.terms.about.actor, "root");
  EXPECT_EQ(store.terms.about.at, world.clock.time);
}

TEST_F(StoreUpkeep, WithoutOneNoKeyIsAskedFor) {
  files.key = "mfa-key 1";
  ASSERT_TRUE(restore_store(engine_, asker(), false));
  EXPECT_TRUE(store.terms.other_key.empty());
  files.key = std::string(70'000, 'k');
  EXPECT_THAT(restore_store(engine_, asker(), true).error().text, HasSubstr("no key file"));
}

TEST_F(StoreUpkeep, AConnectionThatBreaksChangesNothing) {
  files.breaks_at = 0;
  EXPECT_EQ(restore_store(engine_, asker(), false).error().kind, RequestError::Kind::gone);
  EXPECT_FALSE(store.terms.about.at != UnixTime{});
}

TEST_F(StoreUpkeep, EachFaultIsSaidWithWhatToDo) {
  struct Row {
    StoreError fault;
    const char* says;
    const char* hint;
  };
  for (const auto& [fault, says, hint] :
       {Row{StoreError::damaged, "no backup, or it was cut off or changed", "another one that"},
        Row{StoreError::too_new, "newer release", "Install"}, Row{StoreError::wrong_key, "another key", "--key FILE"},
        Row{StoreError::full, "no room", "Make room"}, Row{StoreError::busy, "Another program", "Try again"},
        Row{StoreError::missing, "no key on this host", "admin init"},
        Row{StoreError::unavailable, "could not be replaced", "system log"}}) {
    store.fault = fault;
    files.backup = "more than ten bytes of it";
    const auto done = restore_store(engine_, asker(), false);
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().text, HasSubstr(says));
    EXPECT_THAT(done.error().hint, HasSubstr(hint));
    EXPECT_FALSE(backup_store(engine_, asker()));
  }
}

TEST_F(StoreUpkeep, WhatIsInItsPlaceButDoesNotOpenIsNoSuccess) {
  store.opens = false;
  const auto done = restore_store(engine_, asker(), false);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("in the store's place now, but does not open"));
  EXPECT_THAT(done.error().text, HasSubstr("/old"));
}

TEST_F(StoreUpkeep, ALongLookKeepsTheConnectionAlive) {
  const auto root = asker();
  ASSERT_TRUE(restore_store(engine_, root, false));
  const std::size_t before = files.shown.size();
  store.terms.alive();
  EXPECT_EQ(files.shown.size(), before + 1);
}

TEST_F(StoreUpkeep, IsRootsAlone) {
  for (const Uid uid : {Uid{1000}, Uid{65534}}) {
    EXPECT_FALSE(stats(engine_, asker(uid)));
    EXPECT_FALSE(backup_store(engine_, asker(uid)));
    EXPECT_FALSE(restore_store(engine_, asker(uid), true));
  }
  EXPECT_THAT(store.state.events, IsEmpty());
  EXPECT_EQ(files.kept, "");
}

}  // namespace
}  // namespace mfa
