// Doubles of the ports, for tests of the flows: a store in memory that can fail at any call, a clock that stands still,
// a directory of a few people, a person with prepared answers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/flows/engine.h"
#include "common/flows/requests.h"
#include "tests/doubles/memory_store.h"
#include "tests/doubles/reasons.h"

namespace mfa::doubles {

class FixedClock : public Clock {
 public:
  UnixTime now() override { return time; }
  std::string date_in_words(UnixTime) override { return "15 January 2027"; }
  std::string time_in_words(UnixTime at) override { return "15 Jan 08:" + std::to_string(at.seconds % 3600 / 60); }
  UnixTime time{1'800'000'000};
};

// Different bytes at every call, the same in every run.
class CountingRandom : public Random {
 public:
  bool fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      byte = static_cast<std::uint8_t>(state_ >> 56U);
    }
    return works;
  }
  bool works = true;

 private:
  std::uint64_t state_ = 1;
};

class Directory : public Accounts {
 public:
  std::expected<Account, LookupError> by_name(std::string_view name) override {
    if (down) return std::unexpected(LookupError::failed);
    const auto found =
        std::ranges::find(people, name, [](const Account& account) { return std::string_view(account.name.value); });
    if (found == people.end()) return std::unexpected(LookupError::not_found);
    return *found;
  }
  std::expected<Account, LookupError> by_uid(Uid uid) override {
    ++asked_by_uid;
    if (down) return std::unexpected(LookupError::failed);
    const auto found = std::ranges::find(people, uid, &Account::uid);
    if (found == people.end()) return std::unexpected(LookupError::not_found);
    return *found;
  }
  std::map<std::string, Membership> memberships(const Account& account, const std::set<std::string>& wanted) override {
    std::map<std::string, Membership> result;
    for (const std::string& group : wanted) {
      const auto members = groups.find(group);
      result[group] = down                      ? Membership::unknown
                      : members == groups.end() ? Membership::no_such_group
                      : std::ranges::find(members->second, account.name.value) != members->second.end()
                          ? Membership::member
                          : Membership::not_member;
    }
    return result;
  }
  std::vector<Account> people{{{"root"}, Uid{0}, Gid{0}},
                              {{"alice"}, Uid{1000}, Gid{1000}},
                              {{"bob"}, Uid{1001}, Gid{1001}},
                              {{"alias"}, Uid{1000}, Gid{1000}},
                              {{"nobody"}, Uid{65534}, Gid{65534}}};
  std::map<std::string, std::vector<std::string>> groups{{"students", {"alice"}}};
  int asked_by_uid = 0;
  bool down = false;
};

class Lines : public Journal {
 public:
  void record(const Event& event, const std::optional<TrailMark>&) override { events.push_back(event); }
  void note(Severity, std::string_view text) override { notes.emplace_back(text); }
  std::vector<Event> events;
  std::vector<std::string> notes;
};

// A person who answers from a list, and then goes away.
class Script : public Dialogue {
 public:
  std::expected<Secret, DialogueError> ask(const Prompt& prompt) override {
    prompts.push_back(prompt);
    if (before_answer) before_answer(*this);
    if (answers.empty()) return std::unexpected(DialogueError::gone);
    auto answer = answers.front();
    answers.erase(answers.begin());
    if (!answer) return std::unexpected(answer.error());
    return Secret(*answer);
  }
  void show(std::string_view text) override { shown.emplace_back(text); }
  void offer(std::string_view, std::string_view uri, std::string_view key) override {
    offered_uri = uri;
    offered_key = key;
  }
  std::vector<std::expected<std::string, DialogueError>> answers;
  std::function<void(Script&)> before_answer;  // may add answers that depend on what was offered
  std::vector<Prompt> prompts;
  std::vector<std::string> shown;
  std::string offered_uri, offered_key;
};

class Versions : public PasswordVersions {
 public:
  std::expected<std::string, LookupError> version_of(const Username&) override {
    if (!version) return std::unexpected(LookupError::failed);
    return *version;
  }
  std::optional<std::string> version = "version-1";
};

// Addresses in 203.0.113.0/24 are in New Zealand, all others in Australia.
class Atlas : public Countries {
 public:
  std::optional<std::string> country_of(const Address& address) override {
    if (!readable) return std::nullopt;
    return address.bytes[0] == 203 && !address.v6 ? "NZ" : "AU";
  }
  bool readable = true;
};

class Tally : public FailedPasswords {
 public:
  void add() override { ++count; }
  int count = 0;
};

class Passwords : public PasswordCheck {
 public:
  PasswordAnswer check(const Secret& password) override {
    ++asked;
    if (fixed) return *fixed;
    return password.text() == "correct horse" ? PasswordAnswer::right : PasswordAnswer::wrong;
  }
  std::chrono::seconds wait() const override { return std::chrono::seconds(42); }
  std::optional<PasswordAnswer> fixed;
  int asked = 0;
};

// Carries nothing, keeps all of it, and answers as it is told.
class Mailbox : public Gateway {
 public:
  DeliveryReport send(const PhoneMessage& message) override {
    messages.push_back(message);
    if (while_sending) while_sending();
    return {.delivery = message.mode == MessageMode::press ? press : answer,
            .gateway = "mailbox",
            .detail = "",
            .of_message = false,
            .why = why,
            .full = full,
            .tries = tries};
  }
  void begin(const PhoneMessage& message, const Ended& ended) override {
    if (!rings) return ended(send(message));
    messages.push_back(message);
    ringing.push_back(ended);
  }
  // The last call that began.
  void ends(Delivery delivery, Refusal refusal = Refusal::unknown) {
    const Ended ended = ringing.back();
    ringing.pop_back();
    ended({.delivery = delivery, .gateway = "mailbox", .detail = "", .of_message = false, .why = refusal});
  }
  // The code in the last message.
  [[nodiscard]] std::string code() const { return messages.empty() ? "" : std::string(messages.back().code.text()); }
  [[nodiscard]] std::string text() const { return messages.empty() ? "" : std::string(messages.back().text.text()); }
  std::vector<PhoneMessage> messages;
  Delivery answer = Delivery::sent;
  Delivery press = Delivery::approved;
  Refusal why = Refusal::unknown;
  bool full = false;  // where the answer is that it failed
  std::vector<DeliveryReport::Try> tries;
  bool rings = false;  // calls whose code is asked for go on until ends()
  std::vector<Ended> ringing;
  std::function<void()> while_sending;
};

// Numbers as they stand in E.164, of New Zealand and Belgium. What ends in 9900 is a landline, in 0900 costs more, in
// 0800 is on the internet.
class NumberBook : public PhoneNumbers {
 public:
  std::expected<NumberFacts, NumberRefusal> read(std::string_view typed, std::string_view country) override {
    asked.emplace_back(std::string(typed), std::string(country));
    std::string digits;
    for (const char c : typed)
      if (c == '+' || (c >= '0' && c <= '9')) digits += c;
    if (digits.starts_with('0')) digits = (country == "BE" ? "+32" : "+64") + digits.substr(1);
    const auto number = parse_e164(digits);
    if (!number) return std::unexpected(NumberRefusal::not_a_number);
    return NumberFacts{.number = *number,
                       .line = digits.ends_with("9900")   ? LineKind::landline
                               : digits.ends_with("0900") ? LineKind::premium
                               : digits.ends_with("0800") ? LineKind::voip
                                                          : LineKind::mobile,
                       .country = digits.starts_with("+64")   ? "NZ"
                                  : digits.starts_with("+32") ? "BE"
                                                              : "US",
                       .written = digits};
  }
  std::vector<std::pair<std::string, std::string>> asked;
};

// All of them together, and an engine over them.
struct World {
  Settings settings;
  MemoryStore store;
  FixedClock clock;
  CountingRandom random;
  Directory accounts;
  Lines journal;
  Script dialogue;
  Passwords passwords;
  Versions versions;
  Atlas countries;
  Tally failed_passwords;
  Mailbox mailbox;
  NumberBook numbers;
  Engine engine{settings,         store,   clock,   random,  accounts, versions, countries,
                failed_passwords, mailbox, numbers, journal, "lab-gw"};

  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  // A person with one app; the key is the RFC's, so that codes are easy to make.
  Person enrol(const std::string& name, Uid uid);
  static Secret key() { return Secret(std::string_view("12345678901234567890")); }
  std::string code(int steps_from_now = 0) const { return code_of(key(), steps_from_now); }
  std::string code_of(const Secret& of, int steps_from_now = 0) const;
  // Six digits that are the code of no step near now.
  std::string wrong_code() const;
  const Person& person(const std::string& name) const;
};

}  // namespace mfa::doubles
