// What was proven counts until something changes that it rested on: a dialogue that stands open does not outlive it.
#include "common/flows/enrolment_codes.h"
#include "common/flows/proven.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <regex>

#include "common/domain/base32.h"
#include "common/flows/asking.h"
#include "common/flows/devices.h"
#include "common/flows/guided.h"
#include "common/flows/helpdesk_acts.h"
#include "common/flows/history.h"
#include "common/flows/keys.h"
#include "common/flows/login.h"
#include "common/flows/reporting.h"
#include "common/flows/tokens.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using doubles::Script;
using doubles::World;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kPassword[] = "correct horse";
constexpr char kSeed[] = "4d6f6c6520313233343536373839303132333435";
constexpr char kKeyLine[] =
    "sk-ssh-ed25519@openssh.com "
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAID399lLVLyVJbvy7+5p3nr74hsJhLvdkSB7LCsjcyBqVAAAABHNzaDo=";
const TerminalId kHere{"session 7 tty 3"};
const TerminalId kElsewhere{"session 8 tty 4"};
using Refusal = std::optional<RequestError>;

template <class Reply>
Refusal refusal_of(const std::expected<Reply, RequestError>& reply) {
  return reply ? std::nullopt : Refusal(reply.error());
}

// One person at two terminals: what is done elsewhere happens in the middle of the dialogue here.
class TwoTerminals {
 public:
  TwoTerminals() {
    Rule rule;
    rule.name = "everyone";
    rule.mfa = Requirement::optional;
    world.settings.rules = {rule};
    world.settings.key_self_enrol = true;
    world.accounts.people.push_back({{"clerk"}, Uid{2000}, Gid{2000}});
    world.accounts.groups["mfa-helpdesk"] = {"clerk"};
  }
  Asker here(Uid uid = {1000}) { return asker(uid, kHere, world.dialogue); }
  Asker elsewhere(std::vector<std::expected<std::string, DialogueError>> answers, Uid uid = {1000}) {
    other.answers = std::move(answers);
    return asker(uid, kElsewhere, other);
  }
  Asker root() { return asker(Uid{0}, std::nullopt, other); }
  // Before the prompt of that number (from 0) is answered, `meanwhile` happens. "CODE" stands for the code of the key
  // that was shown.
  void answer(std::vector<std::string> answers, std::size_t at, const std::function<void()>& meanwhile) {
    world.dialogue.prompts.clear();
    world.dialogue.answers.clear();
    world.dialogue.offered_key.clear();
    world.dialogue.before_answer = [this, answers = std::move(answers), at, meanwhile](Script& script) {
      const std::size_t number = script.prompts.size() - 1;
      if (number == at && meanwhile) meanwhile();
      if (number >= answers.size()) return;
      script.answers.emplace_back(answers[number] == "CODE" ? world.code_of(shown_key()) : answers[number]);
    };
  }
  Secret shown_key() {
    std::string key = world.dialogue.offered_key;
    for (const Prompt& prompt : world.dialogue.prompts) {
      std::smatch found;
      if (std::regex_search(prompt.text, found, std::regex("Key: ([A-Z2-7 ]+)\n"))) key = found[1];
    }
    std::erase(key, ' ');
    return *base32_decode(key);
  }
  LoginResult log_in() {
    LoginFacts facts;
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = true;
    return login(world.engine, facts, Caller{.uid = Uid{0}, .pid = 1}, world.dialogue).result;
  }
  void enrol_alice() {
    world.enrol("alice", Uid{1000});
    ASSERT_TRUE(world.store.write([](Transaction& tx) {
      Person alice = *tx.person_by_name({"alice"});
      Factor second = tx.factors(alice.id).at(0);
      second.number = alice.next_factor++;
      second.name = "tablet";
      std::get<TotpFactor>(second.detail).key = Secret("98765432109876543210");
      tx.add_factor(alice.id, second);
      tx.save(alice);
    }));
  }
  // All that a change could have changed.
  std::string state() {
    std::string all;
    for (const auto& [person, factors] : world.store.state.factors)
      for (const Factor& factor : factors) all += factor.id() + " " + factor.name + "\n";
    for (const auto& [person, codes] : world.store.state.codes)
      for (const std::string& code : codes) all += code + "\n";
    for (const Person& person : world.store.state.people)
      all += std::to_string(person.default_factor) + (person.asks_off ? " off\n" : " on\n");
    return all;
  }
  bool knows_alice() {
    return std::ranges::any_of(world.store.state.people,
                               [](const Person& person) { return person.name.value == "alice"; });
  }

  World world;
  Script other;

 private:
  Asker asker(Uid uid, std::optional<TerminalId> terminal, Script& dialogue) {
    return {.caller = {.uid = uid, .pid = 42},
            .terminal = std::move(terminal),
            .password = world.passwords,
            .dialogue = dialogue};
  }
};

struct Change {
  const char* name;
  std::vector<std::string> answers;  // behind the password and the code
  std::function<Refusal(TwoTerminals&)> make;
};

struct Meanwhile {
  const char* name;
  std::function<void(TwoTerminals&)> happens;
};

// Whoever has factors proves one; each of these is done by a person with two.
const std::vector<Change>& changes() {
  static const std::vector<Change> kChanges{
      {"totp", {"CODE"}, [](TwoTerminals& at) { return refusal_of(enrol_totp(at.world.engine, at.here(), "evil")); }},
      {"hotp",
       {kSeed, hotp_code(Secret("Mole 123456789012345"), 0, 6, HashAlgorithm::sha1),
        hotp_code(Secret("Mole 123456789012345"), 1, 6, HashAlgorithm::sha1)},
       [](TwoTerminals& at) { return refusal_of(enrol_hotp(at.world.engine, at.here(), "evil", 6)); }},
      {"key", {}, [](TwoTerminals& at) { return refusal_of(enrol_key(at.world.engine, at.here(), kKeyLine, "evil")); }},
      {"codes", {}, [](TwoTerminals& at) { return refusal_of(new_codes(at.world.engine, at.here())); }},
      {"default", {}, [](TwoTerminals& at) { return refusal_of(set_default(at.world.engine, at.here(), "totp-2")); }},
      {"rename",
       {},
       [](TwoTerminals& at) { return refusal_of(rename_factor(at.world.engine, at.here(), "totp-2", "evil")); }},
      {"remove", {}, [](TwoTerminals& at) { return refusal_of(remove_factor(at.world.engine, at.here(), "totp-2")); }},
      {"disable", {}, [](TwoTerminals& at) { return refusal_of(disable_asking(at.world.engine, at.here())); }}};
  return kChanges;
}

const std::vector<Meanwhile>& happenings() {
  static const std::vector<Meanwhile> kHappenings{
      {"a new password", [](TwoTerminals& at) { at.world.versions.version = "version-2"; }},
      {"a new password in a directory",
       [](TwoTerminals& at) { ASSERT_TRUE(password_changed(at.world.engine, at.root(), "alice")); }},
      {"a new password by way of PAM, in a directory",
       [](TwoTerminals& at) {
         LoginFacts facts;
         facts.user = "alice";
         facts.service = "passwd";
         facts.phase = Phase::password_changed;
         facts.from_root = true;
         ASSERT_EQ(login(at.world.engine, facts, Caller{.uid = Uid{0}, .pid = 1}, at.other).result, LoginResult::done);
       }},
      {"a report", [](TwoTerminals& at) { ASSERT_TRUE(report_login(at.world.engine, at.elsewhere({}))); }},
      {"another report, a moment after the first",
       [](TwoTerminals& at) {
         ASSERT_TRUE(at.world.store.write([&](Transaction& tx) {
           Event before;
           before.kind = EventKind::reported;
           before.at = at.world.clock.time - std::chrono::seconds(1);
           before.user = "alice";
           before.reason = "report";
           tx.append(before);
         }));
         ASSERT_TRUE(report_login(at.world.engine, at.elsewhere({})));
       }},
      {"a reset by the helpdesk",
       [](TwoTerminals& at) {
         ASSERT_TRUE(helpdesk_reset(at.world.engine, at.root(),
                                    {.user = "alice", .reason = "stolen phone", .checked = "card"}, "totp-1"));
       }},
      {"a factor from root",
       [](TwoTerminals& at) { ASSERT_TRUE(provision_totp(at.world.engine, at.root(), "alice", "new")); }},
      {"the removal of the factor that proved it",
       [](TwoTerminals& at) {
         ASSERT_TRUE(remove_factor(at.world.engine, at.elsewhere({kPassword, "7k3m-92qx-d4tp"}), "totp-1"));
       }},
      {"new recovery codes",
       [](TwoTerminals& at) { ASSERT_TRUE(new_codes(at.world.engine, at.elsewhere({kPassword, "7k3m-92qx-d4tp"}))); }}};
  return kHappenings;
}

TEST(Proven, NoChangeOutlivesWhatProvedIt) {
  for (const Change& change : changes()) {
    std::vector<std::string> answers{kPassword, ""};
    answers.insert(answers.end(), change.answers.begin(), change.answers.end());
    {
      TwoTerminals at;
      at.enrol_alice();
      answers[1] = at.world.code();
      at.answer(answers, 99, nullptr);
      const Refusal refusal = change.make(at);
      EXPECT_FALSE(refusal) << change.name << ": " << refusal->text;
    }
    for (const Meanwhile& meanwhile : happenings()) {
      TwoTerminals at;
      at.enrol_alice();
      std::string before;
      at.answer(answers, answers.size() - 1, [&] {
        meanwhile.happens(at);
        before = at.state();
      });
      const Refusal refusal = change.make(at);
      ASSERT_TRUE(refusal) << change.name << " after " << meanwhile.name;
      EXPECT_FALSE(before.empty());
      EXPECT_EQ(at.state(), before) << change.name << " after " << meanwhile.name;
    }
  }
}

TEST(Proven, TheRefusalSaysToBeginAgain) {
  TwoTerminals at;
  at.enrol_alice();
  at.answer({kPassword, at.world.code(), "CODE"}, 2, [&] { at.world.versions.version = "version-2"; });
  const auto reply = enrol_totp(at.world.engine, at.here(), "");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, RequestError::Kind::refused);
  EXPECT_EQ(reply.error().text,
            "Your password or something about your second factor has changed since you began. Begin again.");
  EXPECT_EQ(reply.error().hint, "Nothing was changed now.");
}

TEST(Proven, AStepUpEndsWithWhatItRestsOn) {
  for (const Meanwhile& meanwhile : happenings()) {
    TwoTerminals at;
    at.enrol_alice();
    const auto rename = [&] { return refusal_of(rename_factor(at.world.engine, at.here(), "totp-2", "tablet 2")); };
    at.answer({kPassword, at.world.code()}, 99, nullptr);
    ASSERT_FALSE(rename());
    at.answer({}, 99, nullptr);
    ASSERT_FALSE(rename()) << "it lasts";
    EXPECT_THAT(at.world.dialogue.prompts, IsEmpty());
    meanwhile.happens(at);
    EXPECT_TRUE(rename()) << meanwhile.name;
    EXPECT_THAT(at.world.dialogue.prompts, SizeIs(1)) << meanwhile.name << ": the password is asked for";
  }
}

TEST(Proven, AStepUpIsNotRememberedWhereThePasswordCannotBeSeen) {
  TwoTerminals at;
  at.enrol_alice();
  at.world.versions.version.reset();
  at.answer({kPassword, at.world.code()}, 99, nullptr);
  EXPECT_TRUE(rename_factor(at.world.engine, at.here(), "totp-2", "tablet 2"));
  EXPECT_THAT(at.world.store.state.step_ups, IsEmpty());
}

// Whoever changes something of their own goes on where they do it.
TEST(Proven, OnesOwnChangesGoOnAtTheTerminal) {
  TwoTerminals at;
  at.answer({kPassword, "CODE"}, 99, nullptr);
  ASSERT_TRUE(enrol_totp(at.world.engine, at.here(), "phone"));
  at.answer({"CODE"}, 99, nullptr);
  ASSERT_TRUE(enrol_totp(at.world.engine, at.here(), "tablet")) << "several, one after the other";
  at.answer({}, 99, nullptr);
  ASSERT_TRUE(enrol_key(at.world.engine, at.here(), kKeyLine, ""));
  ASSERT_TRUE(new_codes(at.world.engine, at.here()));
  ASSERT_TRUE(rename_factor(at.world.engine, at.here(), "totp-2", "pad"));
  EXPECT_THAT(at.world.dialogue.prompts, IsEmpty());
  // Five minutes from the last factor, not from the codes.
  at.world.clock.time = at.world.clock.time + std::chrono::seconds(299);
  ASSERT_TRUE(new_codes(at.world.engine, at.here()));
  at.world.clock.time = at.world.clock.time + std::chrono::seconds(1);
  EXPECT_FALSE(new_codes(at.world.engine, at.here()));
}

// --- the first factor

const std::vector<Meanwhile>& first_happenings() {
  static const std::vector<Meanwhile> kHappenings{
      {"a new password", [](TwoTerminals& at) { at.world.versions.version = "version-2"; }},
      {"a factor from root",
       [](TwoTerminals& at) { ASSERT_TRUE(provision_totp(at.world.engine, at.root(), "alice", "new")); }},
      {"a factor of their own",
       [](TwoTerminals& at) {
         at.other.offered_key.clear();
         at.other.before_answer = [&](Script& script) {
           if (!script.offered_key.empty()) script.answers = {at.world.code_of(*base32_decode(script.offered_key))};
         };
         ASSERT_TRUE(enrol_totp(at.world.engine, at.elsewhere({kPassword}), "mine"));
         at.other.before_answer = nullptr;
       }},
      {"an enrolment code",
       [](TwoTerminals& at) {
         const auto reply =
             provision_codes(at.world.engine, at.root(), {.people = {Subject{.name = {"alice"}, .uid = Uid{1000}}}});
         ASSERT_TRUE(reply && !reply->codes.at(0).code.empty());
       }},
      {"a reset by the helpdesk", [](TwoTerminals& at) {
         ASSERT_TRUE(helpdesk_reset(at.world.engine, at.root(),
                                    {.user = "alice", .reason = "stolen password", .checked = "card"}, ""));
       }}};
  return kHappenings;
}

TEST(Proven, AFirstFactorDoesNotOutliveThePasswordThatProvedIt) {
  const std::vector<Change> ways{
      {"totp",
       {kPassword, "CODE"},
       [](TwoTerminals& at) { return refusal_of(enrol_totp(at.world.engine, at.here(), "")); }},
      {"guided",
       {kPassword, "", "CODE", "phone", ""},
       [](TwoTerminals& at) { return refusal_of(guided_set_up(at.world.engine, at.here())); }},
      {"login", {"", "k", "CODE", "phone", ""}, [](TwoTerminals& at) {
         at.world.settings.rules.at(0).mfa = Requirement::require;
         return at.log_in() == LoginResult::passed ? std::nullopt : Refusal(RequestError{});
       }}};
  for (const Change& way : ways) {
    {
      TwoTerminals at;
      at.answer(way.answers, 99, nullptr);
      EXPECT_FALSE(way.make(at)) << way.name;
      EXPECT_THAT(at.world.store.state.factors[1], SizeIs(1));
    }
    for (const Meanwhile& meanwhile : first_happenings()) {
      TwoTerminals at;
      std::string before;
      at.answer(way.answers, way.answers.size() - 1, [&] {
        meanwhile.happens(at);
        before = at.state();
      });
      EXPECT_TRUE(way.make(at)) << way.name << " after " << meanwhile.name;
      EXPECT_EQ(at.state(), before) << way.name << " after " << meanwhile.name;
    }
  }
}

// A report ends a dialogue as soon as the store knows the person, and whoever begins at a login is known.
TEST(Proven, AReportEndsAnEnrolmentInALogin) {
  TwoTerminals at;
  at.world.settings.rules.at(0).mfa = Requirement::require;
  at.answer({"", "k", "CODE", "phone", ""}, 2, [&] { ASSERT_TRUE(report_login(at.world.engine, at.elsewhere({}))); });
  EXPECT_EQ(at.log_in(), LoginResult::denied);
  EXPECT_THAT(at.world.store.state.factors[1], IsEmpty());
  EXPECT_THAT(at.world.store.state.pending, IsEmpty()) << "nor is the key taken up again";
}

// Where the password is a directory's, no version tells of a new one; root does.
TEST(Proven, ANewPasswordInADirectoryEndsAFirstEnrolment) {
  TwoTerminals at;
  at.world.versions.version = "";
  at.answer({kPassword, "CODE"}, 1, [&] { ASSERT_TRUE(password_changed(at.world.engine, at.root(), "alice")); });
  EXPECT_FALSE(enrol_totp(at.world.engine, at.here(), ""));
  EXPECT_THAT(at.world.store.state.factors[1], IsEmpty());
}

// --- a step-up that began before there was a factor

TEST(Proven, AStepUpFromBeforeTheFirstFactorIsWorthNothing) {
  for (const Meanwhile& meanwhile : first_happenings()) {
    TwoTerminals at;
    at.answer({kPassword}, 0, [&] { meanwhile.happens(at); });
    const auto codes = new_codes(at.world.engine, at.here());
    ASSERT_FALSE(codes) << meanwhile.name;
    EXPECT_THAT(at.world.store.state.step_ups, testing::Not(Contains(testing::Key(std::pair(1L, kHere.value)))));
  }
}

TEST(Proven, RecoveryCodesTakeAFactorWhereThereIsOne) {
  TwoTerminals at;
  at.answer({kPassword}, 0, [&] { at.world.enrol("alice", Uid{1000}); });  // by whatever way
  const auto codes = new_codes(at.world.engine, at.here());
  ASSERT_FALSE(codes);
  EXPECT_EQ(codes.error().text, "Another factor was set up in the meantime.");
  EXPECT_THAT(at.world.store.state.codes.at(1), SizeIs(2));
  // Nor is it remembered: the next change asks for both.
  at.answer({kPassword, ""}, 99, nullptr);
  EXPECT_FALSE(enrol_totp(at.world.engine, at.here(), "evil"));
  EXPECT_THAT(at.world.dialogue.prompts.at(1).text, HasSubstr("code from your authenticator app"));
}

// --- the helpdesk

TEST(Proven, AClerksDialogueDoesNotOutliveWhatProvedIt) {
  const auto code = [](std::uint64_t counter) {
    return hotp_code(Secret("Mole 123456789012345"), counter, 6, HashAlgorithm::sha1);
  };
  const HelpdeskToken request{.user = "alice", .name = "", .reason = "no phone", .checked = "card", .digits = 6};
  for (const bool changed : {false, true}) {
    TwoTerminals at;
    at.answer({kPassword, kSeed, code(0), code(1)}, 3, [&] {
      if (changed) at.world.versions.version = "version-2";
    });
    const auto reply = helpdesk_token(at.world.engine, at.here(Uid{2000}), request);
    EXPECT_EQ(reply.has_value(), !changed);
    EXPECT_EQ(at.knows_alice(), !changed);
    EXPECT_EQ(at.world.store.state.events.back().kind,
              changed ? EventKind::helpdesk_refused : EventKind::helpdesk_token_added);
  }
}

}  // namespace
}  // namespace mfa
