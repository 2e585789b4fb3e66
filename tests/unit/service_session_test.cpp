// Whole sessions over a socketpair: the real flows over doubles of the ports, with honest and hostile clients.
#include "common/service/session.h"

#include <gtest/gtest.h>

#include <future>
#include <stop_token>
#include <thread>

#include "common/language/language.h"
#include "common/service/failed_passwords.h"
#include "common/service/patient_gateway.h"
#include "tests/doubles/doubles.h"
#include "tests/unit/service_client.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;
using testing::answer_frame;
using testing::byte;
using testing::Client;
using testing::connected_pair;
using testing::Field;
using testing::frame;
using testing::FrameType;
using testing::Heard;
using testing::login_frame;
using testing::request_frame;
using testing::Tag;
using testing::VerdictCode;

constexpr Caller kRoot{Uid{0}, 1};
constexpr Caller kAlice{Uid{1000}, 2};
constexpr Caller kBob{Uid{1001}, 3};

class SessionTest : public ::testing::Test {
 protected:
  struct Borrowed final : PasswordCheck {
    explicit Borrowed(PasswordCheck& check) : check_(check) {}
    PasswordAnswer check(const Secret& password) override { return check_.check(password); }
    std::chrono::seconds wait() const override { return check_.wait(); }
    PasswordCheck& check_;
  };

  struct BorrowedGateway final : Gateway {
    explicit BorrowedGateway(Gateway& gateway) : gateway_(gateway) {}
    DeliveryReport send(const PhoneMessage& message) override { return gateway_.send(message); }
    Gateway& gateway_;
  };

  // Starts the engine's side, when those before have come to their end.
  Client connect(Caller caller) { return connect(caller, context_); }
  Client connect(Caller caller, const SessionContext& context) {
    wait_for_engines();
    auto ends = connected_pair();
    engines_.emplace_back([caller, &context, end = std::move(ends.engine)]() mutable {
      serve_session(context, end.get(), caller);
      end.reset();
    });
    return Client(std::move(ends.client));
  }
  void require_a_code() {
    Rule rule;
    rule.name = "all";
    rule.mfa = Requirement::require;
    configured_.rules = {rule};
  }
  void alice_has_a_phone(PhoneUse use) {
    ASSERT_TRUE(world_.store.write([&](Transaction& tx) {
      Person alice = tx.add_person({"alice"}, Uid{1000}, world_.clock.time);
      Factor factor;
      factor.number = alice.next_factor++;
      factor.name = "phone";
      factor.detail = PhoneFactor{.number = {"+64211231234"}, .use = use};
      tx.add_factor(alice.id, factor);
      tx.save(alice);
    }));
  }
  // Before the test looks at what they used, or changes it.
  void wait_for_engines() {
    for (auto& engine : engines_) engine.join();
    engines_.clear();
  }
  ~SessionTest() override { wait_for_engines(); }

  doubles::World world_;
  doubles::MemoryStore no_store_;
  Settings configured_;
  std::string fault_;
  Limits limits_;
  SessionContext context_with(Store& store) {
    return {.limits = limits_,
            .configuration =
                [this] {
                  return fault_.empty() ? Snapshot{std::make_shared<const Settings>(configured_), ""}
                                        : Snapshot{nullptr, fault_};
                },
            .store = store,
            .no_store = no_store_,
            .clock = world_.clock,
            .random = world_.random,
            .accounts = world_.accounts,
            .versions = world_.versions,
            .failed_passwords = world_.failed_passwords,
            .journal = world_.journal,
            .server = "lab-gw",
            .countries = [](const Settings&) { return std::make_shared<doubles::Atlas>(); },
            .gateway = [this](const Settings&) { return std::make_unique<BorrowedGateway>(world_.mailbox); },
            .numbers = [](const Settings&) { return std::make_unique<doubles::NumberBook>(); },
            .password_check = [this](int) { return std::make_unique<Borrowed>(world_.passwords); },
            .terminal = [](int, const Caller&) { return std::optional<TerminalId>(); }};
  }

  SessionContext context_ = context_with(world_.store);

 private:
  std::vector<std::thread> engines_;
};

TEST_F(SessionTest, SaysHelloBeforeItIsSpokenTo) {
  const Client client = connect(kRoot);
  const auto hello = client.hear();
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->type, FrameType::hello);
  EXPECT_EQ(hello->text(Tag::version), byte(protocol::kVersion));
  EXPECT_EQ(hello->text(Tag::oldest), byte(protocol::kOldestVersion));
}

TEST_F(SessionTest, EveryPhaseIsItsOwnQuestion) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  struct Row {
    int phase;
    VerdictCode verdict;
  };
  for (const Row& row :
       {Row{2, VerdictCode::wrong}, Row{3, VerdictCode::denied}, Row{4, VerdictCode::done}, Row{5, VerdictCode::done},
        Row{0, VerdictCode::usage}, Row{6, VerdictCode::usage}, Row{255, VerdictCode::usage}}) {
    const Client client = connect(kRoot);
    client.say(login_frame("alice", {{Tag::phase, byte(row.phase)}}));
    const auto verdict = client.verdict();
    ASSERT_TRUE(verdict) << row.phase;
    EXPECT_EQ(verdict->verdict(), row.verdict) << row.phase;
  }
}

TEST_F(SessionTest, WhichCodesAreDueIsToldWithTheirDigitsAndNothingWhereNoneIs) {
  world_.enrol("alice", Uid{1000});
  for (const bool due : {true, false}) {
    const Client client = connect(kRoot);
    client.say(login_frame(due ? "alice" : "bob", {{Tag::phase, byte(static_cast<int>(protocol::Phase::split))}}));
    const auto verdict = client.verdict();
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->verdict(), VerdictCode::done);
    EXPECT_EQ(verdict->has(Tag::codes), due);
    if (due) {
      EXPECT_EQ(verdict->text(Tag::codes), "\6");
    }
  }
}

TEST_F(SessionTest, WhoHasOneAnswerIsAskedForOne) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  const Client client = connect(kRoot);
  client.say(login_frame("alice", {{Tag::phase, byte(1)}, {Tag::password_passed, ""}, {Tag::one_answer, ""}}));
  ASSERT_TRUE(client.hear(FrameType::ask));
  client.say(answer_frame(world_.wrong_code()));
  const auto verdict = client.verdict();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->verdict(), VerdictCode::wrong);
}

TEST_F(SessionTest, ALoginFrameWithoutAPhaseIsNone) {
  configured_.rules.clear();
  const Client client = connect(kRoot);
  client.say(frame(FrameType::login, {{Tag::version, byte(protocol::kVersion)}, {Tag::user, "alice"}}));
  const auto verdict = client.verdict();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->verdict(), VerdictCode::usage);
}

TEST_F(SessionTest, ATrustedDeviceIsAVerdictOfItsOwn) {
  require_a_code();
  configured_.rules[0].trust = std::chrono::hours(1);
  world_.enrol("alice", Uid{1000});
  const std::vector<Field> from{{Tag::rhost, "203.0.113.7"}, {Tag::phase, byte(1)}, {Tag::password_passed, ""}};
  const Client first = connect(kRoot);
  first.say(login_frame("alice", from));
  ASSERT_TRUE(first.hear(FrameType::ask));
  first.say(answer_frame(world_.code() + " y"));
  EXPECT_EQ(first.verdict()->verdict(), VerdictCode::passed);
  const Client second = connect(kRoot);
  second.say(login_frame("alice", from));
  EXPECT_EQ(second.verdict()->verdict(), VerdictCode::trusted);
}

TEST(FailedPasswords, AreOneLineAMinute) {
  doubles::Lines journal;
  Limits limits;
  Limits::Steady::time_point now{};
  limits.now = [&] { return now; };
  CountedFailures failures(journal, limits);
  for (int i = 0; i < 1000; ++i) failures.add();
  ASSERT_EQ(journal.notes.size(), 1U);
  EXPECT_TRUE(journal.notes[0].ends_with("count=1")) << journal.notes[0];
  now += std::chrono::seconds(60);
  failures.add();
  ASSERT_EQ(journal.notes.size(), 2U);
  EXPECT_TRUE(journal.notes[1].ends_with("count=1000")) << journal.notes[1];
}

TEST_F(SessionTest, ALoginWithACode) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  const Client client = connect(kRoot);
  client.say(login_frame("alice"));
  const auto ask = client.hear(FrameType::ask);
  ASSERT_TRUE(ask);
  EXPECT_TRUE(ask->text(Tag::text).ends_with("Verification code: "));
  EXPECT_EQ(ask->text(Tag::flag), byte(1));
  client.say(answer_frame(world_.code()));
  const auto verdict = client.verdict();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->verdict(), VerdictCode::passed);
  EXPECT_EQ(verdict->text(Tag::reason), "totp-1");
}

// A call takes longer than a client waits for a frame.
TEST_F(SessionTest, WhileAMessageIsUnderWayTheClientHearsThatSomebodyIsThere) {
  require_a_code();
  alice_has_a_phone(PhoneUse::text);
  configured_.gateways.emplace_back().texts = true;
  configured_.phone.countries = {"NZ"};
  limits_.sign_of_life = std::chrono::milliseconds(1);
  std::promise<void> heard;
  world_.mailbox.while_sending = [&] { heard.get_future().wait(); };
  const Client client = connect(kRoot);
  client.say(login_frame("alice", {{Tag::phase, byte(1)}, {Tag::password_passed, ""}}));
  const auto sign = client.hear(FrameType::show);
  heard.set_value();
  ASSERT_TRUE(sign);
  EXPECT_EQ(sign->text(Tag::text), "");
  const auto ask = client.hear(FrameType::ask);
  ASSERT_TRUE(ask);
  EXPECT_NE(ask->text(Tag::text).find("phone ending 1234"), std::string::npos);
  client.say(answer_frame(world_.mailbox.code()));
  const auto verdict = client.verdict();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->verdict(), VerdictCode::passed);
  wait_for_engines();
}

// A call is asked for its code while it rings, and rings on when the session has ended.
TEST_F(SessionTest, ACallHoldsUpNoSession) {
  alice_has_a_phone(PhoneUse::call);
  configured_.gateways.emplace_back().calls = true;
  configured_.phone.countries = {"NZ"};
  limits_.call_begins = std::chrono::milliseconds(1);
  std::promise<void> rang;
  world_.mailbox.while_sending = [answered = rang.get_future().share()] { answered.wait(); };
  CallsUnderWay calls(world_.journal);
  context_.calls = &calls;
  {
    const Client client = connect(kRoot);
    client.say(login_frame("alice", {{Tag::phase, byte(1)}, {Tag::password_passed, ""}}));
    ASSERT_TRUE(client.hear(FrameType::ask));
    client.say(answer_frame("call"));
    const auto ask = client.hear(FrameType::ask);
    ASSERT_TRUE(ask);
    EXPECT_NE(ask->text(Tag::text).find("We are calling your phone ending 1234."), std::string::npos);
    std::string code;
    ASSERT_TRUE(world_.store.read([&](Transaction& tx) { code = tx.phone_code(PersonId{1}, 1)->code.text(); }));
    client.say(answer_frame(code));
    const auto verdict = client.verdict();
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->verdict(), VerdictCode::passed);
    EXPECT_EQ(verdict->text(Tag::more), byte(1)) << "whoever waits for this process need not";
  }
  wait_for_engines();
  EXPECT_EQ(calls.count(), 1U);
  EXPECT_FALSE(calls.wait_for_end(std::chrono::milliseconds(0)));
  rang.set_value();
  EXPECT_TRUE(calls.wait_for_end(60s));
  EXPECT_EQ(world_.store.state.messages.back().end, MessageEnd::taken);
  const Client client = connect(kRoot);
  client.say(login_frame("nobody", {{Tag::phase, byte(5)}}));
  const auto verdict = client.verdict();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->text(Tag::more), "") << "nothing goes on";
}

// Waits as long as somebody does, and says then that # was pressed.
class Patience final : public Gateway {
 public:
  DeliveryReport send(const PhoneMessage& message) override {
    began.set_value();
    std::promise<void> gone;
    const std::stop_callback tell(message.unwanted, [&gone] { gone.set_value(); });
    if (message.unwanted.stop_possible()) gone.get_future().wait();
    return {.delivery = Delivery::approved, .gateway = "patience", .detail = {}};
  }
  std::promise<void> began;
};

// sshd of a client that gives one answer tells nobody that the client has gone, but the end of its own program does.
TEST(PatientGatewayTest, WhatIsPressedForNobodyApprovesNothing) {
  const Limits limits;
  const auto settings = std::make_shared<const Settings>();
  for (const MessageMode mode : {MessageMode::press, MessageMode::code}) {
    auto ends = connected_pair();
    Wire wire(ends.engine.get(), limits);
    const auto inner = std::make_shared<Patience>();
    PatientGateway gateway(inner, settings, wire, limits, nullptr);
    auto report = std::async(std::launch::async, [&] {
      return gateway.send(
          {.id = "1", .use = PhoneUse::call, .mode = mode, .to = {"+64211231234"}, .text = {}, .code = {}});
    });
    inner->began.get_future().wait();
    ends.client.reset();
    EXPECT_EQ(report.get().delivery, mode == MessageMode::press ? Delivery::refused : Delivery::approved);
  }
}

TEST(CallsUnderWayTest, AreNoMoreThanThereMayBe) {
  doubles::Lines journal;
  std::promise<void> over;
  const auto until_over = over.get_future().share();
  CallsUnderWay calls(journal);
  for (std::size_t i = 0; i < CallsUnderWay::kMost; ++i) EXPECT_TRUE(calls.begin([until_over] { until_over.wait(); }));
  EXPECT_FALSE(calls.begin([] {})) << "its session waits for it";
  over.set_value();
  EXPECT_TRUE(calls.wait_for_end(60s));
  EXPECT_TRUE(calls.begin([] { throw std::runtime_error("no memory"); }));
  EXPECT_TRUE(calls.wait_for_end(60s));
  EXPECT_EQ(journal.notes.size(), 1U);
}

TEST_F(SessionTest, EachResultHasItsVerdict) {
  world_.enrol("alice", Uid{1000});
  require_a_code();
  const auto ends_with = [](const Client& client) {
    const auto verdict = client.verdict();
    return verdict ? verdict->verdict() : VerdictCode{};
  };
  {
    const Client client = connect(kRoot);
    client.say(login_frame("alice"));
    for (int round = 0; round < 3 && client.hear(FrameType::ask); ++round)
      client.say(answer_frame(world_.wrong_code()));
    EXPECT_EQ(ends_with(client), VerdictCode::wrong);
  }
  {
    const Client client = connect(kRoot);
    client.say(login_frame("alice"));
    for (int round = 0; round < 2 && client.hear(FrameType::ask); ++round)
      client.say(answer_frame(world_.wrong_code()));
    EXPECT_EQ(ends_with(client), VerdictCode::locked);
  }
  {
    const Client client = connect(kRoot);
    client.say(login_frame("bob"));
    EXPECT_EQ(ends_with(client), VerdictCode::denied);
  }
  wait_for_engines();
  world_.store.fail_at = 0;
  {
    const Client client = connect(kRoot);
    client.say(login_frame("alice"));
    EXPECT_EQ(ends_with(client), VerdictCode::unavailable);
  }
  wait_for_engines();
  configured_.rules.clear();
  {
    const Client client = connect(kRoot);
    client.say(login_frame("bob"));
    EXPECT_EQ(ends_with(client), VerdictCode::skipped);
  }
}

TEST_F(SessionTest, OnlyRootsFactsAreBelieved) {
  Rule skip;
  skip.name = "sshd needs none";
  skip.service = {"sshd"};
  skip.mfa = Requirement::skip;
  require_a_code();
  configured_.rules.insert(configured_.rules.begin(), skip);
  const Client root = connect(kRoot);
  root.say(login_frame("alice"));
  EXPECT_EQ(root.verdict()->verdict(), VerdictCode::skipped);
  const Client alice = connect(kAlice);
  alice.say(login_frame("alice"));
  EXPECT_EQ(alice.verdict()->verdict(), VerdictCode::denied);
}

TEST_F(SessionTest, NobodyIsVerifiedAsSomeoneElse) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  const Client client = connect(kBob);
  client.say(login_frame("alice"));
  const auto verdict = client.verdict();
  EXPECT_EQ(verdict->verdict(), VerdictCode::denied);
}

TEST_F(SessionTest, ConfigurationOnlyTouchesNoStore) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  no_store_.fail_at = 0;
  const int before = world_.store.operations;
  const Client client = connect(kRoot);
  client.say(login_frame("alice", {{Tag::configuration_only, ""}}));
  EXPECT_EQ(client.verdict()->verdict(), VerdictCode::unavailable);
  wait_for_engines();
  EXPECT_EQ(world_.store.operations, before);
}

TEST_F(SessionTest, WithoutConfigurationEverythingIsDenied) {
  fault_ = "/etc/mfa/mfa.toml:3:7: no such key";
  const Client login = connect(kRoot);
  login.say(login_frame("alice"));
  const auto verdict = login.verdict();
  EXPECT_EQ(verdict->verdict(), VerdictCode::unavailable);
  EXPECT_EQ(verdict->text(Tag::reason), "configuration");
  wait_for_engines();
  ASSERT_EQ(world_.journal.notes.size(), 1U);
  EXPECT_TRUE(world_.journal.notes[0].contains("mfa.toml:3:7")) << world_.journal.notes[0];

  const Client request = connect(kAlice);
  request.say(request_frame(R"({"verb":"status"})"));
  EXPECT_EQ(request.verdict()->verdict(), VerdictCode::unavailable);
  wait_for_engines();
  EXPECT_EQ(world_.journal.notes.size(), 1U) << "who is not root fills no journal";
}

TEST_F(SessionTest, VersionsOfProtocol) {
  for (const int version : {0, protocol::kVersion + 1, 255}) {
    const Client client = connect(kRoot);
    client.say(login_frame("alice", {}, version));
    const auto verdict = client.verdict();
    ASSERT_TRUE(verdict) << version;
    EXPECT_EQ(verdict->verdict(), VerdictCode::unavailable) << version;
    EXPECT_EQ(verdict->text(Tag::reason), "version") << version;
  }
  for (const std::string& version : {std::string(), std::string("\0\1", 2)}) {
    const Client client = connect(kRoot);
    client.say(frame(FrameType::login, {{Tag::version, version}, {Tag::user, "alice"}}));
    EXPECT_EQ(client.verdict()->verdict(), VerdictCode::unavailable);
  }
  const Client without = connect(kRoot);
  without.say(frame(FrameType::login, {{Tag::user, "alice"}}));
  EXPECT_EQ(without.verdict()->verdict(), VerdictCode::unavailable);
}

TEST_F(SessionTest, ARequestAndItsReply) {
  world_.enrol("alice", Uid{1000});
  const Client client = connect(kAlice);
  client.say(request_frame(R"({"verb":"status"})"));
  const auto result = client.hear(FrameType::result);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->text(Tag::json).starts_with(R"({"user":"alice","mfa":"optional","factors":[{"id":"totp-1",)"))
      << result->text(Tag::json);
  EXPECT_EQ(result->text(Tag::more), "");
  EXPECT_EQ(client.verdict()->verdict(), VerdictCode::done);
}

TEST_F(SessionTest, ARequestIsToldInWhichLanguageItIsAnswered) {
  find_languages(MFA_CATALOGUES);
  world_.enrol("alice", Uid{1000});
  ASSERT_TRUE(world_.store.write([&](Transaction& tx) {
    Person alice = *tx.person_by_name({"alice"});
    alice.language = "nl";
    tx.save(alice);
  }));
  struct Case {
    Caller caller;
    const char* language;
  };
  for (const auto& [caller, language] : {Case{kAlice, "nl"}, Case{{Uid{1001}, 3}, "en"}, Case{kRoot, "en"}}) {
    const Client client = connect(caller);
    client.say(request_frame(R"({"verb":"default","factor":"no-such"})"));
    const auto told = client.hear(FrameType::show);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->text(Tag::language), language);
    EXPECT_EQ(told->text(Tag::text), "") << "there is nothing to show";
    const auto verdict = client.verdict();
    EXPECT_EQ(verdict->text(Tag::text).starts_with("Je hebt geen factor"), std::string_view(language) == "nl")
        << verdict->text(Tag::text);
  }
  wait_for_engines();
  find_languages("/nowhere");
}

TEST_F(SessionTest, ADirectoryThatHangsIsWaitedForOnce) {
  world_.accounts.down = true;
  const Client client = connect(kAlice);
  client.say(request_frame(R"({"verb":"status"})"));
  EXPECT_EQ(client.verdict()->verdict(), VerdictCode::unavailable);
  wait_for_engines();
  EXPECT_EQ(world_.accounts.asked_by_uid, 1);
}

TEST_F(SessionTest, EnrollingOffersTheKeyOnTheWay) {
  const Client client = connect(kAlice);
  client.say(request_frame(R"({"verb":"totp","name":"iPhone"})"));
  const auto password = client.hear(FrameType::ask);
  ASSERT_TRUE(password);
  EXPECT_EQ(password->text(Tag::flag), byte(0)) << "a password is not echoed";
  client.say(answer_frame("correct horse"));
  const auto offer = client.hear(FrameType::result);
  ASSERT_TRUE(offer);
  EXPECT_TRUE(offer->text(Tag::json).starts_with(R"({"offer":{"kind":"totp","uri":"otpauth://totp/)"))
      << offer->text(Tag::json);
  ASSERT_TRUE(client.hear(FrameType::ask));
}

TEST_F(SessionTest, RefusalsSayWhyAndWhatNext) {
  const Client client = connect(kAlice);
  client.say(request_frame(R"({"verb":"admin provision","user":"bob","kind":"totp"})"));
  const auto verdict = client.verdict();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->verdict(), VerdictCode::refused);
  EXPECT_FALSE(verdict->text(Tag::text).empty());
  EXPECT_FALSE(verdict->text(Tag::hint).empty());
}

TEST_F(SessionTest, WhatIsNoRequestIsUsage) {
  for (const char* const json :
       {"", "{}", R"({"verb":"helpdesk remove","user":"bob"})", R"({"verb":"status","x":"y"})"}) {
    const Client client = connect(kAlice);
    client.say(request_frame(json));
    const auto verdict = client.verdict();
    ASSERT_TRUE(verdict) << json;
    EXPECT_EQ(verdict->verdict(), VerdictCode::usage) << json;
  }
  const Client client = connect(kAlice);
  client.say(frame(FrameType::request, {{Tag::version, byte(protocol::kVersion)}}));
  EXPECT_EQ(client.verdict()->verdict(), VerdictCode::usage);
}

// Frames that are none, that come at the wrong time, or twice: nobody gets in, and the engine goes on.
TEST_F(SessionTest, HostileFirstFrames) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  const std::vector<std::string> rows{
      answer_frame(world_.code()),
      frame(FrameType::verdict, {{Tag::verdict, byte(1)}}),
      frame(FrameType::hello, {{Tag::version, byte(1)}}),
      frame(FrameType::ask, {}),
      frame(FrameType::show, {{Tag::text, "x"}}),
      login_frame("alice") + login_frame("alice"),
      login_frame("alice") + answer_frame(world_.code()),
      frame(FrameType::login, {{Tag::user, "alice"}, {Tag::version, byte(1)}}),
      std::string("\xff\xff\xff\xff", 4),
      std::string("\xff\xffL\0", 4) + std::string(70'000, 'x'),
      std::string(100'000, '\0'),
  };
  for (const std::string& row : rows) {
    const Client client = connect(kRoot);
    client.say(row);
    const auto verdict = client.hear(FrameType::verdict);
    if (verdict) {
      EXPECT_EQ(verdict->verdict(), VerdictCode::usage) << row;
    }
  }
  wait_for_engines();
  EXPECT_TRUE(world_.store.state.events.empty());
}

TEST_F(SessionTest, AFirstFrameThatDoesNotComeEndsTheConnection) {
  limits_.first_frame = 1ms;
  for (const std::string& start : {std::string(), login_frame("alice").substr(0, 11)}) {
    const Client client = connect(kRoot);
    client.say(start);
    ASSERT_TRUE(client.hear(FrameType::hello));
    EXPECT_FALSE(client.hear());
  }
}

TEST_F(SessionTest, AnswersThatAreNone) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  const std::string good = answer_frame(world_.code());
  const std::vector<std::string> rows{
      frame(FrameType::answer, {{Tag::text, world_.code()}}),                          // without its status
      frame(FrameType::answer, {{Tag::flag, byte(1)}}),                                // without its text
      frame(FrameType::answer, {{Tag::text, world_.code()}, {Tag::flag, byte(0)}}),    // no such status
      frame(FrameType::answer, {{Tag::text, world_.code()}, {Tag::flag, byte(255)}}),  //
      frame(FrameType::answer, {{Tag::text, world_.code()}, {Tag::flag, "\1\1"}}),     //
      good + good,                                                                     // twice at once
      login_frame("alice"),                                                            // out of order
      request_frame(R"({"verb":"status"})"),                                           //
      frame(FrameType::verdict, {{Tag::verdict, byte(1)}}),                            // its own verdict
      "\x01",                                                                          // cut short
  };
  for (const std::string& row : rows) {
    Client client = connect(kRoot);
    client.say(login_frame("alice"));
    ASSERT_TRUE(client.hear(FrameType::ask));
    client.say(row);
    if (row.size() == 1) {
      client.hang_up();
      continue;
    }
    const auto verdict = client.verdict();
    if (verdict) {
      EXPECT_EQ(verdict->verdict(), VerdictCode::conversation) << row;
    }
  }
  wait_for_engines();
  EXPECT_EQ(world_.person("alice").lockout.failures, 0U) << "none of it was a guess";
}

TEST_F(SessionTest, StatusesOfAnAnswer) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  struct Row {
    int status;
    VerdictCode verdict;
    std::string reason;
  };
  for (const Row& row :
       {Row{2, VerdictCode::conversation, "cannot_ask"}, Row{3, VerdictCode::conversation, "answered_with_password"}}) {
    const Client client = connect(kRoot);
    client.say(login_frame("alice"));
    ASSERT_TRUE(client.hear(FrameType::ask));
    client.say(answer_frame(world_.code(), row.status));
    const auto verdict = client.verdict();
    EXPECT_EQ(verdict->verdict(), row.verdict) << row.status;
    EXPECT_EQ(verdict->text(Tag::reason), row.reason);
  }
}

// Its store waits with that row until the client has its verdict: were it written first, neither would ever come.
TEST_F(SessionTest, ThatADialogueWasBrokenOffIsRecordedOnceTheVerdictIsOut) {
  class Patient final : public doubles::MemoryStore {
   public:
    std::expected<void, StoreError> write(const std::function<void(Transaction&)>& work) override {
      EXPECT_EQ(verdict_is_out.get_future().wait_for(std::chrono::milliseconds(testing::kPatience)),
                std::future_status::ready);
      return MemoryStore::write(work);
    }
    std::promise<void> verdict_is_out;
  };
  require_a_code();
  world_.enrol("alice", Uid{1000});
  Patient store;
  store.state = world_.store.state;
  const SessionContext context = context_with(store);
  const Client client = connect(kRoot, context);
  client.say(login_frame("alice"));
  ASSERT_TRUE(client.hear(FrameType::ask));
  client.say(answer_frame("", 2));
  const auto verdict = client.hear(FrameType::verdict);
  EXPECT_EQ(verdict->text(Tag::reason), "cannot_ask");
  store.verdict_is_out.set_value();
  wait_for_engines();
  ASSERT_EQ(store.state.events.size(), 1U);
  EXPECT_EQ(store.state.events[0].kind, EventKind::login_failed);
  EXPECT_EQ(store.state.events[0].reason, "cannot_ask");
}

TEST_F(SessionTest, LongAnswersAreRefusedAndTheDialogueGoesOn) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  const Client client = connect(kRoot);
  client.say(login_frame("alice"));
  ASSERT_TRUE(client.hear(FrameType::ask));
  client.say(answer_frame(std::string(kLongestAnswer + 1, '1')));
  ASSERT_TRUE(client.hear(FrameType::ask));
  client.say(answer_frame("", 4));  // the module found it too long
  ASSERT_TRUE(client.hear(FrameType::ask));
  client.say(answer_frame(world_.code()));
  EXPECT_EQ(client.verdict()->verdict(), VerdictCode::passed);
}

TEST_F(SessionTest, AnAnswerBeforeItsQuestionAnswersNothing) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  const Client client = connect(kRoot);
  client.say(login_frame("alice"));
  ASSERT_TRUE(client.hear(FrameType::ask));
  // At once: of two that are sent one after the other, the second may come after the second question.
  client.say(answer_frame(world_.wrong_code()) + answer_frame(world_.code()));
  const auto verdict = client.verdict();
  if (verdict) {
    EXPECT_EQ(verdict->verdict(), VerdictCode::conversation);
  }
}

TEST_F(SessionTest, SilenceAtAPromptEndsTheDialogue) {
  require_a_code();
  world_.enrol("alice", Uid{1000});
  limits_.answer = 1ms;
  const Client client = connect(kRoot);
  client.say(login_frame("alice"));
  ASSERT_TRUE(client.hear(FrameType::ask));
  EXPECT_EQ(client.verdict()->verdict(), VerdictCode::conversation);
}

TEST_F(SessionTest, AnExceptionEndsTheSessionAlone) {
  context_.configuration = []() -> Snapshot { throw std::bad_alloc(); };
  const Client client = connect(kRoot);
  client.say(login_frame("alice"));
  EXPECT_FALSE(client.hear(FrameType::verdict));
  wait_for_engines();
  ASSERT_EQ(world_.journal.notes.size(), 1U);
  EXPECT_TRUE(world_.journal.notes[0].contains("bad_alloc"));
}

}  // namespace
}  // namespace mfa
