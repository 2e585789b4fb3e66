// ports/store.h's Transaction in SQL. Every operation either does the whole of what it says or throws StoreFailure.
// Factors are in transaction_factors.cpp, codes and step-ups in transaction_codes.cpp, what is sent to telephones in
// transaction_phones.cpp, trusted devices in transaction_trusts.cpp, what the helpdesk grants in
// transaction_grants.cpp, looks at the whole trail and purging in transaction_trail.cpp, all else in transaction.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/ports/store.h"
#include "common/store/connection.h"
#include "common/store/keyring.h"
#include "common/store/trail.h"

namespace mfa {

// An event that was appended, and where: for the journal, once it is on disk.
struct Recorded {
  Event event;
  TrailHead head;  // with its row
};

// What a statement finds that selects seq, at, kind, user, actor, service, place, server, factor, reason.
[[nodiscard]] std::vector<TrailRow> trail_rows(Statement& found);

class SqliteTransaction final : public Transaction {
 public:
  // `head` is the trail's end, kept by the caller from one command to the next; nothing: this one only looks.
  SqliteTransaction(Connection& connection, const KeyRing& keys, TrailHead* head)
      : connection_(connection), keys_(keys), head_(head) {}

  std::optional<Person> person_by_name(const Username& name) override;
  std::optional<Person> person_by_uid(Uid uid) override;
  Person add_person(const Username& name, Uid uid, UnixTime first_seen) override;
  void save(const Person& person) override;
  void rename_person(PersonId person, const Username& name, Uid uid) override;
  void remove_person(PersonId person) override;

  std::vector<Factor> factors(PersonId person) override;
  void add_factor(PersonId person, const Factor& factor) override;
  void save_factor(PersonId person, const Factor& factor) override;
  void remove_factor(PersonId person, std::uint32_t number) override;

  std::size_t others_with_number(PersonId person, const PhoneNumber& number) override;
  std::optional<PhoneCode> phone_code(PersonId person, std::uint32_t factor) override;
  void keep_phone_code(PersonId person, std::uint32_t factor, const PhoneCode& code) override;
  void drop_phone_code(PersonId person, std::uint32_t factor) override;
  MessageId add_message(PersonId person, const MessageRecord& message) override;
  MessageTally messages_before(PersonId person, const MessageRecord& message) override;
  [[nodiscard]] bool end_message(PersonId person, MessageId message, MessageEnd end) override;
  void forget_message(PersonId person, MessageId message) override;
  void end_open_messages(PersonId person) override;

  void replace_recovery_codes(PersonId person, std::span<const std::string> codes) override;
  std::size_t recovery_codes_left(PersonId person) override;
  bool use_recovery_code(PersonId person, std::string_view code) override;
  bool recovery_code_was_used(PersonId person, std::string_view code) override;

  std::optional<PendingFactor> pending_factor(PersonId person) override;
  void keep_pending(PersonId person, const PendingFactor& pending) override;
  void drop_pending(PersonId person) override;

  void keep_enrolment_code(PersonId person, std::string_view code, UnixTime until) override;
  bool enrolment_code_holds(PersonId person, std::string_view code, UnixTime now) override;
  void drop_enrolment_code(PersonId person) override;
  std::optional<UnixTime> enrolment_code_until(PersonId person) override;

  void keep_bypass_code(PersonId person, std::string_view code, const Bypass& terms) override;
  bool use_bypass_code(PersonId person, std::string_view code, UnixTime now) override;
  std::optional<Bypass> bypass_code(PersonId person) override;
  void drop_bypass_code(PersonId person) override;

  void keep_identified(PersonId person, Uid clerk, UnixTime until) override;
  std::optional<UnixTime> identified_until(PersonId person, Uid clerk) override;

  std::vector<Journey> journeys(PersonId person) override;
  void add_journey(PersonId person, const Journey& journey) override;
  void remove_journey(PersonId person, const std::string& country) override;

  std::optional<StepUpMark> step_up_at(PersonId person, const TerminalId& terminal) override;
  void record_step_up(PersonId person, const TerminalId& terminal, const StepUpMark& mark) override;
  void forget_step_ups(PersonId person) override;

  std::vector<Trust> trusts(PersonId person) override;
  void add_trust(PersonId person, const Trust& trust) override;
  void save_trust(PersonId person, const Trust& trust) override;
  void remove_trust(PersonId person, std::uint32_t number) override;

  PeopleCount count_people(PersonId behind, std::size_t most, UnixTime now) override;
  EventCount count_events(std::int64_t before, UnixTime since, std::size_t most) override;
  void append(const Event& event) override;
  std::size_t helpdesk_acts(const std::string& actor, UnixTime since) override;
  [[nodiscard]] std::size_t changes_since(const std::string& user, UnixTime since) override;
  [[nodiscard]] RefusalCount refusals_since(const std::string& actor, const std::string& reason,
                                            const std::string& user, UnixTime since) override;
  [[nodiscard]] bool reported_since(const std::string& user, UnixTime since) override;
  [[nodiscard]] std::size_t replays_since(const std::string& user, UnixTime since) override;
  std::vector<TrailRow> events_about(const std::string& user, std::int64_t before, std::size_t most) override;
  std::vector<TrailRow> told_about(const std::string& user, std::int64_t after, std::size_t most) override;
  std::vector<TrailRow> trail(const TrailStretch& stretch) override;
  std::vector<TrailMark> trail_heads(std::int64_t after, std::size_t most) override;
  LineOrigin origin_of(const ProvenLine& line) override;
  PurgedRows purge(UnixTime before, std::int64_t after, std::size_t most, std::size_t most_seen) override;

  [[nodiscard]] std::vector<Recorded> take_recorded() { return std::exchange(recorded_, {}); }

 private:
  void changing() const;  // throws if this one only looks
  void touched_one(const char* what) const;
  [[nodiscard]] Factor factor_of(PersonId person, Statement& row);
  [[nodiscard]] TotpFactor totp_of(PersonId person, std::uint32_t number, Statement& row);
  [[nodiscard]] PhoneFactor phone_of(PersonId person, const Factor& factor, FactorKind kind, Statement& row);
  [[nodiscard]] HotpFactor hotp_of(PersonId person, std::uint32_t number, Statement& row);
  void find_open_call(PersonId person, const MessageRecord& message, MessageTally& tally);

  Connection& connection_;
  const KeyRing& keys_;
  TrailHead* head_;
  std::vector<Recorded> recorded_;
};

}  // namespace mfa
