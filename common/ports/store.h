// The store, as flows see it: people, their factors and codes, step-ups, and the trail.
//
// Contract (tests/contract runs it against every adapter):
// - A write() is all or nothing, durable when it returns, and serialised with every other: what it reads is true when
//   it commits. Many writes may share one commit. Nothing is ever open across a prompt.
// - The work runs at most once, maybe on another thread, while the caller waits; it must not block nor call the store.
// - When an operation fails, the work is left at that point and write() reports it: nothing of it was recorded, so
//   nothing it decided may be believed.
// - Events appended are in the same commit, numbered and chained, and reach the journal after it, in order.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/domain/event.h"
#include "common/domain/factor.h"
#include "common/domain/person.h"
#include "common/domain/phone_budget.h"
#include "common/domain/phone_code.h"
#include "common/domain/trail.h"
#include "common/domain/trust.h"
#include "common/domain/types.h"

namespace mfa {

enum class StoreError : std::uint8_t {
  missing,      // there is none: `mfa-enroll admin init`
  unavailable,  // cannot be opened, read or written
  busy,         // another process holds it
  full,         // no room left
  damaged,      // never mended by itself
  too_new,      // written by a newer release
  wrong_key,    // the key does not fit what is sealed with it
  keys_full,    // the key file has room for no more keys
};
[[nodiscard]] std::string_view name_of(StoreError error);

// A key that was shown at a set-up and is not proven yet. Until then its codes are taken from whoever comes back with
// the same place and password version; it is shown to nobody again.
struct PendingFactor {
  Secret key;                 // never empty
  TotpParameters parameters;  // valid
  UnixTime until;
  std::string place;             // the device's kind and id; never empty
  std::string password_version;  // at that time
};

// A text or call that was recorded. Never used again.
struct MessageId {
  std::int64_t value = 0;
  auto operator<=>(const MessageId&) const = default;
};

// A code that the helpdesk handed over, beside the code itself.
struct Bypass {
  UnixTime until;
  std::uint32_t uses = 0;  // left
};

// A country from which logins are let through until then.
struct Journey {
  std::string country;  // ISO 3166-1 alpha-2
  UnixTime until;
};

// A terminal of a login session, as the kernel names it: what a step-up is good for. Opaque; equal or not.
struct TerminalId {
  std::string value;
};

// What a step-up rests on: it holds until then, and no longer than all of it is as it was.
struct StepUpMark {
  UnixTime until;
  std::uint32_t epoch = 0;       // Person::epoch
  std::string password_version;  // empty: there is none to be seen
  bool operator==(const StepUpMark&) const = default;
};

// Of some people: how many there are, how many of them have a factor, and one of each kind.
struct PeopleCount {
  std::int64_t people = 0, enrolled = 0, locked = 0;
  std::map<FactorKind, std::int64_t> with_factor;
  PersonId last;  // the last of them; as it was given, if there are none
};
// Of some rows of the trail: how often each kind of event came.
struct EventCount {
  std::map<EventKind, std::int64_t> times;
  std::int64_t last = 0;  // the lowest number that was looked at
  bool more = false;      // there may be older ones that count
};

// Refused acts of somebody: in all, and of these about that user.
struct RefusalCount {
  std::size_t all = 0, about_user = 0;
};

class Transaction {
 public:
  Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  virtual ~Transaction() = default;

  [[nodiscard]] virtual std::optional<Person> person_by_name(const Username& name) = 0;
  [[nodiscard]] virtual std::optional<Person> person_by_uid(Uid uid) = 0;
  // Neither the name nor the uid may be there already.
  virtual Person add_person(const Username& name, Uid uid, UnixTime first_seen) = 0;
  virtual void save(const Person& person) = 0;  // all but id, name, uid
  // Neither may be anybody else's.
  virtual void rename_person(PersonId person, const Username& name, Uid uid) = 0;
  // With all that is kept of them but the trail. Their id is nobody else's ever.
  virtual void remove_person(PersonId person) = 0;

  [[nodiscard]] virtual std::vector<Factor> factors(PersonId person) = 0;  // by number
  virtual void add_factor(PersonId person, const Factor& factor) = 0;
  virtual void save_factor(PersonId person,
                           const Factor& factor) = 0;  // name, last use, last step or counters, language
  virtual void remove_factor(PersonId person, std::uint32_t number) = 0;  // and its code
  // How many people other than this one have a phone of that number.
  [[nodiscard]] virtual std::size_t others_with_number(PersonId person, const PhoneNumber& number) = 0;

  // The code that was made last for that factor, live or not; kUnfinishedPhone: for the number that is being
  // registered.
  [[nodiscard]] virtual std::optional<PhoneCode> phone_code(PersonId person, std::uint32_t factor) = 0;
  // In place of an older one; those of others may go thirty days after their time, seen from this one's.
  virtual void keep_phone_code(PersonId person, std::uint32_t factor, const PhoneCode& code) = 0;
  virtual void drop_phone_code(PersonId person, std::uint32_t factor) = 0;

  // Messages: recorded before they are sent, for thirty days at least: a clock that was ahead for a while forgets none
  // that counts.
  virtual MessageId add_message(PersonId person, const MessageRecord& message) = 0;  // with MessageEnd::open
  // Of the messages before this one what counts for it.
  [[nodiscard]] virtual MessageTally messages_before(PersonId person, const MessageRecord& message) = 0;
  // How it ended, if it is open; false: it is not, or it is not theirs.
  [[nodiscard]] virtual bool end_message(PersonId person, MessageId message, MessageEnd end) = 0;
  // Takes back one that is open: it was not so much as tried, and counts for nothing.
  virtual void forget_message(PersonId person, MessageId message) = 0;
  // Of all that are open: nobody answered them, whatever is said of them later.
  virtual void end_open_messages(PersonId person) = 0;

  // Codes in their normal form, none twice; kept as keyed hashes.
  virtual void replace_recovery_codes(PersonId person, std::span<const std::string> codes) = 0;
  [[nodiscard]] virtual std::size_t recovery_codes_left(PersonId person) = 0;
  [[nodiscard]] virtual bool use_recovery_code(PersonId person, std::string_view code) = 0;  // true once
  // Whether it is one of the set at hand that has been used.
  [[nodiscard]] virtual bool recovery_code_was_used(PersonId person, std::string_view code) = 0;

  [[nodiscard]] virtual std::optional<PendingFactor> pending_factor(PersonId person) = 0;
  // In place of an older one; those of others may go an hour after their time, seen from this one's.
  virtual void keep_pending(PersonId person, const PendingFactor& pending) = 0;
  virtual void drop_pending(PersonId person) = 0;

  // An enrolment code in its normal form, kept as a keyed hash; a new one takes the place of older ones.
  virtual void keep_enrolment_code(PersonId person, std::string_view code, UnixTime until) = 0;
  [[nodiscard]] virtual bool enrolment_code_holds(PersonId person, std::string_view code, UnixTime now) = 0;
  virtual void drop_enrolment_code(PersonId person) = 0;
  [[nodiscard]] virtual std::optional<UnixTime> enrolment_code_until(PersonId person) = 0;

  // A bypass code, kept as a keyed hash; a new one takes the place of an older one. 1 to kMostBypassUses uses.
  virtual void keep_bypass_code(PersonId person, std::string_view code, const Bypass& terms) = 0;
  // Takes one use of it; false if it is another one, or holds no more. With its last use it goes.
  [[nodiscard]] virtual bool use_bypass_code(PersonId person, std::string_view code, UnixTime now) = 0;
  // Nothing: there is none, or it is used up. One whose time is over may still be there.
  [[nodiscard]] virtual std::optional<Bypass> bypass_code(PersonId person) = 0;
  virtual void drop_bypass_code(PersonId person) = 0;

  // That this member of the helpdesk knows who the person is. Older ones of others may go along the way.
  virtual void keep_identified(PersonId person, Uid clerk, UnixTime until) = 0;
  [[nodiscard]] virtual std::optional<UnixTime> identified_until(PersonId person, Uid clerk) = 0;

  [[nodiscard]] virtual std::vector<Journey> journeys(PersonId person) = 0;  // by country
  virtual void add_journey(PersonId person, const Journey& journey) = 0;     // a country that is not there yet
  virtual void remove_journey(PersonId person, const std::string& country) = 0;

  [[nodiscard]] virtual std::optional<StepUpMark> step_up_at(PersonId person, const TerminalId& terminal) = 0;
  virtual void record_step_up(PersonId person, const TerminalId& terminal, const StepUpMark& mark) = 0;
  virtual void forget_step_ups(PersonId person) = 0;

  // All rows of a person, by number. A person has few: flows/trusting bounds them.
  [[nodiscard]] virtual std::vector<Trust> trusts(PersonId person) = 0;
  virtual void add_trust(PersonId person, const Trust& trust) = 0;
  virtual void save_trust(PersonId person, const Trust& trust) = 0;  // all but number, device, server, since
  virtual void remove_trust(PersonId person, std::uint32_t number) = 0;

  // Of the `most` people who come behind this one.
  [[nodiscard]] virtual PeopleCount count_people(PersonId behind, std::size_t most, UnixTime now) = 0;

  virtual void append(const Event& event) = 0;
  // Of the `most` rows before this number, those since then. Rows lie in the order they came: it looks no further than
  // an hour before that moment, for clocks that were set.
  [[nodiscard]] virtual EventCount count_events(std::int64_t before, UnixTime since, std::size_t most) = 0;
  // How many acts of the helpdesk (kFirstHelpdeskAct to kLastHelpdeskAct) the trail has of this actor since then.
  [[nodiscard]] virtual std::size_t helpdesk_acts(const std::string& actor, UnixTime since) = 0;
  // How many changes of theirs (kFirstOwnChange to kLastOwnChange) the trail has about this user since then.
  [[nodiscard]] virtual std::size_t changes_since(const std::string& user, UnixTime since) = 0;
  // Likewise acts of the helpdesk that were refused to this actor, for that reason (empty: whatever it was).
  [[nodiscard]] virtual RefusalCount refusals_since(const std::string& actor, const std::string& reason,
                                                    const std::string& user, UnixTime since) = 0;
  // Whether it has a report ("notme") about this user since then.
  [[nodiscard]] virtual bool reported_since(const std::string& user, UnixTime since) = 0;
  // How many events about this user it has since then that say that a code was spent before ("replayed").
  [[nodiscard]] virtual std::size_t replays_since(const std::string& user, UnixTime since) = 0;
  // Events about this user with numbers below `before`, newest first, `most` at most.
  [[nodiscard]] virtual std::vector<TrailRow> events_about(const std::string& user, std::int64_t before,
                                                           std::size_t most) = 0;
  // Of the events about this user with numbers above `after` those that are told (is_told()), newest first, `most` at
  // most. Costs no more for all the others.
  [[nodiscard]] virtual std::vector<TrailRow> told_about(const std::string& user, std::int64_t after,
                                                         std::size_t most) = 0;
  // Rows of everybody or of one user, in the order that was asked for.
  [[nodiscard]] virtual std::vector<TrailRow> trail(const TrailStretch& stretch) = 0;
  // The chain's values in the rows among the `most` numbers after `after`, without proofs.
  [[nodiscard]] virtual std::vector<TrailMark> trail_heads(std::int64_t after, std::size_t most) = 0;
  // Whatever became of its row.
  [[nodiscard]] virtual LineOrigin origin_of(const ProvenLine& line) = 0;
  // Drops the personal detail (all texts and the salt) of rows after `after` that happened before then, `most` at most
  // (0: only looks), looking at `most_seen` rows. What tells of the store itself keeps it: nothing there is personal.
  virtual PurgedRows purge(UnixTime before, std::int64_t after, std::size_t most, std::size_t most_seen) = 0;
};

// What a look through a store finds, for administrators.
struct StoreCondition {
  std::int64_t schema = 0;   // its version
  std::string trouble;       // what is wrong with its structure, in the adapter's words; empty: nothing
  bool whole = true;         // all of its structure was looked at; false: it is too large for that while others wait
  std::int64_t last = 0;     // number of the trail's last row; 0: there is none
  std::int64_t checked = 0;  // of the trail's last rows: found to be as they were written
  std::optional<std::int64_t> bad;  // the number of the first of them that is not
  std::size_t old_keys = 0;         // whole ones in the key file that were replaced, and should have gone
  std::size_t keys_left = 0;        // how often the key can be changed before the key file is full, if that is near
  bool keys_near_full = false;
};

// Keys by their ids, eight hexadecimal digits.
struct KeyRotation {
  std::string before, now;
  std::int64_t sealed = 0;  // values that were sealed anew
  bool old_stays = false;   // the old key could not be taken out of the key file yet
};

// A sound copy of a whole store.
struct CopyFacts {
  std::int64_t size = 0;    // bytes
  std::int64_t schema = 0;  // its version
  std::int64_t people = 0;
  std::int64_t last = 0;  // number of the trail's last row
  std::string key;        // the id of the key it is sealed with
};
class StoreCopy {
 public:
  StoreCopy() = default;
  StoreCopy(const StoreCopy&) = delete;
  StoreCopy& operator=(const StoreCopy&) = delete;
  virtual ~StoreCopy() = default;
  [[nodiscard]] virtual const CopyFacts& facts() const = 0;
  // The next bytes; 0 at the end.
  [[nodiscard]] virtual std::expected<std::size_t, StoreError> read(std::span<std::uint8_t> into) = 0;
};

// A copy on its way back.
class StoreDraft {
 public:
  StoreDraft() = default;
  StoreDraft(const StoreDraft&) = delete;
  StoreDraft& operator=(const StoreDraft&) = delete;
  virtual ~StoreDraft() = default;
  [[nodiscard]] virtual std::expected<void, StoreError> append(std::span<const std::uint8_t> bytes) = 0;
};
struct RestoreTerms {
  Event about;                   // its reason is filled in
  std::int64_t steps_ahead = 0;  // of apps: no code of a time step up to now and so many more is good any more
  Secret other_key;              // the text of a key file, beside this host's; may be empty
  std::function<void()> alive;   // called every second or so while it is looked through; may be empty
};
// What had been removed since the backup and is there again.
struct CameBack {
  std::string user;
  std::string factor;  // its id; empty: somebody of whom nothing was kept any more
};
inline constexpr std::int64_t kMostNamed = 100;
// Whose name or uid root had changed since (Transaction::rename_person), and who have the old ones again.
struct NamedAsBefore {
  std::string user;  // as they are called here
  std::string was;   // as they were called since
};
struct Restored {
  CopyFacts facts;    // of the copy, before it was brought up to date
  std::string aside;  // where the store lies that was there; empty: there was none
  // Codes that this one knew as used stay so. Else all recovery codes count as used, and no token passes any more.
  bool continued = false;
  std::vector<CameBack> came_back;  // the first kMostNamed of them, by name; known if `continued`
  std::int64_t all_that_came_back = 0;
  // Who had set up a second factor since, and has none now: only an enrolment code lets them set one up. Likewise.
  std::vector<std::string> by_code;
  std::int64_t all_by_code = 0;
  std::vector<NamedAsBefore> named_as_before;  // the first kMostNamed of them
  std::optional<std::int64_t> bad;  // the number of the first row of the copy's trail that is not as it was written
  bool opens = true;                // false: it is in its place, but why it does not open the system log says
};

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  [[nodiscard]] virtual std::expected<void, StoreError> write(const std::function<void(Transaction&)>& work) = 0;
  // The same without changing anything: sees one consistent state, costs no sync. Changing through it is a failure.
  [[nodiscard]] virtual std::expected<void, StoreError> read(const std::function<void(Transaction&)>& work) = 0;

  // In parts, so that logins go on meanwhile; all of it takes a second at most.
  [[nodiscard]] virtual std::expected<StoreCondition, StoreError> examine() = 0;
  // Walks the whole trail, likewise in parts: some five seconds for a million rows. `alive` is called between them.
  [[nodiscard]] virtual std::expected<TrailVerdict, StoreError> verify_trail(const std::function<void()>& alive) = 0;

  // What follows only a store of this host can do; any other is unavailable for it.

  // A new key: all that is sealed is sealed anew with it, in one transaction, with this event, whose reason is filled
  // in. Others wait meanwhile.
  [[nodiscard]] virtual std::expected<KeyRotation, StoreError> rotate_key(const Event& /*about*/) {
    return std::unexpected(StoreError::unavailable);
  }

  // A copy, checked, that is made in parts while others go on. One at a time: `busy`.
  [[nodiscard]] virtual std::expected<std::unique_ptr<StoreCopy>, StoreError> copy() {
    return std::unexpected(StoreError::unavailable);
  }
  // A copy takes the place of the store, whatever ails that, once it was found sound. `damaged`, `too_new`,
  // `wrong_key`: the copy is, and nothing has changed. What was promised for a while is void in it.
  [[nodiscard]] virtual std::expected<std::unique_ptr<StoreDraft>, StoreError> draft() {
    return std::unexpected(StoreError::unavailable);
  }
  [[nodiscard]] virtual std::expected<Restored, StoreError> restore(StoreDraft& /*draft*/,
                                                                    const RestoreTerms& /*terms*/) {
    return std::unexpected(StoreError::unavailable);
  }
};

// write and read with a result: `auto left = writing(store, [&](Transaction& tx) { return …; });`
template <class Work>
[[nodiscard]] auto writing(Store& store, Work work)
    -> std::expected<std::invoke_result_t<Work, Transaction&>, StoreError> {
  std::optional<std::invoke_result_t<Work, Transaction&>> result;
  if (auto done = store.write([&](Transaction& tx) { result.emplace(work(tx)); }); !done)
    return std::unexpected(done.error());
  return std::move(*result);
}
template <class Work>
[[nodiscard]] auto reading(Store& store, Work work)
    -> std::expected<std::invoke_result_t<Work, Transaction&>, StoreError> {
  std::optional<std::invoke_result_t<Work, Transaction&>> result;
  if (auto done = store.read([&](Transaction& tx) { result.emplace(work(tx)); }); !done)
    return std::unexpected(done.error());
  return std::move(*result);
}

}  // namespace mfa
