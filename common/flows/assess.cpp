#include "common/flows/assess.h"

#include <algorithm>
#include <utility>

#include "common/domain/grant.h"
#include "common/flows/choose_factor.h"
#include "common/flows/notices.h"
#include "common/flows/reporting.h"

namespace mfa {
namespace {

std::expected<Record, StoreError> load(Engine& engine, const Account& account) {
  return reading(engine.store, [&](Transaction& tx) {
    Record record;
    Found found = find_person(tx, account);
    record.mismatch = found.mismatch;
    if (!found.person || found.mismatch) return record;
    record.factors = default_first(tx.factors(found.person->id), *found.person);
    record.trusts = tx.trusts(found.person->id);
    record.untold = untold(tx, *found.person);
    record.recovery_codes = tx.recovery_codes_left(found.person->id);
    record.journeys = tx.journeys(found.person->id);
    const auto bypass = tx.bypass_code(found.person->id);
    record.bypass = bypass && still_holds(bypass->until, engine.clock.now(), kLongestBypass);
    record.person = std::move(found.person);
    return record;
  });
}

// A decision that asks for no code.
Way settled(const Decision& decision) {
  switch (decision.outcome) {
    case Outcome::skip:
      return Way::skip;
    case Outcome::enrol:
      return Way::enrol;
    case Outcome::require:
    case Outcome::deny:
      break;
  }
  const bool unknown = decision.reason == Reason::group_unknown || decision.reason == Reason::country_unknown;
  return unknown ? Way::unknown : Way::deny;
}

// Nothing is enrolled under this name. If it is a second name of its uid, the first name's policy counts as well: an
// alias is no way around.
Way skipped(Engine& engine, const LoginView& view, const Account& account) {
  const auto first = identify(engine.accounts, account.uid);
  if (!first) return Way::unknown;
  if (first->name == account.name) return Way::skip;
  PolicyFacts other = view.policy;
  other.user = first->name;
  other.groups.reset();
  return decide(engine, other, *first, {}).outcome == Outcome::skip ? Way::skip : Way::alias;
}

// The registered key that was used, where it may stand beside the password.
std::uint32_t registered_key(const LoginView& view, const Decision& decision, const Record& record) {
  if (!view.password_passed || !view.policy.key || !decision.factors.contains(FactorKind::key)) return 0;
  for (const Factor& factor : record.factors) {
    const auto* key = std::get_if<KeyFactor>(&factor.detail);
    if (key != nullptr && key->fingerprint == *view.policy.key) return factor.number;
  }
  return 0;
}

// Without a device wherever what trust hangs on cannot be known: then a code is asked for.
TrustedPlace place_of(Engine& engine, const LoginView& view, const Account& account, const Decision& decision) {
  const Settings& settings = engine.settings;
  TrustedPlace place;
  if (!view.device || (!decision.trust && settings.trust_burst.count() == 0)) return place;
  auto version = engine.versions.version_of(account.name);
  if (!version) {
    engine.journal.note(Severity::warning, "trust not used, password version unknown user=" + account.name.value);
    return place;
  }
  place.device = view.device;
  place.label = view.label;
  place.facts = {.now = view.policy.now,
                 .server = engine.server,
                 .rule = decision.rule,
                 .offered = decision.trust,
                 .password_version = *std::move(version),
                 .country = settings.geo_database.empty() ? std::optional<std::string>("") : view.policy.country,
                 .network = {}};
  if (const auto* address = std::get_if<Address>(&view.policy.origin)) place.facts.network = network_of(*address);
  return place;
}

void weigh(Engine& engine, const LoginView& view, const Account& account, Assessment& result) {
  const Record& record = result.record;
  result.place = place_of(engine, view, account, result.decision);
  result.trust = look_for_trust(record.trusts, engine.settings.trust, result.place);
  if (result.trust.holds) {
    result.way = Way::trusted;
    return;
  }
  result.key_factor = registered_key(view, result.decision, record);
  if (result.key_factor != 0) {
    result.way = Way::key;
    return;
  }
  result.way = Way::code;
  if (!record.person) return;
  if (const auto until = locked_out(record.person->lockout, view.policy.now)) {
    result.way = Way::locked;
    result.locked_until = *until;
  }
}

// Somebody else may know the password of whoever reported that: it enrols nothing until it is another.
bool by_code_only(const Record& record) { return record.person && (record.person->enrol_by_code || record.reported); }

EnrolWay enrolment_for(const LoginView& view, const Assessment& assessed, EnrolBy by) {
  const Decision& decision = assessed.decision;
  const bool before_the_date = decision.required_since && view.policy.now < *decision.required_since;
  if (decision.outcome != Outcome::enrol && !(decision.reason == Reason::nothing_enrolled && before_the_date))
    return EnrolWay::none;
  const auto& person = assessed.record.person;
  return enrol_way({.now = view.policy.now,
                    .since = decision.required_since,
                    .first_seen = person ? person->first_seen : view.policy.now,
                    .window = decision.enrol_window,
                    .by = by,
                    .has_factor = !assessed.record.factors.empty(),
                    .by_code_only = by_code_only(assessed.record),
                    .first_factor_proven = view.first_factor_proven,
                    .one_line = view.one_answer || view.own_program || shows_one_line(view.policy.service)});
}

History history_of(const Record& record) {
  History history;
  for (const Factor& factor : record.factors) {
    history.enrolled.merge(factor.kinds());
    if (const auto* key = std::get_if<KeyFactor>(&factor.detail)) history.keys.insert(key->fingerprint);
  }
  history.asks_off = record.person && record.person->asks_off;
  if (record.person) history.exempt_until = record.person->exempt_until;
  for (const Journey& journey : record.journeys) history.journeys.emplace(journey.country, journey.until);
  return history;
}

}  // namespace

std::optional<std::string> country_of(Engine& engine, const Origin& origin) {
  const bool known = !engine.settings.geo_database.empty();
  if (const auto* address = std::get_if<Address>(&origin))
    return known ? engine.countries.country_of(*address) : std::nullopt;
  if (std::holds_alternative<Console>(origin) && !engine.settings.geo_home.empty()) return engine.settings.geo_home;
  return std::nullopt;
}

LoginView view_of(Engine& engine, const LoginFacts& facts, std::optional<Username> user) {
  LoginView view;
  view.policy.user = std::move(user);
  view.policy.server = engine.server;
  view.policy.now = engine.clock.now();
  view.one_answer = facts.one_answer;
  view.own_program = !facts.from_root;
  if (!facts.from_root) return view;
  view.policy.service = facts.service;
  view.policy.origin = origin_of(facts);
  view.policy.country = country_of(engine, view.policy.origin);
  // In sshd's account phase a key has been used that cannot be told: it counts as any plain one.
  view.policy.first_factor = facts.phase == Phase::account ? FirstFactor::publickey : first_factor_of(facts);
  const auto key = key_of(facts);
  if (key) view.policy.key = key->fingerprint;
  view.device = device_of(facts, engine.settings.shared);
  if (view.device) view.label = key ? key->type + " " + key->fingerprint : view.device->id;
  view.password_passed = facts.password_passed;
  // Where nothing was proven before, trust would be the only factor.
  if (facts.phase == Phase::authenticate && !facts.password_passed && !key) view.device.reset();
  view.first_factor_proven = facts.password_passed || key.has_value();
  return view;
}

LoginView usual_view(Engine& engine, const Account& account) {
  LoginView view;
  view.policy.user = account.name;
  view.policy.service = "sshd";
  view.policy.server = engine.server;
  view.policy.first_factor = FirstFactor::password;
  view.policy.now = engine.clock.now();
  view.password_passed = true;
  view.first_factor_proven = true;
  return view;
}

std::expected<Assessment, StoreError> assess(Engine& engine, LoginView view, const Account& account) {
  Assessment result;
  result.past_first_factor = view.first_factor_proven;
  Judgement early = decide_without_history(engine, view.policy, account);
  if (auto* decision = std::get_if<Decision>(&early)) {
    result.decision = std::move(*decision);
    result.way = settled(result.decision);
    return result;
  }
  auto record = load(engine, account);
  if (!record) return std::unexpected(record.error());
  result.record = *std::move(record);
  const auto& person = result.record.person;
  result.record.reported = person && unsettled_report(engine, account, *person);
  if (result.record.mismatch) {
    result.way = Way::mismatch;
    return result;
  }
  result.decision = decide(engine, view.policy, account, history_of(result.record));
  if (result.decision.outcome == Outcome::require) {
    weigh(engine, view, account, result);
  } else {
    result.way = settled(result.decision);
    if (result.way == Way::skip) result.way = skipped(engine, view, account);
    // Whoever must have what no login sets up gets that elsewhere.
    if (!choices_for(engine.settings, result.decision.may_enrol).empty())
      result.enrol = enrolment_for(view, result, result.decision.enrol);
    result.device = view.device;
  }
  return result;
}

EnrolWay enrol_at_shell(const LoginView& view, const Assessment& assessed) {
  if (assessed.way != Way::enrol) return by_code_only(assessed.record) ? EnrolWay::with_code : EnrolWay::now;
  const EnrolBy by = assessed.decision.enrol == EnrolBy::refuse ? EnrolBy::in_login : assessed.decision.enrol;
  return enrolment_for(view, assessed, by);
}

}  // namespace mfa
