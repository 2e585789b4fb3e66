#include "tests/doubles/memory_store.h"

#include <algorithm>

namespace mfa::doubles {
namespace {

struct Failed {};

}  // namespace

class MemoryStore::Tx : public Transaction {
 public:
  Tx(MemoryStore& store, MemoryStore::State& state, bool may_change)
      : store_(store), state_(state), may_change_(may_change) {}
  std::optional<Person> person_by_name(const Username& name) override {
    return find([&](const Person& person) { return person.name == name; });
  }
  std::optional<Person> person_by_uid(Uid uid) override {
    return find([&](const Person& person) { return person.uid == uid; });
  }
  Person add_person(const Username& name, Uid uid, UnixTime first_seen) override {
    changing();
    if (std::ranges::any_of(state_.people, [&](const Person& one) { return one.name == name || one.uid == uid; }))
      throw Failed{};
    Person person;
    person.id = {++state_.last_id};
    person.name = name;
    person.uid = uid;
    person.first_seen = first_seen;
    state_.people.push_back(person);
    return person;
  }
  void save(const Person& person) override {
    changing();
    Person& row = row_in(state_.people, &Person::id, person.id);
    const Person old = std::exchange(row, person);
    row.name = old.name;
    row.uid = old.uid;
  }
  void rename_person(PersonId person, const Username& name, Uid uid) override {
    changing();
    if (std::ranges::any_of(
            state_.people, [&](const Person& one) { return one.id != person && (one.name == name || one.uid == uid); }))
      throw Failed{};
    Person& row = row_in(state_.people, &Person::id, person);
    row.name = name;
    row.uid = uid;
  }
  void remove_person(PersonId person) override {
    changing();
    if (std::erase_if(state_.people, [&](const Person& one) { return one.id == person; }) != 1) throw Failed{};
    const auto of_them = [&](const auto& entry) {
      if constexpr (requires { entry.first.first; })
        return entry.first.first == person.value;
      else
        return entry.first == person.value;
    };
    std::erase_if(state_.factors, of_them);
    std::erase_if(state_.codes, of_them);
    std::erase_if(state_.used_codes, of_them);
    std::erase_if(state_.trusts, of_them);
    std::erase_if(state_.pending, of_them);
    std::erase_if(state_.enrolment_codes, of_them);
    std::erase_if(state_.step_ups, of_them);
    std::erase_if(state_.phone_codes, of_them);
    std::erase_if(state_.bypasses, of_them);
    std::erase_if(state_.identified, of_them);
    std::erase_if(state_.journeys, of_them);
    for (State::Message& message : state_.messages)  // numbers are never used again
      if (message.person == person) message = {.person = {}, .record = {}, .end = MessageEnd::failed};
  }
  PeopleCount count_people(PersonId behind, std::size_t most, UnixTime now) override {
    step();
    PeopleCount count{.people = 0, .enrolled = 0, .locked = 0, .with_factor = {}, .last = behind};
    for (const Person& person : state_.people) {  // by id
      if (person.id <= behind || std::cmp_greater_equal(count.people, most)) continue;
      ++count.people;
      count.last = person.id;
      if (person.lockout.locked_until > now) ++count.locked;
      std::set<FactorKind> kinds;
      for (const Factor& factor : state_.factors[person.id.value]) kinds.insert(factor.kind());
      if (!kinds.empty()) ++count.enrolled;
      for (const FactorKind kind : kinds) ++count.with_factor[kind];
    }
    return count;
  }
  EventCount count_events(std::int64_t before, UnixTime since, std::size_t most) override {
    step();
    EventCount count;
    auto seq = std::min(before, static_cast<std::int64_t>(state_.events.size()) + 1);
    bool lately = false;
    for (std::size_t seen = 0; seq > 1 && seen < most; ++seen) {
      const Event& event = state_.events[static_cast<std::size_t>(--seq) - 1];
      lately = lately || event.at >= since - std::chrono::hours(1);
      count.last = seq;
      if (event.at >= since) ++count.times[event.kind];
    }
    count.more = seq > 1 && lately;
    return count;
  }
  std::vector<Factor> factors(PersonId person) override {
    step();
    return state_.factors[person.value];
  }
  void add_factor(PersonId person, const Factor& factor) override {
    changing();
    add_row(state_.factors, person, factor);
  }
  void save_factor(PersonId person, const Factor& factor) override {
    changing();
    Factor& row = row_in(state_.factors[person.value], &Factor::number, factor.number);
    if (row.detail.index() != factor.detail.index()) throw Failed{};
    row.name = factor.name;
    row.last_used = factor.last_used;
    if (auto* totp = std::get_if<TotpFactor>(&row.detail))
      totp->last_step = std::get<TotpFactor>(factor.detail).last_step;
    if (auto* phone = std::get_if<PhoneFactor>(&row.detail)) {
      if (factor.kind() != row.kind()) throw Failed{};
      phone->language = std::get<PhoneFactor>(factor.detail).language;
    }
    if (auto* hotp = std::get_if<HotpFactor>(&row.detail)) hotp->state = std::get<HotpFactor>(factor.detail).state;
  }
  void remove_factor(PersonId person, std::uint32_t number) override {
    changing();
    remove_row(state_.factors[person.value], number);
    state_.phone_codes.erase({person.value, number});
  }
  std::size_t others_with_number(PersonId person, const PhoneNumber& number) override {
    step();
    return static_cast<std::size_t>(std::ranges::count_if(state_.factors, [&](const auto& entry) {
      return entry.first != person.value && std::ranges::any_of(entry.second, [&](const Factor& factor) {
               const auto* phone = std::get_if<PhoneFactor>(&factor.detail);
               return phone != nullptr && phone->number == number;
             });
    }));
  }
  std::optional<PhoneCode> phone_code(PersonId person, std::uint32_t factor) override {
    step();
    const auto found = state_.phone_codes.find({person.value, factor});
    return found == state_.phone_codes.end() ? std::nullopt : std::optional(found->second);
  }
  void keep_phone_code(PersonId person, std::uint32_t factor, const PhoneCode& code) override {
    changing();
    require(person);
    if (code.purpose.empty() || !parse_e164(code.number.e164)) throw Failed{};
    state_.phone_codes.insert_or_assign({person.value, factor}, code);
  }
  void drop_phone_code(PersonId person, std::uint32_t factor) override {
    changing();
    state_.phone_codes.erase({person.value, factor});
  }
  MessageId add_message(PersonId person, const MessageRecord& message) override {
    changing();
    require(person);
    state_.messages.push_back({.person = person, .record = message});
    return {static_cast<std::int64_t>(state_.messages.size())};
  }
  MessageTally messages_before(PersonId person, const MessageRecord& message) override {
    step();
    MessageTally tally;
    for (const auto& sent : state_.messages)
      if (!sent.forgotten) count(tally, sent, person, message);
    return tally;
  }
  bool end_message(PersonId person, MessageId message, MessageEnd end) override {
    changing();
    const auto at = static_cast<std::size_t>(message.value) - 1;
    if (at >= state_.messages.size()) return false;
    auto& found = state_.messages[at];
    if (found.person != person || found.end != MessageEnd::open || found.forgotten) return false;
    found.end = end;
    return true;
  }
  void forget_message(PersonId person, MessageId message) override {
    changing();
    const auto at = static_cast<std::size_t>(message.value) - 1;
    if (at >= state_.messages.size()) return;
    auto& found = state_.messages[at];
    found.forgotten = found.person == person && found.end == MessageEnd::open;
  }
  void end_open_messages(PersonId person) override {
    changing();
    for (auto& message : state_.messages)
      if (message.person == person && message.end == MessageEnd::open) message.end = MessageEnd::unanswered;
  }
  void replace_recovery_codes(PersonId person, std::span<const std::string> codes) override {
    changing();
    require(person);
    if (std::set<std::string>(codes.begin(), codes.end()).size() != codes.size()) throw Failed{};
    state_.codes[person.value].assign(codes.begin(), codes.end());
    state_.used_codes[person.value].clear();
  }
  std::size_t recovery_codes_left(PersonId person) override {
    step();
    return state_.codes[person.value].size();
  }
  bool use_recovery_code(PersonId person, std::string_view code) override {
    changing();
    if (std::erase(state_.codes[person.value], code) == 0) return false;
    state_.used_codes[person.value].emplace_back(code);
    return true;
  }
  bool recovery_code_was_used(PersonId person, std::string_view code) override {
    step();
    const auto& used = state_.used_codes[person.value];
    return std::ranges::find(used, code) != used.end();
  }
  std::optional<StepUpMark> step_up_at(PersonId person, const TerminalId& terminal) override {
    step();
    const auto found = state_.step_ups.find({person.value, terminal.value});
    if (found == state_.step_ups.end()) return std::nullopt;
    return found->second;
  }
  void record_step_up(PersonId person, const TerminalId& terminal, const StepUpMark& mark) override {
    changing();
    require(person);
    state_.step_ups[{person.value, terminal.value}] = mark;
  }
  void forget_step_ups(PersonId person) override {
    changing();
    std::erase_if(state_.step_ups, [&](const auto& entry) { return entry.first.first == person.value; });
  }
  std::vector<Trust> trusts(PersonId person) override {
    step();
    return state_.trusts[person.value];
  }
  void add_trust(PersonId person, const Trust& trust) override {
    changing();
    add_row(state_.trusts, person, trust);
  }
  void save_trust(PersonId person, const Trust& trust) override {
    changing();
    Trust& row = row_in(state_.trusts[person.value], &Trust::number, trust.number);
    const Trust old = std::exchange(row, trust);
    row.device = old.device;
    row.server = old.server;
    row.since = old.since;
  }
  void remove_trust(PersonId person, std::uint32_t number) override {
    changing();
    remove_row(state_.trusts[person.value], number);
  }
  std::size_t changes_since(const std::string& user, UnixTime since) override {
    step();
    return static_cast<std::size_t>(std::ranges::count_if(state_.events, [&](const Event& event) {
      const auto kind = static_cast<std::uint16_t>(event.kind);
      return event.user == user && event.at >= since && kind >= kFirstOwnChange && kind <= kLastOwnChange;
    }));
  }
  RefusalCount refusals_since(const std::string& actor, const std::string& reason, const std::string& user,
                              UnixTime since) override {
    step();
    RefusalCount count;
    for (const Event& event : state_.events) {
      if (event.kind != EventKind::helpdesk_refused || event.actor != actor || event.at < since) continue;
      if (!reason.empty() && event.reason != reason) continue;
      ++count.all;
      if (event.user == user) ++count.about_user;
    }
    return count;
  }
  std::optional<PendingFactor> pending_factor(PersonId person) override {
    step();
    const auto found = state_.pending.find(person.value);
    return found == state_.pending.end() ? std::nullopt : std::optional(found->second);
  }
  void keep_pending(PersonId person, const PendingFactor& pending) override {
    changing();
    require(person);
    if (pending.key.empty() || pending.place.empty() || !valid(pending.parameters)) throw Failed{};
    state_.pending.insert_or_assign(person.value, pending);
  }
  void drop_pending(PersonId person) override {
    changing();
    state_.pending.erase(person.value);
  }
  void keep_enrolment_code(PersonId person, std::string_view code, UnixTime until) override {
    changing();
    require(person);
    state_.enrolment_codes.insert_or_assign(person.value, std::pair(std::string(code), until));
  }
  bool enrolment_code_holds(PersonId person, std::string_view code, UnixTime now) override {
    step();
    const auto found = state_.enrolment_codes.find(person.value);
    return found != state_.enrolment_codes.end() && found->second.first == code && now < found->second.second;
  }
  void drop_enrolment_code(PersonId person) override {
    changing();
    state_.enrolment_codes.erase(person.value);
  }
  std::optional<UnixTime> enrolment_code_until(PersonId person) override {
    step();
    const auto found = state_.enrolment_codes.find(person.value);
    return found == state_.enrolment_codes.end() ? std::nullopt : std::optional(found->second.second);
  }
  void keep_bypass_code(PersonId person, std::string_view code, const Bypass& terms) override {
    changing();
    require(person);
    if (terms.uses < 1 || terms.uses > 10) throw Failed{};
    state_.bypasses.insert_or_assign(person.value, std::pair(std::string(code), terms));
  }
  bool use_bypass_code(PersonId person, std::string_view code, UnixTime now) override {
    changing();
    const auto found = state_.bypasses.find(person.value);
    if (found == state_.bypasses.end() || found->second.first != code || now >= found->second.second.until)
      return false;
    if (--found->second.second.uses == 0) state_.bypasses.erase(found);
    return true;
  }
  std::optional<Bypass> bypass_code(PersonId person) override {
    step();
    const auto found = state_.bypasses.find(person.value);
    return found == state_.bypasses.end() ? std::nullopt : std::optional(found->second.second);
  }
  void drop_bypass_code(PersonId person) override {
    changing();
    state_.bypasses.erase(person.value);
  }
  void keep_identified(PersonId person, Uid clerk, UnixTime until) override {
    changing();
    require(person);
    state_.identified.insert_or_assign({person.value, clerk.value}, until);
  }
  std::optional<UnixTime> identified_until(PersonId person, Uid clerk) override {
    step();
    const auto found = state_.identified.find({person.value, clerk.value});
    return found == state_.identified.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<Journey> journeys(PersonId person) override {
    step();
    std::vector<Journey> rows;
    for (const auto& [country, until] : state_.journeys[person.value])
      rows.push_back({.country = country, .until = until});
    return rows;
  }
  void add_journey(PersonId person, const Journey& journey) override {
    changing();
    require(person);
    if (!state_.journeys[person.value].emplace(journey.country, journey.until).second) throw Failed{};
  }
  void remove_journey(PersonId person, const std::string& country) override {
    changing();
    if (state_.journeys[person.value].erase(country) == 0) throw Failed{};
  }
  std::vector<TrailRow> events_about(const std::string& user, std::int64_t before, std::size_t most) override {
    step();
    return newest(most, [&](const TrailRow& row) { return row.event.user == user && row.seq < before; });
  }
  std::vector<TrailRow> told_about(const std::string& user, std::int64_t after, std::size_t most) override {
    step();
    return newest(most, [&](const TrailRow& row) {
      return row.event.user == user && row.seq > after && is_told(row.event.kind);
    });
  }
  std::vector<TrailRow> trail(const TrailStretch& stretch) override {
    step();
    const auto is = [&](const TrailRow& row) { return stretch.user.empty() || row.event.user == stretch.user; };
    if (stretch.backwards)
      return newest(stretch.most, [&](const TrailRow& row) { return row.seq < stretch.from && is(row); });
    std::vector<TrailRow> rows =
        newest(state_.events.size(), [&](const TrailRow& row) { return row.seq > stretch.from && is(row); });
    std::ranges::reverse(rows);
    if (rows.size() > stretch.most) rows.resize(stretch.most);
    return rows;
  }
  std::vector<TrailMark> trail_heads(std::int64_t after, std::size_t most) override {
    step();
    std::vector<TrailMark> marks;
    const auto last = static_cast<std::int64_t>(state_.events.size());
    for (std::int64_t seq = after + 1; seq <= last && marks.size() < most; ++seq)
      marks.push_back({.seq = seq, .run = {}, .head = head_of(seq), .proof = {}});
    return marks;
  }
  LineOrigin origin_of(const ProvenLine& line) override {
    step();
    return line.proof == "proof of " + line.text ? LineOrigin::engine : LineOrigin::unknown;
  }
  PurgedRows purge(UnixTime before, std::int64_t after, std::size_t most, std::size_t most_seen) override {
    changing();
    const auto last = static_cast<std::int64_t>(state_.events.size());
    PurgedRows purged{.seen = after, .rows = 0, .more = false, .oldest = {}};
    std::size_t seen = 0;
    for (; purged.seen < last && seen < most_seen && (most == 0 || purged.rows < most); ++seen) {
      Event& event = state_.events[static_cast<std::size_t>(purged.seen++)];
      Event bare;
      bare.kind = event.kind;
      bare.at = event.at;
      if (event == bare || is_about_store(event.kind)) continue;
      if (event.at >= before) continue;
      purged.oldest = std::min(purged.oldest.value_or(event.at), event.at);
      if (most == 0) continue;
      event = bare;
      ++purged.rows;
    }
    purged.more = seen == most_seen || (most > 0 && purged.rows == most);
    return purged;
  }
  bool reported_since(const std::string& user, UnixTime since) override {
    step();
    return std::ranges::any_of(state_.events, [&](const Event& event) {
      return event.kind == EventKind::reported && event.user == user && event.at >= since;
    });
  }
  std::size_t replays_since(const std::string& user, UnixTime since) override {
    step();
    return static_cast<std::size_t>(std::ranges::count_if(state_.events, [&](const Event& event) {
      return event.reason == "replayed" && event.user == user && event.at >= since;
    }));
  }
  std::size_t helpdesk_acts(const std::string& actor, UnixTime since) override {
    step();
    return static_cast<std::size_t>(std::ranges::count_if(state_.events, [&](const Event& event) {
      const auto kind = static_cast<std::uint16_t>(event.kind);
      return event.actor == actor && event.at >= since && kind >= kFirstHelpdeskAct && kind <= kLastHelpdeskAct;
    }));
  }
  void append(const Event& event) override {
    changing();
    state_.events.push_back(event);
  }

 private:
  static void count(MessageTally& tally, const State::Message& sent, PersonId person, const MessageRecord& message) {
    const auto apart = std::chrono::abs(sent.record.at - message.at);
    const bool in_window = apart < (message.proven ? kProvenWindow : kUnprovenWindow);
    const bool own = sent.person == person;
    const auto earliest = [&](std::optional<UnixTime>& first) {
      first = std::min(first.value_or(sent.record.at), sent.record.at);
    };
    if (sent.end == MessageEnd::failed) {
      if (!own || apart >= kFailedWindow) return;
      ++tally.failed;
      return earliest(tally.oldest_failed);
    }
    if (sent.record.proven == message.proven) {
      if (own && in_window) {
        ++tally.of_person;
        earliest(tally.oldest);
      }
      if (own && apart < kBudgetDay) {
        ++tally.of_person_in_day;
        earliest(tally.oldest_of_day);
      }
      if (sent.record.number == message.number && in_window) ++tally.of_number;
      if (apart < kBudgetDay) ++tally.of_all;
    }
    if (own && in_window && sent.record.number == message.number && sent.record.use == message.use)
      tally.last = std::max(tally.last.value_or(sent.record.at), sent.record.at);
    if (own && apart < kCallsRest && sent.record.use == PhoneUse::call && sent.end != MessageEnd::taken)
      tally.last_call = std::max(tally.last_call.value_or(sent.record.at), sent.record.at);
    if (own && apart < kCallsRest && sent.record.use == PhoneUse::call && sent.end == MessageEnd::open) {
      tally.open_call = std::max(tally.open_call.value_or(sent.record.at), sent.record.at);
      tally.open_here = sent.record.number == message.number;
    }
  }
  void step() { store_.count(); }
  void changing() {
    step();
    if (!may_change_) throw Failed{};
  }
  template <class Rows, class Key, class Value>
  static typename Rows::value_type& row_in(Rows& rows, Key key, const Value& value) {
    const auto found = std::ranges::find(rows, value, key);
    if (found == rows.end()) throw Failed{};
    return *found;
  }
  void require(PersonId person) { static_cast<void>(row_in(state_.people, &Person::id, person)); }
  // By number, each taken once.
  template <class Row>
  void add_row(std::map<std::int64_t, std::vector<Row>>& table, PersonId person, const Row& row) {
    require(person);
    auto& rows = table[person.value];
    const auto place = std::ranges::lower_bound(rows, row.number, {}, &Row::number);
    if (place != rows.end() && place->number == row.number) throw Failed{};
    rows.insert(place, row);
  }
  template <class Row>
  static void remove_row(std::vector<Row>& rows, std::uint32_t number) {
    if (std::erase_if(rows, [&](const Row& row) { return row.number == number; }) == 0) throw Failed{};
  }
  template <class Is>
  std::vector<TrailRow> newest(std::size_t most, Is is) {
    std::vector<TrailRow> rows;
    for (std::size_t seq = state_.events.size(); seq > 0 && rows.size() < most; --seq) {
      TrailRow row{.seq = static_cast<std::int64_t>(seq), .event = state_.events[seq - 1]};
      if (is(row)) rows.push_back(std::move(row));
    }
    return rows;
  }
  template <class Is>
  std::optional<Person> find(Is is) {
    step();
    const auto found = std::ranges::find_if(state_.people, is);
    if (found == state_.people.end()) return std::nullopt;
    return *found;
  }
  MemoryStore& store_;
  MemoryStore::State& state_;
  bool may_change_;
};

MemoryStore::MemoryStore() = default;
MemoryStore::~MemoryStore() = default;
MemoryStore::State::State() = default;
MemoryStore::State::~State() = default;
MemoryStore::State::State(const State&) = default;
MemoryStore::State& MemoryStore::State::operator=(const State&) = default;
MemoryStore::State& MemoryStore::State::operator=(State&&) noexcept = default;

std::expected<void, StoreError> MemoryStore::write(const std::function<void(Transaction&)>& work) {
  return run(work, true);
}

std::expected<void, StoreError> MemoryStore::read(const std::function<void(Transaction&)>& work) {
  return run(work, false);
}

std::expected<StoreCondition, StoreError> MemoryStore::examine() {
  if (fail_at == 0) return std::unexpected(error);
  if (condition) return *condition;
  const auto events = static_cast<std::int64_t>(state.events.size());
  return StoreCondition{.schema = 1, .trouble = {}, .whole = true, .last = events, .checked = events, .bad = {}};
}

std::expected<TrailVerdict, StoreError> MemoryStore::verify_trail(const std::function<void()>& alive) {
  if (fail_at == 0) return std::unexpected(error);
  alive();
  if (verdict) return *verdict;
  const auto events = static_cast<std::int64_t>(state.events.size());
  TrailVerdict all_well;
  all_well.rows = all_well.last = events;
  all_well.head = "9f3c";
  return all_well;
}

void MemoryStore::count() {
  ++operations;
  if (fail_at >= 0 && fail_at-- == 0) throw Failed{};
}

std::expected<void, StoreError> MemoryStore::run(const std::function<void(Transaction&)>& work, bool may_change) {
  const std::lock_guard lock(mutex_);
  State copy = state;
  try {
    Tx tx(*this, copy, may_change);
    work(tx);
    count();  // the commit
  } catch (const Failed&) {
    return std::unexpected(error);
  }
  if (may_change) {
    ++writes;
    state = std::move(copy);
  }
  return {};
}

}  // namespace mfa::doubles
