// A student with telephones, whose messages go into a box: for tests of what is said and sent at a login.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/flows/login.h"
#include "common/flows/own_data.h"
#include "common/flows/reporting.h"
#include "common/flows/requests.h"
#include "tests/doubles/doubles.h"

namespace mfa {

using namespace std::chrono_literals;
using doubles::World;
using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

inline constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};
inline constexpr char kMobile[] = "+64211231234";
inline constexpr char kOtherMobile[] = "+64275555678";
inline constexpr char kLandline[] = "+6433669900";
inline constexpr char kCode[] = "(the code that was sent)";
inline constexpr char kNoCode[] = "(a code that was not sent)";

inline GatewaySettings gateway(const std::string& name, bool texts, bool calls, bool press) {
  GatewaySettings made;
  made.name = name;
  made.texts = texts;
  made.calls = calls;
  made.press = press;
  return made;
}

class Phones : public testing::Test {
 protected:
  Phones() {
    world.settings.issuer = "Example University";
    world.settings.helpdesk = "Service Desk, 0800 650 200";
    world.settings.gateways = {gateway("all", true, true, true)};
    world.settings.phone.countries = {"NZ", "BE"};
    world.dialogue.before_answer = [this](doubles::Script& script) {
      if (script.answers.empty() || !script.answers.front()) return;
      std::string& answer = *script.answers.front();
      if (answer == kCode) answer = world.mailbox.code();
      if (answer == kNoCode) answer = wrong();
    };
  }
  [[nodiscard]] std::string wrong() const {
    for (int number = 0;; ++number) {
      std::string digits = std::to_string(1'000'000 + number).substr(1);
      if (std::ranges::none_of(world.mailbox.messages,
                               [&](const PhoneMessage& message) { return message.code.text() == digits; }) &&
          world.code() != digits)
        return digits;
    }
  }
  void enrol(const std::string& number = kMobile, PhoneUse use = PhoneUse::text, const std::string& name = "alice",
             Uid uid = Uid{1000}) {
    ASSERT_TRUE(world.store.write([&](Transaction& tx) {
      auto person = tx.person_by_name({name});
      if (!person) person = tx.add_person({name}, uid, world.clock.time);
      Factor factor;
      factor.number = person->next_factor++;
      factor.name = "phone " + std::to_string(factor.number);
      factor.detail = PhoneFactor{.number = {number}, .use = use};
      tx.add_factor(person->id, factor);
      tx.save(*person);
    }));
  }
  LoginVerdict log_in(std::vector<std::expected<std::string, DialogueError>> answers,
                      const std::string& user = "alice") {
    world.dialogue.prompts.clear();
    world.dialogue.answers = std::move(answers);
    LoginFacts facts;
    facts.user = user;
    facts.service = service;
    facts.rhost = "203.0.113.7";
    facts.tty = "ssh";
    facts.from_root = from_root;
    facts.password_passed = password_passed;
    return login(world.engine, facts, from_root ? kRoot : Caller{.uid = Uid{1000}, .pid = 2}, world.dialogue);
  }
  Asker asker() {
    return {.caller = {.uid = Uid{1000}, .pid = 42},
            .terminal = TerminalId{"session 7 tty 3"},
            .password = world.passwords,
            .dialogue = world.dialogue};
  }
  const std::string& prompt(std::size_t number) { return world.dialogue.prompts.at(number).text; }
  std::size_t sent() const { return world.mailbox.messages.size(); }
  std::uint32_t failures() { return world.person("alice").lockout.failures; }
  const PhoneCode& kept(std::uint32_t factor = 1) { return world.store.state.phone_codes.at({1, factor}); }

  World world;
  std::string service = "sshd";
  bool from_root = true;
  bool password_passed = true;
};

}  // namespace mfa
