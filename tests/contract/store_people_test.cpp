// People, their factors, codes and step-ups: what is written is what is read, also after the store was opened anew.
#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

StepUpMark mark_until(UnixTime until, std::uint32_t epoch = 7) {
  return {.until = until, .epoch = epoch, .password_version = "9f2c61d0"};
}

TEST_P(StoreRows, A_person_is_found_by_name_and_by_uid) {
  const Person alice = person_called("alice", 1001);
  const auto by_name = reading(*store, [](Transaction& tx) { return tx.person_by_name({"alice"}); });
  const auto by_uid = reading(*store, [](Transaction& tx) { return tx.person_by_uid({1001}); });
  ASSERT_TRUE(by_name && *by_name && by_uid && *by_uid);
  for (const Person& found : {**by_name, **by_uid}) {
    EXPECT_EQ(found.id, alice.id);
    EXPECT_EQ(found.name, Username{"alice"});
    EXPECT_EQ(found.uid, Uid{1001});
    EXPECT_EQ(found.first_seen, kStart);
    EXPECT_EQ(found.lockout, LockoutState{});
    EXPECT_EQ(found.default_factor, 0U);
    EXPECT_EQ(found.next_factor, 1U);
    EXPECT_EQ(found.next_trust, 1U);
    EXPECT_EQ(found.failed_since_login, 0U);
    EXPECT_FALSE(found.enrol_by_code);
    EXPECT_EQ(found.epoch, 0U);
  }
}

TEST_P(StoreRows, A_name_is_matched_byte_for_byte) {
  person_called("alice", 1001);
  for (const char* other : {"Alice", "ALICE", "alice ", " alice", "alic", "alice\xCC\x81", "%", "", "1001"}) {
    const auto found = reading(*store, [&](Transaction& tx) { return tx.person_by_name({other}); });
    ASSERT_TRUE(found.has_value());
    EXPECT_FALSE(found->has_value()) << '"' << other << '"';
  }
  const std::string with_nul("alice\0x", 7);
  const auto found = reading(*store, [&](Transaction& tx) { return tx.person_by_name({with_nul}); });
  ASSERT_TRUE(found.has_value());
  EXPECT_FALSE(found->has_value());
}

TEST_P(StoreRows, The_largest_uid_and_unusual_names_come_back_as_they_were) {
  const std::vector<std::pair<std::string, std::uint32_t>> people{{"root", 0},
                                                                  {"svc-x$", 65534},
                                                                  {"o'brien", 4294967294U},
                                                                  {"\xC3\xA9lise", 4294967295U},
                                                                  {"dot.ted", 2147483648U}};
  for (const auto& [name, uid] : people) person_called(name, uid);
  reopen();
  for (const auto& [name, uid] : people) {
    const auto found = reading(*store, [&](Transaction& tx) { return tx.person_by_uid({uid}); });
    ASSERT_TRUE(found && *found) << name;
    EXPECT_EQ((**found).name.value, name);
    EXPECT_EQ((**found).uid.value, uid);
  }
}

TEST_P(StoreRows, A_person_may_get_another_name_and_uid_but_nobody_elses) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, totp_factor(1, "12345678901234567890"));
    tx.replace_recovery_codes(alice.id, std::vector<std::string>{"7k3m92qxd4tp"});
  }));
  for (const auto& [name, uid] : {std::pair("bob", 1003U), std::pair("carol", 1002U)})
    EXPECT_FALSE(store->write([&](Transaction& tx) { tx.rename_person(alice.id, {name}, {uid}); }));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.rename_person(alice.id, {"alice.smith"}, {1001}); }));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.rename_person(bob.id, {"bob"}, {2002}); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.rename_person({4711}, {"carol"}, {1003}); }));
  reopen();
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    EXPECT_FALSE(tx.person_by_name({"alice"}));
    EXPECT_EQ(tx.person_by_name({"alice.smith"}).value().id, alice.id);
    EXPECT_EQ(tx.person_by_uid({1001}).value().name, Username{"alice.smith"});
    EXPECT_EQ(tx.person_by_uid({2002}).value().id, bob.id);
    EXPECT_FALSE(tx.person_by_uid({1002}));
    EXPECT_EQ(std::get<TotpFactor>(tx.factors(alice.id).at(0).detail).key, Secret("12345678901234567890"));
    EXPECT_TRUE(tx.use_recovery_code(alice.id, "7k3m92qxd4tp"));
  }));
}

TEST_P(StoreRows, Of_a_person_who_is_removed_nothing_stays) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const TerminalId terminal{"session 7 tty 3"};
  const auto fill = [&](PersonId person) {
    ASSERT_TRUE(store->write([&](Transaction& tx) {
      tx.add_factor(person, phone_factor(1));
      tx.keep_phone_code(person, 1, code_for({"+64211234567"}));
      tx.replace_recovery_codes(person, std::vector<std::string>{"7k3m92qxd4tp"});
      tx.keep_pending(person, pending_in("address:203.0.113.7"));
      tx.keep_enrolment_code(person, "h4x9ktm2w7qd", kStart + std::chrono::hours(24));
      tx.keep_bypass_code(person, "40291377", {.until = kStart + std::chrono::hours(24), .uses = 3});
      tx.keep_identified(person, {1003}, kStart);
      tx.add_journey(person, {.country = "DE", .until = kStart});
      tx.record_step_up(person, terminal, mark_until(kStart));
      tx.add_trust(person, trust_in(1));
      static_cast<void>(
          tx.add_message(person, {.at = kStart, .number = {"+64211234567"}, .use = PhoneUse::text, .proven = true}));
    }));
  };
  fill(alice.id);
  fill(bob.id);
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.remove_person(alice.id); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.remove_person(alice.id); }));
  reopen();
  const auto expect_kept = [&](PersonId person, bool kept) {
    ASSERT_TRUE(store->read([&](Transaction& tx) {
      EXPECT_EQ(tx.factors(person).size(), kept ? 1U : 0U);
      EXPECT_EQ(tx.phone_code(person, 1).has_value(), kept);
      EXPECT_EQ(tx.recovery_codes_left(person), kept ? 1U : 0U);
      EXPECT_EQ(tx.pending_factor(person).has_value(), kept);
      EXPECT_EQ(tx.enrolment_code_until(person).has_value(), kept);
      EXPECT_EQ(tx.bypass_code(person).has_value(), kept);
      EXPECT_EQ(tx.identified_until(person, {1003}).has_value(), kept);
      EXPECT_EQ(tx.journeys(person).size(), kept ? 1U : 0U);
      EXPECT_EQ(tx.step_up_at(person, terminal).has_value(), kept);
      EXPECT_EQ(tx.trusts(person).size(), kept ? 1U : 0U);
    }));
  };
  expect_kept(alice.id, false);
  expect_kept(bob.id, true);
  const Person next = person_called("alice", 1001);
  EXPECT_NE(next.id, alice.id);
  expect_kept(next.id, false);
}

TEST_P(StoreRows, Neither_name_nor_uid_is_taken_twice) {
  person_called("alice", 1001);
  for (const auto& [name, uid] : {std::pair{"alice", 1002U}, std::pair{"bob", 1001U}}) {
    const auto again = writing(*store, [&](Transaction& tx) { return tx.add_person({name}, {uid}, kStart); });
    EXPECT_FALSE(again.has_value()) << name;
  }
  const auto bob = reading(*store, [](Transaction& tx) { return tx.person_by_name({"bob"}); });
  ASSERT_TRUE(bob.has_value());
  EXPECT_FALSE(bob->has_value());
}

TEST_P(StoreRows, A_person_is_saved_whole_but_for_id_name_and_uid) {
  Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  alice.name = {"mallory"};
  alice.uid = {1};
  alice.first_seen = {1'790'000'005};
  alice.lockout = {7, 3, {1'790'000'010}, {1'790'000'250}};
  alice.default_factor = 2;
  alice.next_factor = 4294967295U;
  alice.next_trust = 4294967294U;
  alice.failed_since_login = 4294967295U;
  alice.enrol_by_code = true;
  alice.asks_off = true;
  alice.told = 9223372036854775807;
  alice.reported = UnixTime{1'790'000'300};
  alice.reported_version = "9f2c61d0";
  alice.epoch = 4294967295U;
  alice.language = "nl";
  alice.exempt_until = UnixTime{1'790'900'000};
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.save(alice); }));
  reopen();
  const auto found = reading(*store, [](Transaction& tx) { return tx.person_by_name({"alice"}); });
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((**found).uid, Uid{1001});
  EXPECT_EQ((**found).first_seen, alice.first_seen);
  EXPECT_EQ((**found).lockout, alice.lockout);
  EXPECT_EQ((**found).default_factor, 2U);
  EXPECT_EQ((**found).next_factor, 4294967295U);
  EXPECT_EQ((**found).next_trust, 4294967294U);
  EXPECT_EQ((**found).failed_since_login, 4294967295U);
  EXPECT_TRUE((**found).enrol_by_code);
  EXPECT_TRUE((**found).asks_off);
  EXPECT_EQ((**found).told, alice.told);
  EXPECT_EQ((**found).epoch, 4294967295U);
  EXPECT_EQ((**found).reported, alice.reported);
  EXPECT_EQ((**found).reported_version, "9f2c61d0");
  EXPECT_EQ((**found).exempt_until, alice.exempt_until);
  EXPECT_EQ((**found).language, "nl");
  const auto other = reading(*store, [](Transaction& tx) { return tx.person_by_name({"bob"}); });
  ASSERT_TRUE(other && *other);
  EXPECT_EQ((**other).lockout, LockoutState{});
  EXPECT_EQ((**other).id, bob.id);
  EXPECT_FALSE((**other).enrol_by_code || (**other).asks_off || (**other).reported);
  EXPECT_EQ((**other).told, 0);
  EXPECT_EQ((**other).language, "");

  alice.lockout = {};
  alice.enrol_by_code = false;
  alice.asks_off = false;
  alice.reported.reset();
  alice.reported_version.clear();
  alice.exempt_until.reset();
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.save(alice); }));
  const auto cleared = reading(*store, [](Transaction& tx) { return tx.person_by_name({"alice"}); });
  ASSERT_TRUE(cleared && *cleared);
  EXPECT_EQ((**cleared).lockout, LockoutState{});
  EXPECT_FALSE((**cleared).enrol_by_code || (**cleared).asks_off || (**cleared).reported);
  EXPECT_TRUE((**cleared).reported_version.empty());
  EXPECT_FALSE((**cleared).exempt_until);
}

TEST_P(StoreRows, Saving_what_is_not_there_fails) {
  Person nobody;
  nobody.id = {4711};
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.save(nobody); }));
  const Person alice = person_called("alice", 1001);
  const Factor factor = totp_factor(1, "12345678901234567890");
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, factor); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.remove_factor(alice.id, 1); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.add_factor({4711}, factor); }));
  const std::vector<std::string> codes{"7k3m92qxd4tp"};
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.replace_recovery_codes({4711}, codes); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.record_step_up({4711}, {"7:34817"}, mark_until(kStart)); }));
}

TEST_P(StoreRows, Factors_come_back_as_they_were_by_number) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  Factor second = totp_factor(2, "a key of another length, 38 bytes long", "tablet \xF0\x9F\x93\xB1");
  second.last_used = UnixTime{1'790'000'300};
  second.detail = TotpFactor{Secret("a key of another length, 38 bytes long"),
                             {HashAlgorithm::sha512, 8, std::chrono::seconds(60)},
                             TimeStep{29'833'333}};
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, second);
    tx.add_factor(alice.id, totp_factor(1, "12345678901234567890"));
    tx.add_factor(bob.id, totp_factor(1, "bob's key of 20 byte"));
  }));
  reopen();
  const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
  ASSERT_TRUE(factors.has_value());
  ASSERT_EQ(factors->size(), 2U);
  const auto& first = factors->at(0);
  EXPECT_EQ(first.id(), "totp-1");
  EXPECT_EQ(first.name, "iPhone");
  EXPECT_EQ(first.added, UnixTime{1'790'000'100});
  EXPECT_EQ(first.last_used, std::nullopt);
  EXPECT_EQ(std::get<TotpFactor>(first.detail).key, Secret("12345678901234567890"));
  EXPECT_EQ(std::get<TotpFactor>(first.detail).last_step, TimeStep{-1});
  EXPECT_EQ(std::get<TotpFactor>(first.detail).parameters, TotpParameters{});
  const auto& other = factors->at(1);
  const auto& expected = std::get<TotpFactor>(second.detail);
  EXPECT_EQ(other.id(), "totp-2");
  EXPECT_EQ(other.name, second.name);
  EXPECT_EQ(other.last_used, second.last_used);
  EXPECT_EQ(std::get<TotpFactor>(other.detail).key, expected.key);
  EXPECT_EQ(std::get<TotpFactor>(other.detail).parameters, expected.parameters);
  EXPECT_EQ(std::get<TotpFactor>(other.detail).last_step, expected.last_step);
}

TEST_P(StoreRows, A_number_of_a_factor_is_taken_once) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, totp_factor(1, "first")); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, totp_factor(1, "second")); }));
  const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
  ASSERT_TRUE(factors && factors->size() == 1);
  EXPECT_EQ(std::get<TotpFactor>(factors->front().detail).key, Secret("first"));
}

TEST_P(StoreRows, Saving_a_factor_keeps_its_key_and_parameters) {
  const Person alice = person_called("alice", 1001);
  Factor factor = totp_factor(1, "12345678901234567890");
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, factor); }));
  factor.name = "Pixel";
  factor.last_used = UnixTime{1'790'000'400};
  factor.added = {1};
  factor.detail =
      TotpFactor{Secret("another key"), {HashAlgorithm::sha256, 8, std::chrono::seconds(90)}, TimeStep{59'666'667}};
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, factor); }));
  const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
  ASSERT_TRUE(factors && factors->size() == 1);
  const Factor& found = factors->front();
  const auto& totp = std::get<TotpFactor>(found.detail);
  EXPECT_EQ(found.name, "Pixel");
  EXPECT_EQ(found.last_used, factor.last_used);
  EXPECT_EQ(totp.last_step, TimeStep{59'666'667});
  EXPECT_EQ(found.added, UnixTime{1'790'000'100});
  EXPECT_EQ(totp.key, Secret("12345678901234567890"));
  EXPECT_EQ(totp.parameters, TotpParameters{});
}

TEST_P(StoreRows, A_removed_factor_is_gone_and_the_others_stay) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    for (std::uint32_t number = 1; number <= 8; ++number) tx.add_factor(alice.id, totp_factor(number, "key"));
  }));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.remove_factor(alice.id, 3); }));
  const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
  ASSERT_TRUE(factors && factors->size() == 7);
  for (const Factor& factor : *factors) EXPECT_NE(factor.number, 3U);
}

TEST_P(StoreRows, A_recovery_code_works_once_and_for_its_person_alone) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const std::vector<std::string> codes{"7k3m92qxd4tp", "000000000000", "zzzzzzzzzzzz"};
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.replace_recovery_codes(alice.id, codes); }));
  reopen();
  const auto use = [&](PersonId person, std::string_view code) {
    return writing(*store, [&](Transaction& tx) { return tx.use_recovery_code(person, code); }).value_or(false);
  };
  const auto left = [&](PersonId person) {
    return reading(*store, [&](Transaction& tx) { return tx.recovery_codes_left(person); }).value_or(99);
  };
  EXPECT_EQ(left(alice.id), 3U);
  EXPECT_EQ(left(bob.id), 0U);
  EXPECT_FALSE(use(bob.id, "7k3m92qxd4tp"));
  for (const char* wrong : {"", "7k3m92qxd4t", "7K3M92QXD4TP", "7k3m-92qx-d4tp", "%"})
    EXPECT_FALSE(use(alice.id, wrong));
  EXPECT_EQ(left(alice.id), 3U);
  const auto was_used = [&](PersonId person, std::string_view code) {
    return reading(*store, [&](Transaction& tx) { return tx.recovery_code_was_used(person, code); }).value_or(true);
  };
  EXPECT_FALSE(was_used(alice.id, "7k3m92qxd4tp"));
  EXPECT_TRUE(use(alice.id, "7k3m92qxd4tp"));
  EXPECT_FALSE(use(alice.id, "7k3m92qxd4tp"));
  EXPECT_EQ(left(alice.id), 2U);
  reopen();
  EXPECT_TRUE(was_used(alice.id, "7k3m92qxd4tp"));
  EXPECT_FALSE(was_used(bob.id, "7k3m92qxd4tp"));
  for (const char* other : {"000000000000", "000000000001", "", "7k3m-92qx-d4tp"})
    EXPECT_FALSE(was_used(alice.id, other)) << other;
}

TEST_P(StoreRows, New_recovery_codes_end_the_old_ones) {
  const Person alice = person_called("alice", 1001);
  const std::vector<std::string> old_codes{"7k3m92qxd4tp", "000000000000"};
  const std::vector<std::string> new_codes{"qqqqqqqqqqqq"};
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.replace_recovery_codes(alice.id, old_codes); }));
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.replace_recovery_codes(alice.id, new_codes); }));
  for (const auto& [code, works] :
       {std::pair{"7k3m92qxd4tp", false}, {"000000000000", false}, {"qqqqqqqqqqqq", true}}) {
    const auto used = writing(*store, [&](Transaction& tx) { return tx.use_recovery_code(alice.id, code); });
    ASSERT_TRUE(used.has_value());
    EXPECT_EQ(*used, works) << code;
  }
  const std::vector<std::string> newest{"000000000000"};  // the same once more is a new one
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.replace_recovery_codes(alice.id, newest);
    EXPECT_FALSE(tx.recovery_code_was_used(alice.id, "qqqqqqqqqqqq"));
    EXPECT_TRUE(tx.use_recovery_code(alice.id, "000000000000"));
    EXPECT_TRUE(tx.recovery_code_was_used(alice.id, "000000000000"));
  }));
}

TEST_P(StoreRows, A_step_up_is_for_one_person_at_one_terminal) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const UnixTime until = kStart + std::chrono::minutes(5);
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.record_step_up(alice.id, {"7:34817"}, mark_until(until)); }));
  reopen();
  const auto mark_of = [&](PersonId person, const char* terminal) {
    return reading(*store, [&](Transaction& tx) { return tx.step_up_at(person, {terminal}); })
        .value_or(mark_until(UnixTime{1}));
  };
  EXPECT_EQ(mark_of(alice.id, "7:34817"), mark_until(until));
  EXPECT_EQ(mark_of(alice.id, "7:34818"), std::nullopt);
  EXPECT_EQ(mark_of(bob.id, "7:34817"), std::nullopt);
  EXPECT_EQ(mark_of(alice.id, ""), std::nullopt);

  const UnixTime later = until + std::chrono::minutes(1);
  ASSERT_TRUE(
      store->write([&](Transaction& tx) { tx.record_step_up(alice.id, {"7:34817"}, mark_until(later, 4294967295U)); }));
  EXPECT_EQ(mark_of(alice.id, "7:34817"), mark_until(later, 4294967295U));
}

TEST_P(StoreRows, Step_ups_are_forgotten_for_one_person_at_all_terminals) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const UnixTime until = kStart + std::chrono::minutes(5);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.record_step_up(alice.id, {"a"}, mark_until(until));
    tx.record_step_up(alice.id, {"b"}, mark_until(until));
    tx.record_step_up(bob.id, {"a"}, mark_until(until));
    tx.forget_step_ups(alice.id);
  }));
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    EXPECT_EQ(tx.step_up_at(alice.id, {"a"}), std::nullopt);
    EXPECT_EQ(tx.step_up_at(alice.id, {"b"}), std::nullopt);
    EXPECT_EQ(tx.step_up_at(bob.id, {"a"}), mark_until(until));
  }));
}

TEST_P(StoreRows, Acts_of_the_helpdesk_are_counted_by_who_did_them_and_since_when) {
  const auto act = [](const std::string& actor, std::uint16_t kind, std::int64_t after) {
    Event event = event_about("alice", static_cast<EventKind>(kind));
    event.actor = actor;
    event.at = {kStart.seconds + after};
    return event;
  };
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    EXPECT_EQ(tx.helpdesk_acts("dora", kStart), 0U);
    tx.append(act("dora", kFirstHelpdeskAct, 0));
    EXPECT_EQ(tx.helpdesk_acts("dora", kStart), 1U);  // within the command too
    tx.append(act("dora", kLastHelpdeskAct, 10));
    tx.append(act("dora", kFirstHelpdeskAct - 1, 10));
    tx.append(act("dora", kLastHelpdeskAct + 1, 10));  // refused
    tx.append(act("dora", static_cast<std::uint16_t>(EventKind::login_passed), 10));
    tx.append(act("", kFirstHelpdeskAct, 10));
    tx.append(act("Dora", kFirstHelpdeskAct, 10));
    tx.append(act("eric", kFirstHelpdeskAct, 5));
  }));
  reopen();
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    EXPECT_EQ(tx.helpdesk_acts("dora", kStart), 2U);
    EXPECT_EQ(tx.helpdesk_acts("dora", {kStart.seconds + 1}), 1U);
    EXPECT_EQ(tx.helpdesk_acts("dora", {kStart.seconds + 10}), 1U);
    EXPECT_EQ(tx.helpdesk_acts("dora", {kStart.seconds + 11}), 0U);
    EXPECT_EQ(tx.helpdesk_acts("eric", kStart), 1U);
    EXPECT_EQ(tx.helpdesk_acts("alice", kStart), 0U);
  }));
}

}  // namespace
}  // namespace mfa::test
