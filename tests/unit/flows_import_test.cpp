// Importing: who gets a factor, who has it already, who is left alone, and what an imported factor is worth afterwards.
#include "common/flows/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/flows/hand_over.h"
#include "common/flows/login.h"
#include "common/flows/verify.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::World;
using testing::HasSubstr;
using testing::SizeIs;
using End = ImportReply::End;

constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};

class Import : public testing::Test {
 protected:
  Import() {
    world.settings.phone.countries = {"NZ"};
    world.settings.phone.default_country = "NZ";
  }

  static ReadRow app(const std::string& user = "alice", Uid uid = Uid{1000}, Secret key = World::key()) {
    return ImportRow{.subject = {{user}, uid},
                     .what = TotpFactor{.key = std::move(key), .parameters = {}, .last_step = TimeStep{-1}},
                     .scratch = {}};
  }
  static ReadRow phone(const std::string& user, Uid uid, const std::string& number, PhoneUse use = PhoneUse::text) {
    return ImportRow{.subject = {{user}, uid}, .what = WrittenPhone{.number = number, .use = use}, .scratch = {}};
  }
  static ReadRow with_scratch() {
    ReadRow row = app();
    row->scratch = {Secret(std::string_view("12345678")), Secret(std::string_view("87654321"))};
    return row;
  }
  std::expected<ImportReply, RequestError> imports(const std::vector<ReadRow>& rows, bool only_tries = false,
                                                   Uid by = Uid{0}, const std::string& source = "oath") {
    const Asker asker{.caller = {.uid = by, .pid = 42},
                      .terminal = std::nullopt,
                      .password = world.passwords,
                      .dialogue = world.dialogue};
    return import_factors(world.engine, asker, {.source = source, .rows = rows, .only_tries = only_tries});
  }
  ImportReply::Row one(const ReadRow& row, bool only_tries = false) {
    const auto reply = imports({row}, only_tries);
    if (!reply || reply->rows.size() != 1) {
      ADD_FAILURE() << "no reply";
      return {};
    }
    return reply->rows.front();
  }
  std::vector<Factor> factors(const std::string& user) {
    const auto found = world.store.state.factors.find(world.person(user).id.value);
    return found == world.store.state.factors.end() ? std::vector<Factor>{} : found->second;
  }
  LoginResult log_in(const std::string& answer) {
    LoginFacts facts;
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    world.dialogue.answers = {answer};
    return login(world.engine, facts, kRoot, world.dialogue).result;
  }
  World world;
};

TEST_F(Import, GivesAFactorAndOneRowOfTheTrail) {
  const auto row = one(app());
  EXPECT_EQ(row.end, End::added);
  EXPECT_EQ(row.factor, "totp-1");
  ASSERT_THAT(world.store.state.events, SizeIs(1));
  const Event& event = world.store.state.events.front();
  EXPECT_EQ(event.kind, EventKind::imported);
  EXPECT_EQ(event.user, "alice");
  EXPECT_EQ(event.actor, "root");
  EXPECT_EQ(event.factor, "totp-1");
  EXPECT_EQ(event.reason, "oath");
  EXPECT_EQ(log_in(world.code()), LoginResult::passed);
}

TEST_F(Import, AgainEndsTheSame) {
  ASSERT_EQ(one(app()).end, End::added);
  ASSERT_EQ(log_in(world.code()), LoginResult::passed);
  const auto last = std::get<TotpFactor>(factors("alice").front().detail).last_step;
  const std::size_t rows = world.store.state.events.size();
  const auto again = one(app());
  EXPECT_EQ(again.end, End::there);
  EXPECT_EQ(again.factor, "totp-1");
  EXPECT_THAT(factors("alice"), SizeIs(1));
  EXPECT_EQ(std::get<TotpFactor>(factors("alice").front().detail).last_step, last) << "what is spent stays spent";
  EXPECT_EQ(world.store.state.events.size(), rows);
  EXPECT_NE(log_in(world.code()), LoginResult::passed);
}

TEST_F(Import, ToTryChangesNothing) {
  world.enrol("bob", Uid{1001});
  const auto reply = imports({app(), app("bob", Uid{1001}), phone("bob", Uid{1001}, "021 12")}, true);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->rows[0].end, End::added);
  EXPECT_EQ(reply->rows[1].end, End::there);
  EXPECT_EQ(reply->rows[2].end, End::refused);
  EXPECT_TRUE(world.store.state.events.empty());
  EXPECT_THAT(world.store.state.people, SizeIs(1));
}

TEST_F(Import, BringsNothingBackThatWasTakenAway) {
  ASSERT_EQ(one(app()).end, End::added);
  const auto taken = [&](bool by_reset) {
    return world.store.write([&](Transaction& tx) {
      Person person = *tx.person_by_name({"alice"});
      tx.remove_factor(person.id, 1);
      person.enrol_by_code = by_reset;
      tx.save(person);
    });
  };
  ASSERT_TRUE(taken(true));
  EXPECT_EQ(one(app()).end, End::left);
  EXPECT_EQ(one(app(), true).end, End::left);
  // Nor once they have another.
  ASSERT_TRUE(world.store.write([&](Transaction& tx) {
    Person person = *tx.person_by_name({"alice"});
    person.enrol_by_code = false;
    tx.add_factor(person.id, {.number = person.next_factor++,
                              .name = "new",
                              .added = world.clock.time,
                              .last_used = {},
                              .detail = TotpFactor{.key = Secret(std::string_view("98765432109876543210")),
                                                   .parameters = {},
                                                   .last_step = TimeStep{-1}}});
    tx.save(person);
  }));
  EXPECT_EQ(one(app()).end, End::left);
  EXPECT_EQ(one(phone("alice", Uid{1000}, "021 123 4567")).end, End::left);
}

// A thief with a shell, or with the password where a key or a rule lets in without a code, writes such a file.
TEST_F(Import, FromAHomeAddsNothingBesideWhatTheyHave) {
  world.enrol("alice", Uid{1000});
  const ReadRow planted = app("alice", Uid{1000}, Secret(std::string_view("98765432109876543210")));
  for (const bool tries : {true, false}) {
    const auto reply = imports({planted, app()}, tries, Uid{0}, "google-authenticator");
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->rows[0].end, End::left);
    EXPECT_THAT(reply->rows[0].why, HasSubstr("another second factor"));
    EXPECT_EQ(reply->rows[1].end, End::there) << "the one they have is theirs";
  }
  EXPECT_THAT(factors("alice"), SizeIs(1));
  EXPECT_TRUE(world.store.state.events.empty());
  EXPECT_EQ(imports({app("bob", Uid{1001})}, false, Uid{0}, "google-authenticator")->rows[0].end, End::added);
}

TEST_F(Import, LeavesWhoeverReportedALoginAlone) {
  ASSERT_EQ(one(phone("alice", Uid{1000}, "021 123 4567")).end, End::added);
  const auto set_reported = [&](std::optional<UnixTime> when) {
    return world.store.write([&](Transaction& tx) {
      Person person = *tx.person_by_name({"alice"});
      person.reported = when;
      tx.save(person);
    });
  };
  ASSERT_TRUE(set_reported(world.clock.time));
  for (const char* source : {"google-authenticator", "oath", "csv"}) {
    const auto reply = imports({app()}, false, Uid{0}, source);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->rows[0].end, End::left);
    EXPECT_THAT(reply->rows[0].why, HasSubstr("password-changed"));
  }
  ASSERT_TRUE(set_reported({}));
  EXPECT_EQ(one(app()).end, End::added);
}

// The file still has the key of whoever left, and their name is a new student's by now.
TEST_F(Import, GivesNobodyWhatWasOfTheLastOneOfThatName) {
  ASSERT_EQ(one(app()).end, End::added);
  const Asker root{.caller = {.uid = Uid{0}, .pid = 42},
                   .terminal = std::nullopt,
                   .password = world.passwords,
                   .dialogue = world.dialogue};
  ASSERT_TRUE(retire_person(world.engine, root, "alice"));
  for (const bool tries : {true, false}) {
    const auto left = one(app("alice", Uid{1009}), tries);
    EXPECT_EQ(left.end, End::left);
    EXPECT_THAT(left.why, HasSubstr("Somebody else had that name"));
  }
  // Nor once the new one has something of their own.
  world.enrol("alice", Uid{1009});
  EXPECT_EQ(one(app("alice", Uid{1009}, Secret(std::string_view("98765432109876543210")))).end, End::left);

  ASSERT_EQ(one(app("bob", Uid{1001})).end, End::added);
  world.accounts.people = {{{"bobby"}, Uid{1001}, Gid{1001}}};
  ASSERT_TRUE(rename_person(world.engine, root, "bob", "bobby"));
  EXPECT_EQ(one(app("bob", Uid{1010})).end, End::left);
  EXPECT_EQ(one(phone("bobby", Uid{1001}, "021 123 4567")).end, End::added) << "theirs goes on under the new name";
}

TEST_F(Import, AgainSpendsWhatWasUsedElsewhereSince) {
  const auto app_used = [](std::int64_t step) {
    ReadRow row = app();
    std::get<TotpFactor>(row->what).last_step = TimeStep{step};
    return row;
  };
  const auto token = [](std::int64_t next) -> ReadRow {
    return ImportRow{
        .subject = {{"bob"}, Uid{1001}},
        .what = HotpFactor{.key = World::key(), .digits = 6, .state = {.next = {next}, .resync = std::nullopt}},
        .scratch = {}};
  };
  const auto step = [&] { return std::get<TotpFactor>(factors("alice").front().detail).last_step.value; };
  const auto next = [&] { return std::get<HotpFactor>(factors("bob").front().detail).state.next.value; };
  ASSERT_TRUE(imports({app_used(100), token(7)}));
  ASSERT_TRUE(imports({app_used(120), token(90)}, true));
  EXPECT_EQ(step(), 100) << "a try";
  for (const auto& [read, kept] : {std::pair{120, 120}, {110, 120}, {-1, 120}}) {
    const auto again = imports({app_used(read), token(read + 1)});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->rows[0].end, End::there);
    EXPECT_EQ(again->rows[1].end, End::there);
    EXPECT_EQ(step(), kept);
    EXPECT_EQ(next(), kept + 1);
  }
  EXPECT_THAT(world.store.state.events, SizeIs(2)) << "nothing to tell";
}

TEST_F(Import, IsForNobodyElse) {
  world.enrol("alice", Uid{1000});
  for (const auto& row : {app("alice", Uid{1001}), app("bob", Uid{1000})}) {
    const auto refused = one(row);
    EXPECT_EQ(refused.end, End::refused);
    EXPECT_THAT(refused.why, HasSubstr("another partner"));
  }
  EXPECT_THAT(factors("alice"), SizeIs(1));
}

TEST_F(Import, AddsBesideWhatTheyHave) {
  world.enrol("alice", Uid{1000});
  EXPECT_EQ(one(phone("alice", Uid{1000}, "021 123 4567")).factor, "sms-2");
  const auto other = one(app("alice", Uid{1000}, Secret(std::string_view("98765432109876543210"))));
  EXPECT_EQ(other.factor, "totp-3");
  EXPECT_EQ(factors("alice").back().name, "authenticator app");
  for (int number = 4; number <= 8; ++number)
    EXPECT_EQ(one(app("alice", Uid{1000}, Secret("key number " + std::to_string(number)))).end, End::added);
  const auto refused = one(app("alice", Uid{1000}, Secret(std::string_view("the ninth of them"))));
  EXPECT_EQ(refused.end, End::refused);
  EXPECT_THAT(refused.why, HasSubstr("alice has 8 factors already"));
}

TEST_F(Import, LooksAtNumbersAsAlways) {
  const std::tuple<std::string, PhoneUse, const char*> rows[] = {
      {"021 123 4567", PhoneUse::text, ""},
      {"021 12", PhoneUse::text, "not a phone number"},
      {"+32 471 12 34 56", PhoneUse::text, "cannot be used"},
      {"09 123 9900", PhoneUse::text, "landline"},
      {"09 123 9900", PhoneUse::call, ""},
      {"021 123 0900", PhoneUse::text, "."},
  };
  std::vector<ReadRow> all;
  for (std::size_t i = 0; i < std::size(rows); ++i)
    all.push_back(phone("user" + std::to_string(i), Uid{2000 + static_cast<std::uint32_t>(i)}, std::get<0>(rows[i]),
                        std::get<1>(rows[i])));
  const auto reply = imports(all, false, Uid{0}, "csv");
  ASSERT_TRUE(reply);
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const bool good = *std::get<2>(rows[i]) == '\0';
    EXPECT_EQ(reply->rows[i].end, good ? End::added : End::refused) << i << reply->rows[i].why;
    EXPECT_EQ(reply->rows[i].why.empty(), good) << i;
  }
  EXPECT_EQ(reply->rows[4].factor, "call-1");
  // One number serves three people.
  for (std::uint32_t i = 0; i < 3; ++i)
    EXPECT_EQ(one(phone("more" + std::to_string(i), Uid{3000 + i}, "021 123 4567")).end,
              i < 2 ? End::added : End::refused);
  world.settings.phone.countries.clear();
  EXPECT_EQ(one(phone("bob", Uid{1001}, "021 765 4321")).end, End::refused);
}

TEST_F(Import, EmergencyCodesAreGoodOnceAndForTheirOwnerAlone) {
  ASSERT_EQ(one(with_scratch()).end, End::added);
  EXPECT_THAT(world.store.state.events, SizeIs(1)) << "one row";
  EXPECT_EQ(world.store.state.events.front().reason, "2 scratch codes, oath");
  EXPECT_EQ(log_in("12345678"), LoginResult::passed);
  EXPECT_EQ(world.store.state.events.back().factor, "recovery");
  EXPECT_NE(log_in("12345678"), LoginResult::passed);
  EXPECT_EQ(world.store.state.events[world.store.state.events.size() - 2].reason, "replayed");
  EXPECT_NE(log_in("11112222"), LoginResult::passed);
  // The helpdesk asks for what can be read out, and that is no such code.
  const Account alice{{"alice"}, Uid{1000}, Gid{1000}};
  const std::set<FactorKind> apps{FactorKind::totp};
  const auto verified = writing(world.store, [&](Transaction& tx) {
    const VerifyFor purpose{.account = alice,
                            .factors = apps,
                            .passed = EventKind::helpdesk_identified,
                            .failed = EventKind::helpdesk_identify_failed,
                            .about = {},
                            .epoch = world.person("alice").epoch};
    return verify(tx, world.settings, world.clock.time, purpose, read_answer("87654321"));
  });
  ASSERT_TRUE(verified);
  EXPECT_FALSE(std::holds_alternative<RightAnswer>(*verified));
  // Nor which of them were used: that would be a guess that counts as none.
  const auto spent = writing(world.store, [&](Transaction& tx) {
    const VerifyFor purpose{.account = alice,
                            .factors = apps,
                            .passed = EventKind::helpdesk_identified,
                            .failed = EventKind::helpdesk_identify_failed,
                            .about = {},
                            .epoch = world.person("alice").epoch};
    return verify(tx, world.settings, world.clock.time, purpose, read_answer("12345678"));
  });
  ASSERT_TRUE(spent);
  EXPECT_FALSE(std::holds_alternative<ReplayedAnswer>(*spent));
  EXPECT_EQ(log_in("8765 4321"), LoginResult::passed);
}

TEST_F(Import, LeavesRecoveryCodesThatTheyHave) {
  world.enrol("alice", Uid{1000});
  ReadRow row = with_scratch();
  std::get<TotpFactor>(row->what).key = Secret(std::string_view("98765432109876543210"));
  ASSERT_EQ(one(row).end, End::added);
  EXPECT_EQ(world.store.state.events.back().reason, "oath");
  EXPECT_NE(log_in("12345678"), LoginResult::passed);
}

TEST_F(Import, GoesOnBehindABadRow) {
  const auto reply = imports({std::unexpected(ImportFault::short_key), app(), std::unexpected(ImportFault::digits)});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->rows[0].end, End::refused);
  EXPECT_EQ(reply->rows[0].why, sentence(ImportFault::short_key));
  EXPECT_EQ(reply->rows[1].end, End::added);
  EXPECT_EQ(reply->rows[2].end, End::refused);
}

TEST_F(Import, IsRootsAlone) {
  const auto refused = imports({app()}, false, Uid{1000});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, RequestError::Kind::refused);
  EXPECT_FALSE(imports({app()}, true, Uid{1000}));
  EXPECT_FALSE(imports({app()}, false, Uid{0}, "ldap"));
  EXPECT_FALSE(imports(std::vector<ReadRow>(kMostImportRows + 1, app())));
  EXPECT_TRUE(world.store.state.people.empty());
}

TEST_F(Import, ThatCannotBeKeptIsSaidSo) {
  world.store.fail_at = 3;
  EXPECT_FALSE(imports({app()}));
}

// The rows before are in the store, and whoever counts them is told.
TEST_F(Import, OfWhatStopsHalfWayTellsTheRowsThatAreKept) {
  std::vector<ReadRow> rows;
  for (std::uint32_t i = 0; i < 70; ++i) rows.push_back(app("user" + std::to_string(i), Uid{2000 + i}));
  ASSERT_TRUE(imports({rows.begin(), rows.begin() + 32}));
  const int operations = world.store.operations;
  world.store.state = {};
  world.store.fail_at = operations + 3;  // in the second lot of 32
  const auto reply = imports(rows);
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->rows, SizeIs(32));
  EXPECT_EQ(reply->rows.back().end, End::added);
  ASSERT_TRUE(reply->stopped);
  EXPECT_EQ(reply->stopped->kind, RequestError::Kind::unavailable);
  EXPECT_THAT(world.store.state.people, SizeIs(32));
  world.store.fail_at = -1;
  const auto again = imports(rows);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->stopped);
  EXPECT_THAT(world.store.state.people, SizeIs(70));
}

}  // namespace
}  // namespace mfa
