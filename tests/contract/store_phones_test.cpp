// Telephones as factors, the codes that are sent to them, and what was sent, as it counts.
#include "tests/contract/store_contract.h"

namespace mfa::test {
namespace {

using namespace std::chrono_literals;

const PhoneNumber kNumber{"+64211234567"};
const PhoneNumber kOther{"+3212345678"};
constexpr UnixTime kNow{1'790'000'000};

TEST_P(StoreRows, A_phone_comes_back_as_it_was) {
  const Person alice = person_called("alice", 1001);
  Factor landline = phone_factor(9, kOther.e164, PhoneUse::call);
  landline.last_used = UnixTime{1'790'000'300};
  std::get<PhoneFactor>(landline.detail).language = "mi-NZ";
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, landline);
    tx.add_factor(alice.id, phone_factor(4));
  }));
  reopen();
  const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
  ASSERT_TRUE(factors && factors->size() == 2);
  EXPECT_EQ(factors->at(0).id(), "sms-4");
  EXPECT_EQ(factors->at(1).id(), "call-9");
  EXPECT_EQ(factors->at(1).last_used, landline.last_used);
  const auto& first = std::get<PhoneFactor>(factors->at(0).detail);
  const auto& second = std::get<PhoneFactor>(factors->at(1).detail);
  EXPECT_EQ(first.number, kNumber);
  EXPECT_EQ(first.use, PhoneUse::text);
  EXPECT_EQ(first.language, "en");
  EXPECT_EQ(second.number, kOther);
  EXPECT_EQ(second.use, PhoneUse::call);
  EXPECT_EQ(second.language, "mi-NZ");
}

TEST_P(StoreRows, Saving_a_phone_changes_its_language_and_never_its_number) {
  const Person alice = person_called("alice", 1001);
  Factor factor = phone_factor(1);
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.add_factor(alice.id, factor); }));
  factor.name = "work";
  factor.last_used = kNow;
  factor.detail = PhoneFactor{.number = kOther, .use = PhoneUse::text, .language = "mi"};
  ASSERT_TRUE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, factor); }));
  for (const Factor& other : {phone_factor(1, kNumber.e164, PhoneUse::call), totp_factor(1, "x"), phone_factor(2)})
    EXPECT_FALSE(store->write([&](Transaction& tx) { tx.save_factor(alice.id, other); })) << other.id();
  reopen();
  const auto factors = reading(*store, [&](Transaction& tx) { return tx.factors(alice.id); });
  ASSERT_TRUE(factors && factors->size() == 1);
  EXPECT_EQ(factors->front().name, "work");
  EXPECT_EQ(factors->front().last_used, kNow);
  EXPECT_EQ(std::get<PhoneFactor>(factors->front().detail).number, kNumber);
  EXPECT_EQ(std::get<PhoneFactor>(factors->front().detail).language, "mi");
}

TEST_P(StoreRows, Whom_a_number_serves_is_counted_by_people) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const Person carol = person_called("carol", 1003);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, phone_factor(1));
    tx.add_factor(bob.id, phone_factor(1));
    tx.add_factor(bob.id, phone_factor(2, kNumber.e164, PhoneUse::call));
    tx.add_factor(carol.id, phone_factor(1, kOther.e164));
  }));
  reopen();
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    EXPECT_EQ(tx.others_with_number(carol.id, kNumber), 2U);
    EXPECT_EQ(tx.others_with_number(alice.id, kNumber), 1U);
    EXPECT_EQ(tx.others_with_number(carol.id, kOther), 0U);
    EXPECT_EQ(tx.others_with_number(alice.id, kOther), 1U);
    EXPECT_EQ(tx.others_with_number(alice.id, {"+6421123456"}), 0U);
    tx.remove_factor(bob.id, 1);
    EXPECT_EQ(tx.others_with_number(carol.id, kNumber), 2U);
    tx.remove_factor(bob.id, 2);
    EXPECT_EQ(tx.others_with_number(carol.id, kNumber), 1U);
  }));
}

TEST_P(StoreRows, A_phones_code_comes_back_as_it_was) {
  const Person alice = person_called("alice", 1001);
  const PhoneCode kept = code_for(kNumber);
  PhoneCode press = code_for(kOther, "enrol mfa-enroll lab-gw");
  press.code = Secret();
  press.tries = 0;
  press.sent = press.used = false;
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.keep_phone_code(alice.id, 4, kept);
    tx.keep_phone_code(alice.id, kUnfinishedPhone, press);
  }));
  reopen();
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    const auto found = tx.phone_code(alice.id, 4);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->purpose, kept.purpose);
    EXPECT_EQ(found->number, kept.number);
    EXPECT_EQ(found->code, kept.code);
    EXPECT_EQ(found->made, kept.made);
    EXPECT_EQ(found->until, kept.until);
    EXPECT_EQ(found->tries, kept.tries);
    EXPECT_TRUE(found->sent);
    EXPECT_TRUE(found->used);
    const auto other = tx.phone_code(alice.id, kUnfinishedPhone);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->purpose, press.purpose);
    EXPECT_EQ(other->number, press.number);
    EXPECT_TRUE(other->code.empty());
    EXPECT_FALSE(other->sent || other->used || other->tries != 0);
    EXPECT_FALSE(tx.phone_code(alice.id, 5));
  }));
}

TEST_P(StoreRows, A_phone_has_one_code) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    tx.add_factor(alice.id, phone_factor(1));
    tx.keep_phone_code(alice.id, 1, code_for(kNumber));
    tx.keep_phone_code(alice.id, 1, code_for(kNumber, "step-up mfa-enroll lab-gw"));
    tx.keep_phone_code(bob.id, 1, code_for(kNumber));
    EXPECT_EQ(tx.phone_code(alice.id, 1).value_or(PhoneCode{}).purpose, "step-up mfa-enroll lab-gw");
    EXPECT_EQ(tx.phone_code(bob.id, 1).value_or(PhoneCode{}).purpose, "login sshd lab-gw");
    tx.drop_phone_code(bob.id, 1);
    tx.drop_phone_code(bob.id, 1);
    EXPECT_FALSE(tx.phone_code(bob.id, 1));
    tx.remove_factor(alice.id, 1);
    EXPECT_FALSE(tx.phone_code(alice.id, 1));
  }));
}

TEST_P(StoreRows, Codes_without_a_person_or_a_purpose_are_not_kept) {
  const Person alice = person_called("alice", 1001);
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.keep_phone_code({4711}, 1, code_for(kNumber)); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { tx.keep_phone_code(alice.id, 1, code_for(kNumber, "")); }));
  EXPECT_FALSE(store->read([&](Transaction& tx) { tx.keep_phone_code(alice.id, 1, code_for(kNumber)); }));
  EXPECT_FALSE(store->read([&](Transaction& tx) { tx.drop_phone_code(alice.id, 1); }));
}

TEST_P(StoreRows, Messages_count_for_their_person_number_and_sort) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const auto add = [&](Transaction& tx, const Person& person, std::chrono::seconds before, const PhoneNumber& number,
                       bool proven) {
    return tx.add_message(person.id, {.at = kNow - before, .number = number, .proven = proven});
  };
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    add(tx, alice, 3599s, kNumber, true);
    add(tx, alice, 40s, kOther, true);
    add(tx, alice, 3600s, kNumber, true);  // an hour ago: for all, no more for her
    add(tx, alice, 24h, kNumber, true);    // a day ago: for nobody
    add(tx, bob, 10s, kNumber, true);
    add(tx, alice, 20h, kNumber, false);
    add(tx, bob, 30s, kNumber, false);
    add(tx, bob, 24h, kNumber, false);
  }));
  reopen();
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    const MessageTally proven = tx.messages_before(alice.id, {.at = kNow, .number = kNumber, .proven = true});
    EXPECT_EQ(proven.of_person, 2U);
    EXPECT_EQ(proven.of_person_in_day, 3U);
    EXPECT_EQ(proven.oldest_of_day, kNow - 3600s);
    EXPECT_EQ(proven.of_number, 2U);
    EXPECT_EQ(proven.of_all, 4U);
    EXPECT_EQ(proven.oldest, kNow - 3599s);
    EXPECT_EQ(proven.last, kNow - 3599s);
    EXPECT_FALSE(proven.last_call);
    const MessageTally unproven = tx.messages_before(alice.id, {.at = kNow, .number = kNumber, .proven = false});
    EXPECT_EQ(unproven.of_person, 1U);
    EXPECT_EQ(unproven.of_number, 2U);
    EXPECT_EQ(unproven.of_all, 2U);
    EXPECT_EQ(unproven.oldest, kNow - 20h);
    EXPECT_EQ(unproven.last, kNow - 3599s);
    const MessageRecord call{.at = kNow, .number = kNumber, .use = PhoneUse::call, .proven = true};
    EXPECT_FALSE(tx.messages_before(alice.id, call).last) << "texts";
    EXPECT_EQ(tx.messages_before(alice.id, call).of_person, 2U) << "which count all the same";
    const MessageTally nobodys = tx.messages_before(bob.id, {.at = kNow, .number = {"+4930123456"}, .proven = true});
    EXPECT_EQ(nobodys.of_person, 1U);
    EXPECT_EQ(nobodys.of_number, 0U);
    EXPECT_FALSE(nobodys.last);
  }));
}

// Or a clock that was ahead once would stop all texts until it is then again.
TEST_P(StoreRows, Messages_of_a_clock_that_was_set_back_count_no_longer_than_others) {
  const Person alice = person_called("alice", 1001);
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    static_cast<void>(tx.add_message(alice.id, {.at = kNow + 59min, .number = kNumber, .proven = true}));
    static_cast<void>(tx.add_message(alice.id, {.at = kNow + 23h, .number = kNumber, .proven = true}));
    static_cast<void>(tx.add_message(alice.id, {.at = kNow + 25h, .number = kNumber, .proven = true}));
  }));
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    const MessageTally tally = tx.messages_before(alice.id, {.at = kNow, .number = kNumber, .proven = true});
    EXPECT_EQ(tally.of_person, 1U);
    EXPECT_EQ(tally.of_number, 1U);
    EXPECT_EQ(tally.of_all, 2U);
    EXPECT_EQ(tally.last, kNow + 59min);
  }));
}

TEST_P(StoreRows, A_call_rests_until_one_was_answered) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const MessageRecord call{.at = kNow, .number = kNumber, .use = PhoneUse::call, .proven = true};
  const auto last_call = [&](Transaction& tx, std::chrono::seconds later) {
    MessageRecord next = call;
    next.at = kNow + later;
    return tx.messages_before(alice.id, next).last_call;
  };
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    const MessageId text = tx.add_message(alice.id, {.at = kNow, .number = kNumber, .proven = true});
    EXPECT_FALSE(last_call(tx, 1s));
    EXPECT_TRUE(tx.end_message(alice.id, text, MessageEnd::failed));
    const MessageId open = tx.add_message(alice.id, call);
    EXPECT_NE(open, text);
    EXPECT_EQ(last_call(tx, 599s), kNow);
    EXPECT_FALSE(last_call(tx, 600s));
    EXPECT_FALSE(tx.end_message(bob.id, open, MessageEnd::taken)) << "not his";
    EXPECT_TRUE(tx.end_message(alice.id, open, MessageEnd::taken));
    EXPECT_FALSE(tx.end_message(alice.id, open, MessageEnd::taken)) << "once";
    EXPECT_FALSE(last_call(tx, 1s));
    const MessageId unanswered = tx.add_message(alice.id, call);
    EXPECT_TRUE(tx.end_message(alice.id, unanswered, MessageEnd::unanswered));
    EXPECT_EQ(last_call(tx, 1s), kNow);
    EXPECT_FALSE(tx.end_message(alice.id, {4711}, MessageEnd::taken));
  }));
  EXPECT_FALSE(store->read([&](Transaction& tx) { static_cast<void>(tx.add_message(alice.id, call)); }));
  EXPECT_FALSE(store->write([&](Transaction& tx) { static_cast<void>(tx.add_message({4711}, call)); }));
}

TEST_P(StoreRows, A_call_that_is_open_is_told_from_one_that_rang_out) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const MessageRecord call{.at = kNow, .number = kNumber, .use = PhoneUse::call, .proven = true};
  const auto before = [&](Transaction& tx, const Person& person, const PhoneNumber& number = kNumber) {
    MessageRecord next = call;
    next.at = kNow + 1s;
    next.number = number;
    return tx.messages_before(person.id, next);
  };
  MessageId first, second;
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    static_cast<void>(tx.add_message(alice.id, {.at = kNow, .number = kNumber, .proven = true}));
    EXPECT_FALSE(before(tx, alice).open_call) << "a text";
    first = tx.add_message(alice.id, call);
    second = tx.add_message(bob.id, call);
  }));
  reopen();
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    EXPECT_EQ(before(tx, alice).open_call, kNow);
    EXPECT_TRUE(before(tx, alice).open_here);
    EXPECT_EQ(before(tx, alice, kOther).open_call, kNow);
    EXPECT_FALSE(before(tx, alice, kOther).open_here);
    tx.end_open_messages(alice.id);
    EXPECT_FALSE(before(tx, alice).open_call);
    EXPECT_EQ(before(tx, alice).last_call, kNow);
    EXPECT_FALSE(tx.end_message(alice.id, first, MessageEnd::taken)) << "too late";
    EXPECT_EQ(before(tx, bob).open_call, kNow) << "his is his own";
    EXPECT_TRUE(tx.end_message(bob.id, second, MessageEnd::taken));
    EXPECT_FALSE(before(tx, bob).open_call);
    tx.end_open_messages(alice.id);  // none
  }));
  EXPECT_FALSE(store->read([&](Transaction& tx) { tx.end_open_messages(alice.id); }));
}

// An outage sends nothing, and uses up nobody's budget.
TEST_P(StoreRows, What_failed_counts_for_its_person_alone_and_for_ten_minutes) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const auto add = [&](Transaction& tx, std::chrono::seconds before, bool proven, PhoneUse use, MessageEnd end) {
    const MessageId id =
        tx.add_message(alice.id, {.at = kNow - before, .number = kNumber, .use = use, .proven = proven});
    EXPECT_TRUE(tx.end_message(alice.id, id, end));
  };
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    add(tx, 600s, true, PhoneUse::text, MessageEnd::failed);
    add(tx, 599s, true, PhoneUse::text, MessageEnd::failed);
    add(tx, 10s, false, PhoneUse::call, MessageEnd::failed);
    add(tx, 50min, true, PhoneUse::text, MessageEnd::unanswered);
  }));
  reopen();
  ASSERT_TRUE(store->read([&](Transaction& tx) {
    for (const bool proven : {true, false}) {
      const MessageTally tally = tx.messages_before(alice.id, {.at = kNow, .number = kNumber, .proven = proven});
      EXPECT_EQ(tally.failed, 2U);
      EXPECT_EQ(tally.oldest_failed, kNow - 599s);
      EXPECT_EQ(tally.of_person, proven ? 1U : 0U);
      EXPECT_EQ(tally.of_person_in_day, proven ? 1U : 0U);
      EXPECT_EQ(tally.of_number, proven ? 1U : 0U);
      EXPECT_EQ(tally.of_all, proven ? 1U : 0U);
      EXPECT_EQ(tally.last, kNow - 50min);
      EXPECT_FALSE(tally.last_call);
    }
    const MessageTally bobs = tx.messages_before(bob.id, {.at = kNow, .number = kNumber, .proven = true});
    EXPECT_EQ(bobs.failed, 0U);
    EXPECT_FALSE(bobs.oldest_failed);
  }));
}

// Or whoever sets the clock, or a host that starts with a wrong one, gives everybody a new budget.
TEST_P(StoreRows, A_clock_that_is_ahead_for_a_while_forgets_no_message) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const MessageRecord message{.at = kNow, .number = kNumber, .proven = true};
  MessageRecord ahead = message;
  ahead.at = kNow + 29 * 24h;
  PhoneCode late = code_for(kOther);
  late.until = late.until + 29 * 24h;
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    static_cast<void>(tx.add_message(alice.id, message));
    tx.keep_phone_code(alice.id, 1, code_for(kNumber));
    static_cast<void>(tx.add_message(bob.id, ahead));
    tx.keep_phone_code(bob.id, 1, late);
    EXPECT_EQ(tx.messages_before(alice.id, message).of_person, 1U);
    EXPECT_TRUE(tx.phone_code(alice.id, 1));
  }));
}

TEST_P(StoreRows, A_message_that_was_not_tried_is_forgotten) {
  const Person alice = person_called("alice", 1001);
  const Person bob = person_called("bob", 1002);
  const MessageRecord call{.at = kNow, .number = kNumber, .use = PhoneUse::call, .proven = true};
  ASSERT_TRUE(store->write([&](Transaction& tx) {
    const MessageId turned_away = tx.add_message(alice.id, call);
    tx.forget_message(bob.id, turned_away);
    EXPECT_EQ(tx.messages_before(alice.id, call).of_person, 1U) << "not his";
    tx.forget_message(alice.id, turned_away);
    const MessageTally tally = tx.messages_before(alice.id, call);
    EXPECT_EQ(tally.of_person + tally.of_number + tally.of_all + tally.failed, 0U);
    EXPECT_FALSE(tally.last || tally.last_call || tally.open_call);
    EXPECT_FALSE(tx.end_message(alice.id, turned_away, MessageEnd::taken));
    const MessageId ended = tx.add_message(alice.id, call);
    EXPECT_NE(ended, turned_away);
    EXPECT_TRUE(tx.end_message(alice.id, ended, MessageEnd::taken));
    tx.forget_message(alice.id, ended);
    EXPECT_EQ(tx.messages_before(alice.id, call).of_person, 1U) << "it went out";
  }));
  EXPECT_FALSE(store->read([&](Transaction& tx) { tx.forget_message(alice.id, {1}); }));
}

// What sessions count side by side they count one after the other: no budget is spent twice.
TEST_P(StoreRows, The_last_message_of_a_budget_is_taken_once) {
  const Person alice = person_called("alice", 1001);
  const MessageRecord message{.at = kNow, .number = kNumber, .proven = true};
  int taken = 0;
  for (int session = 0; session < 4; ++session) {
    ASSERT_TRUE(store->write([&](Transaction& tx) {
      if (tx.messages_before(alice.id, message).of_person >= 1) return;
      static_cast<void>(tx.add_message(alice.id, message));
      ++taken;
    }));
  }
  EXPECT_EQ(taken, 1);
}

}  // namespace
}  // namespace mfa::test
