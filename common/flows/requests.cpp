#include "common/flows/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "common/domain/advice.h"
#include "common/domain/grant.h"
#include "common/flows/add_factor.h"
#include "common/flows/choose_factor.h"
#include "common/flows/devices.h"
#include "common/flows/enrol.h"
#include "common/flows/identity.h"
#include "common/flows/notices.h"
#include "common/flows/reporting.h"
#include "common/flows/send_code.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

// What the policy says of this person at an SSH login from anywhere: the strictest that is generally asked of them.
Decision policy_for(Engine& engine, const Account& account, const std::vector<Factor>& factors,
                    const std::optional<Person>& person) {
  PolicyFacts facts;
  facts.user = account.name;
  facts.service = "sshd";
  facts.server = engine.server;
  facts.first_factor = FirstFactor::password;
  facts.now = engine.clock.now();
  History history;
  for (const Factor& factor : factors) history.enrolled.merge(factor.kinds());
  history.asks_off = person && person->asks_off;
  if (person) history.exempt_until = person->exempt_until;
  return decide(engine, facts, account, history);
}

Requirement requirement_of(const Decision& decision) {
  switch (decision.reason) {
    case Reason::rule_skips:
    case Reason::exempt:
      return Requirement::skip;
    case Reason::enrolled:
    case Reason::disabled:
    case Reason::nothing_enrolled:
      return Requirement::optional;
    case Reason::rule_denies:
    case Reason::country_unknown:
    case Reason::rule_requires:
    case Reason::required_and_none:
    case Reason::group_unknown:
    case Reason::no_such_account:
      break;
  }
  return Requirement::require;
}

std::string detail_of(const Factor& factor) {
  if (const auto* key = std::get_if<KeyFactor>(&factor.detail)) return key->type + " " + key->fingerprint;
  if (const auto* token = std::get_if<HotpFactor>(&factor.detail))
    return fmt::format("{} digits, counter {}", token->digits, token->state.next.value);
  if (const auto* phone = std::get_if<PhoneFactor>(&factor.detail)) return masked(phone->number);
  const auto& totp = std::get<TotpFactor>(factor.detail).parameters;
  return fmt::format("{}, {} digits, {} s", name_of(totp.algorithm), totp.digits, totp.period.count());
}

std::uint32_t default_number(const Person& person, const std::vector<Factor>& factors) {
  const auto chosen = std::ranges::find(factors, person.default_factor, &Factor::number);
  if (chosen != factors.end()) return chosen->number;
  return factors.empty() ? 0 : factors.front().number;
}

RequestError no_such_factor(const std::string& wanted) {
  return refused(say("You have no factor {}.", wanted), "See yours with: mfa-enroll status");
}

// A change to one factor, in one transaction, after the step-up that its verb needs.
struct FactorChange {
  Verb verb;
  EventKind kind;
  std::function<std::optional<RequestError>(Transaction&, Person&, const std::vector<Factor>&, Factor&)> apply;
  // What stands against it whatever is proven: said before anyone types a password or spends a code.
  std::function<std::optional<RequestError>(const std::vector<Factor>&, const Factor&)> possible;
};

std::optional<RequestError> why_impossible(Engine& engine, const Asker& asker, const Account& account,
                                           const std::string& wanted, const FactorChange& change) {
  std::vector<Factor> factors;
  const auto read = engine.store.read([&](Transaction& tx) {
    const Found found = find_person(tx, account);
    if (found.person && !found.mismatch) factors = tx.factors(found.person->id);
  });
  if (!read) return store_failed(engine, asker, read.error());
  const Factor* factor = find_factor(factors, wanted);
  if (factor == nullptr) return no_such_factor(wanted);
  return change.possible ? change.possible(factors, *factor) : std::nullopt;
}

std::expected<FactorReply, RequestError> change_factor(Engine& engine, const Asker& asker, const std::string& wanted,
                                                       const FactorChange& change) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  if (auto error = why_impossible(engine, asker, *account, wanted, change)) return std::unexpected(*std::move(error));
  const auto proven = step_up(engine, asker, *account, access_of(change.verb).step_up);
  if (!proven) return std::unexpected(proven.error());
  const Claim claim = claim_of(engine, *account, *proven);
  const UnixTime now = engine.clock.now();
  using Result = std::expected<FactorReply, RequestError>;
  auto result = writing(engine.store, [&](Transaction& tx) -> Result {
    const Found found = find_person(tx, *account);
    if (found.mismatch) return std::unexpected(refused(texts::other_person(engine.settings)));
    if (auto error = why_outdated(tx, *account, claim)) return std::unexpected(*std::move(error));
    if (!found.person) return std::unexpected(no_such_factor(wanted));
    Person person = *found.person;
    const std::vector<Factor> factors = tx.factors(person.id);
    const Factor* factor = find_factor(factors, wanted);
    if (factor == nullptr) return std::unexpected(no_such_factor(wanted));
    if (auto error = no_change_left(tx, engine, *account)) return std::unexpected(*std::move(error));
    Factor changed = *factor;
    if (auto error = change.apply(tx, person, factors, changed)) return std::unexpected(*std::move(error));
    Event event = request_event(engine, *account, now, change.kind);
    event.factor = changed.id();
    tx.append(event);
    return FactorReply{.factor = changed.id(), .name = changed.name};
  });
  if (!result) return std::unexpected(store_failed(engine, asker, result.error()));
  return *std::move(result);
}

std::string next_step_of(const Engine& engine, const StatusReply& reply, const std::vector<Factor>& factors,
                         const std::set<FactorKind>& kinds) {
  const auto reached = [&](const Factor& factor) {
    const auto* phone = std::get_if<PhoneFactor>(&factor.detail);
    return phone != nullptr && (can_send(engine.settings, PhoneUse::text, phone->number) ||
                                can_send(engine.settings, PhoneUse::call, phone->number));
  };
  Holdings has{
      .reported = reply.reported.has_value(),
      .locked = reply.locked_until.has_value(),
      .factors = {},
      .recovery_codes = reply.recovery_codes_left,
      .any_used = std::ranges::any_of(factors, [](const Factor& factor) { return factor.last_used.has_value(); }),
      .asked = reply.mfa != Requirement::skip,
      .can_set_up = !choices_for(engine.settings, kinds).empty(),
      .app_counts = kinds.empty() || kinds.contains(FactorKind::totp),
      .phones_reached = std::ranges::any_of(factors, reached)};
  for (const Factor& factor : factors) has.factors.push_back(factor.kind());
  const auto locked_for = reply.locked_until ? *reply.locked_until - engine.clock.now() : std::chrono::seconds(0);
  return texts::advice(next_step(has), engine.settings, reply.recovery_codes_left, locked_for);
}

// Those that hold.
void add_grants(Transaction& tx, const Person& person, UnixTime now, StatusReply& reply) {
  const auto bypass = tx.bypass_code(person.id);
  if (bypass && still_holds(bypass->until, now, kLongestBypass)) {
    reply.bypass_until = bypass->until;
    reply.bypass_uses = bypass->uses;
  }
  if (person.exempt_until && still_holds(*person.exempt_until, now, kLongestExemption))
    reply.exempt_until = person.exempt_until;
  reply.journeys = tx.journeys(person.id);
  std::erase_if(reply.journeys,
                [&](const Journey& journey) { return !still_holds(journey.until, now, kLongestJourney); });
}

}  // namespace

const Factor* find_factor(const std::vector<Factor>& factors, const std::string& wanted) {
  for (const Factor& factor : factors) {
    if (factor.id() == wanted) return &factor;
  }
  for (const Factor& factor : factors) {
    if (factor.name == wanted) return &factor;
  }
  return nullptr;
}

std::vector<StatusReply::Entry> entries_of(const std::vector<Factor>& factors, const Person& person) {
  std::vector<StatusReply::Entry> entries;
  entries.reserve(factors.size());
  for (const Factor& factor : factors)
    entries.push_back({.id = factor.id(),
                       .kind = std::string(name_of(factor.kind())),
                       .name = factor.name,
                       .detail = detail_of(factor),
                       .is_default = factor.number == default_number(person, factors),
                       .added = factor.added,
                       .last_used = factor.last_used});
  return entries;
}

std::expected<StatusReply, StoreError> status_of(Engine& engine, const Account& account) {
  StatusReply reply;
  reply.user = account.name.value;
  std::vector<Factor> factors;
  std::vector<Trust> trusts;
  std::vector<TrailRow> news;
  std::optional<Person> person;
  bool mismatch = false;
  const UnixTime now = engine.clock.now();
  const auto read = engine.store.read([&](Transaction& tx) {
    const Found found = find_person(tx, account);
    mismatch = found.mismatch;
    if (!found.person || mismatch) return;
    person = found.person;
    factors = tx.factors(found.person->id);
    trusts = tx.trusts(found.person->id);
    news = untold(tx, *found.person);
    reply.factors = entries_of(factors, *found.person);
    reply.recovery_codes_left = tx.recovery_codes_left(found.person->id);
    add_grants(tx, *found.person, now, reply);
  });
  if (!read) return std::unexpected(read.error());
  if (person) {
    reply.devices = devices_of(trusts, now, version_for(engine, account, trusts));
    reply.locked_until = locked_out(person->lockout, now);
    reply.disabled = person->asks_off;
    reply.reported = unsettled_report(engine, account, *person);
    reply.notices = change_notices(engine.clock, news, factors);
    if (person->failed_since_login > 0)
      reply.notices.push_back(texts::failed_logins(person->failed_since_login, texts::SayBy::elsewhere));
  }
  if (mismatch) reply.notices.push_back(texts::other_person(engine.settings));
  const Decision decision = policy_for(engine, account, factors, person);
  reply.mfa = requirement_of(decision);
  reply.required_since = decision.required_since;
  reply.next = next_step_of(engine, reply, factors, decision.may_enrol);
  return reply;
}

std::expected<StatusReply, RequestError> status(Engine& engine, const Asker& asker) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  auto reply = status_of(engine, *account);
  if (!reply) return std::unexpected(store_failed(engine, asker, reply.error()));
  return *std::move(reply);
}

std::expected<std::vector<std::string>, RequestError> new_codes(Engine& engine, const Asker& asker) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  const auto proven = step_up(engine, asker, *account, access_of(Verb::codes).step_up);
  if (!proven) return std::unexpected(proven.error());
  auto codes = new_recovery_codes(engine);
  if (!codes) return std::unexpected(codes.error());
  const Claim claim = claim_of(engine, *account, *proven);
  const UnixTime now = engine.clock.now();
  auto kept = writing(engine.store, [&](Transaction& tx) -> std::optional<RequestError> {
    Found found = find_person(tx, *account);
    if (found.mismatch) return refused(texts::other_person(engine.settings));
    if (auto error = why_outdated(tx, *account, claim)) return error;
    if (!found.person || tx.factors(found.person->id).empty())
      return refused("Recovery codes stand in for a factor, and you have none.", "Add one first: mfa-enroll totp");
    if (auto error = no_change_left(tx, engine, *account)) return error;
    tx.replace_recovery_codes(found.person->id, *codes);
    outdate_elsewhere(tx, *found.person, asker.terminal);
    Event event = request_event(engine, *account, now, EventKind::recovery_codes_made);
    event.factor = "recovery";
    tx.append(event);
    return std::nullopt;
  });
  std::expected<std::vector<std::string>, RequestError> reply = shown(*codes);
  for (std::string& code : *codes) wipe(code);
  if (kept && !*kept) return reply;
  for (std::string& code : *reply) wipe(code);
  return std::unexpected(kept ? **std::move(kept) : store_failed(engine, asker, kept.error()));
}

std::expected<FactorReply, RequestError> test_code(Engine& engine, const Asker& asker) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  std::vector<Factor> factors;
  const auto read = engine.store.read([&](Transaction& tx) {
    const Found found = find_person(tx, *account);
    if (found.person && !found.mismatch) factors = tx.factors(found.person->id);
  });
  if (!read) return std::unexpected(store_failed(engine, asker, read.error()));
  if (factors.empty()) return std::unexpected(refused("You have no factor to test.", "Add one first: mfa-enroll totp"));
  const auto right = prove_factor(engine, asker, *account, EventKind::factor_tested, EventKind::test_failed);
  if (!right) return std::unexpected(right.error());
  if (right->factor == "recovery")
    return FactorReply{.factor = right->factor, .name = "recovery code", .recovery_codes_left = right->recovery_left};
  const Factor* factor = find_factor(factors, right->factor);
  return FactorReply{.factor = right->factor, .name = factor != nullptr ? factor->name : ""};
}

std::expected<FactorReply, RequestError> set_default(Engine& engine, const Asker& asker, const std::string& factor) {
  return change_factor(engine, asker, factor,
                       {.verb = Verb::set_default,
                        .kind = EventKind::factor_default,
                        .apply =
                            [](Transaction& tx, Person& person, const std::vector<Factor>&, Factor& chosen) {
                              person.default_factor = chosen.number;
                              tx.save(person);
                              return std::optional<RequestError>();
                            },
                        .possible = {}});
}

std::expected<FactorReply, RequestError> rename_factor(Engine& engine, const Asker& asker, const std::string& factor,
                                                       const std::string& name) {
  const auto unusable = [&](const std::vector<Factor>& factors, const Factor& chosen) -> std::optional<RequestError> {
    if (name.empty()) return refused("A factor needs a name.", "mfa-enroll rename FACTOR NAME");
    std::vector<Factor> others;
    std::ranges::copy_if(factors, std::back_inserter(others),
                         [&](const Factor& other) { return other.number != chosen.number; });
    const auto free = name_for_new_factor(others, name, texts::kDefaultFactorName);
    return free ? std::nullopt : std::optional(free.error());
  };
  return change_factor(engine, asker, factor,
                       {.verb = Verb::rename,
                        .kind = EventKind::factor_renamed,
                        .apply = [&](Transaction& tx, Person& person, const std::vector<Factor>& factors,
                                     Factor& chosen) -> std::optional<RequestError> {
                          if (auto error = unusable(factors, chosen)) return error;
                          chosen.name = name;
                          tx.save_factor(person.id, chosen);
                          return std::nullopt;
                        },
                        .possible = unusable});
}

std::expected<FactorReply, RequestError> remove_factor(Engine& engine, const Asker& asker, const std::string& factor) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  const Decision policy = policy_for(engine, *account, {}, std::nullopt);
  const bool required = requirement_of(policy) == Requirement::require;
  // Of the kinds that the rule takes: what else there is would not let in.
  const auto last_one = [&](const std::vector<Factor>& factors, const Factor& chosen) -> std::optional<RequestError> {
    const auto counts = [&](const Factor& one) {
      const auto listed = [&](FactorKind kind) { return policy.may_enrol.contains(kind); };
      return policy.may_enrol.empty() || std::ranges::any_of(one.kinds(), listed);
    };
    const auto counting = std::ranges::count_if(factors, counts);
    const bool last_that_counts = counts(chosen) && counting == 1;
    if (!required || (factors.size() > 1 && !last_that_counts)) return std::nullopt;
    return refused(factors.size() == 1 ? say("This is your last factor, and your account needs one.")
                                       : say("This is your last factor that counts here, and your account needs one."),
                   say("Add another first (mfa-enroll totp), or ask {}.", texts::helpdesk(engine.settings)));
  };
  return change_factor(engine, asker, factor,
                       {.verb = Verb::remove,
                        .kind = EventKind::factor_removed,
                        .apply = [&](Transaction& tx, Person& person, const std::vector<Factor>& factors,
                                     Factor& chosen) -> std::optional<RequestError> {
                          if (auto error = last_one(factors, chosen)) return error;
                          tx.remove_factor(person.id, chosen.number);
                          if (person.default_factor == chosen.number) person.default_factor = 0;
                          outdate(tx, person);
                          // Recovery codes stand in for a factor; without one they would be a factor of their own.
                          if (factors.size() == 1) tx.replace_recovery_codes(person.id, {});
                          return std::nullopt;
                        },
                        .possible = last_one});
}

}  // namespace mfa
