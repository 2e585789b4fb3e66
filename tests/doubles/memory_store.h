// The store's contract over plain maps, for tests of the flows: a store that can fail at any call.
//
// What it says of rows is held to the same tests as the real ones (tests/contract); it keeps no trail and is for one
// caller at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/ports/store.h"

namespace mfa::doubles {

// `fail_at` counts down the operations of transactions (each commit is one more)
// and fails the one that reaches zero; nothing of that transaction remains.
class MemoryStore : public Store {
 public:
  MemoryStore();
  ~MemoryStore() override;
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;
  std::expected<void, StoreError> write(const std::function<void(Transaction&)>& work) override;
  std::expected<void, StoreError> read(const std::function<void(Transaction&)>& work) override;

  // A condition that a test sets; else that of its rows.
  std::expected<StoreCondition, StoreError> examine() override;
  std::optional<StoreCondition> condition;
  // A verdict that a test sets; else that all is well.
  std::expected<TrailVerdict, StoreError> verify_trail(const std::function<void()>& alive) override;
  std::optional<TrailVerdict> verdict;
  static std::string head_of(std::int64_t seq) { return "head " + std::to_string(seq); }

  struct State {
    State();
    ~State();
    State(const State&);
    State& operator=(const State&);
    State& operator=(State&&) noexcept;
    std::vector<Person> people;
    std::int64_t last_id = 0;  // of a person
    std::map<std::int64_t, std::vector<Factor>> factors;
    std::map<std::int64_t, std::vector<std::string>> codes;
    std::map<std::int64_t, std::vector<std::string>> used_codes;
    std::map<std::int64_t, std::vector<Trust>> trusts;
    std::map<std::int64_t, PendingFactor> pending;
    std::map<std::int64_t, std::pair<std::string, UnixTime>> enrolment_codes;
    std::map<std::pair<std::int64_t, std::string>, StepUpMark> step_ups;
    std::map<std::pair<std::int64_t, std::uint32_t>, PhoneCode> phone_codes;
    struct Message {
      PersonId person;
      MessageRecord record;
      MessageEnd end = MessageEnd::open;
      bool forgotten = false;
    };
    std::vector<Message> messages;
    std::map<std::int64_t, std::pair<std::string, Bypass>> bypasses;
    std::map<std::pair<std::int64_t, std::uint32_t>, UnixTime> identified;
    std::map<std::int64_t, std::map<std::string, UnixTime>> journeys;
    std::vector<Event> events;
  };
  State state;
  int fail_at = -1;  // -1: never
  StoreError error = StoreError::unavailable;
  int operations = 0;
  int writes = 0;

 private:
  class Tx;
  void count();
  std::expected<void, StoreError> run(const std::function<void(Transaction&)>& work, bool may_change);

  std::mutex mutex_;
};

}  // namespace mfa::doubles
