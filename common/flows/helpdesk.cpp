#include "common/flows/helpdesk.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "common/domain/grant.h"
#include "common/domain/helpdesk.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

constexpr std::chrono::seconds kDay{24 * 60 * 60};
constexpr std::chrono::hours kHour{1};
// Of one clerk that become rows within an hour: of one kind (a verb and why not), and of these about one person; and of
// anybody else. More tell nothing new, and could fill the trail. Each kind by itself, so that many that cost nothing
// hide none of another; and where more came, one row says so.
constexpr std::size_t kMostRefusals = 30;
constexpr std::size_t kMostRefusalsAboutOne = 5;
constexpr std::size_t kMostRefusalsOfOthers = 3;
constexpr std::string_view kMoreAboutThem = "more_about_them";
constexpr std::string_view kMoreOfThese = "more_of_these";

// Of any of these groups. A group that does not exist has no members: the groups protected by default are those of
// several distributions. One that cannot be looked up leaves it unknown, unless another settles it.
Membership member_of(Engine& engine, const Account& account, const std::vector<std::string>& groups) {
  if (groups.empty()) return Membership::not_member;
  Membership result = Membership::not_member;
  for (const auto& [group, membership] :
       engine.accounts.memberships(account, std::set<std::string>(groups.begin(), groups.end()))) {
    if (membership == Membership::member) return Membership::member;
    if (membership == Membership::unknown) result = Membership::unknown;
  }
  return result;
}

RequestError words_for(const Engine& engine, HelpdeskRefusal refusal, const std::string& user) {
  switch (refusal) {
    case HelpdeskRefusal::not_helpdesk:
      return refused("Only the helpdesk may do that.", "For your own account, see: mfa-enroll --help");
    case HelpdeskRefusal::oneself:
      return refused("Nobody helps themselves this way.", "For your own account, see: mfa-enroll --help");
    case HelpdeskRefusal::system_account:
      return refused(say("{} is root or an account of the system.", user), "Only root may change those.");
    case HelpdeskRefusal::colleague:
      return refused(say("{} is a colleague of yours.", user), "Only root may change the helpdesk's factors.");
    case HelpdeskRefusal::protected_person:
      return refused(say("{} is in a protected group.", user), "Only root may change those.");
    case HelpdeskRefusal::out_of_scope:
      return refused(say("{} is nobody your helpdesk looks after.", user),
                     "Whom it does look after says helpdesk_scope in mfa.toml.");
    case HelpdeskRefusal::no_reason:
      return refused("Why is this done?", "Say it with --reason \"broken handset\".");
    case HelpdeskRefusal::not_identified:
      return refused(
          say("How do you know that it is {}?", user),
          say("Say it with --checked \"student card\", or take a code: mfa-enroll helpdesk identify {}", user));
    case HelpdeskRefusal::too_many_acts:
      return refused(say("That would be more than {} such acts of yours within a day.", engine.settings.acts_per_day),
                     "Ask a colleague, or root.");
    case HelpdeskRefusal::not_proven:  // the step-up has its own words
    case HelpdeskRefusal::unknown:
      break;
  }
  RequestError error = lookup_failed();
  error.text = say("A group that decides about this cannot be looked up.");
  return error;
}

Event refusal_event(const Engine& engine, const Account& subject, const Account& clerk, Verb verb,
                    HelpdeskRefusal refusal) {
  Event event = request_event(engine, subject, engine.clock.now(), EventKind::helpdesk_refused);
  event.actor = clerk.name.value;
  event.reason = fmt::format("{}: {}", name_of(verb), name_of(refusal));
  return event;
}

void append_refusal(Transaction& tx, Event event) {
  const UnixTime since = event.at - kHour;
  const auto lately = [&](const std::string& reason) {
    return tx.refusals_since(event.actor, reason, event.user, since);
  };
  const RefusalCount same = lately(event.reason);
  const bool too_many = same.all >= kMostRefusals;
  if (too_many || same.about_user >= kMostRefusalsAboutOne) {
    event.reason += fmt::format("; {}", too_many ? kMoreOfThese : kMoreAboutThem);
    const RefusalCount told = lately(event.reason);
    if ((too_many ? told.all : told.about_user) > 0) return;
  }
  tx.append(event);
}

void record_refusal(Engine& engine, const Clerk& both, HelpdeskRefusal refusal) {
  const Event event = refusal_event(engine, both.subject, both.clerk, both.verb, refusal);
  if (!engine.store.write([&](Transaction& tx) { append_refusal(tx, event); }))
    engine.journal.record(event, std::nullopt);
}

// Of somebody who is no member: about an account that there is, or about nobody, and told alike. Without a store there
// is no bound on how often it could be said, so that it is not.
void record_stranger(Engine& engine, const Account& stranger, const std::string& user, Verb verb) {
  const auto subject = identify(engine.accounts, user);
  Event event = refusal_event(engine, subject ? *subject : Account{}, stranger, verb, HelpdeskRefusal::not_helpdesk);
  const auto done = engine.store.write([&](Transaction& tx) {
    const std::size_t lately = tx.refusals_since(event.actor, "", event.user, event.at - kHour).all;
    if (lately > kMostRefusalsOfOthers) return;
    if (lately == kMostRefusalsOfOthers) event.reason += fmt::format("; {}", kMoreOfThese);
    tx.append(event);
  });
  if (!done) engine.journal.note(Severity::warning, "a refusal could not be recorded");
}

std::size_t acts_lately(Transaction& tx, const Engine& engine, const Account& clerk) {
  return tx.helpdesk_acts(clerk.name.value, engine.clock.now() - kDay);
}

bool identified(Transaction& tx, const Engine& engine, const Account& clerk, const Account& subject) {
  const Found found = find_person(tx, subject);
  if (!found.person || found.mismatch) return false;
  const auto until = tx.identified_until(found.person->id, clerk.uid);
  return until && still_holds(*until, engine.clock.now(), kIdentifiedLasts);
}

HelpdeskAct groups_of_both(Engine& engine, const Clerk& both) {
  const Settings& settings = engine.settings;
  HelpdeskAct facts;
  facts.clerk = both.clerk.uid;
  facts.subject = both.subject.uid;
  facts.clerk_in_helpdesk = member_of(engine, both.clerk, settings.helpdesk_groups);
  facts.subject_in_helpdesk = member_of(engine, both.subject, settings.helpdesk_groups);
  facts.subject_protected = member_of(engine, both.subject, settings.protected_groups);
  facts.subject_in_scope =
      settings.helpdesk_scope.empty() ? Membership::member : member_of(engine, both.subject, settings.helpdesk_scope);
  return facts;
}

// A prompt stands open for minutes: who was dismissed meanwhile acts no more, nor anybody on who is protected by now.
// All else that was judged before is looked at in the transaction of the act.
std::optional<RequestError> judge_again(Engine& engine, const Clerk& both) {
  HelpdeskAct facts = groups_of_both(engine, both);
  facts.needs = {.reason = false, .identity = false, .counted = false};
  const auto refusal = why_not(facts);
  if (!refusal) return std::nullopt;
  record_refusal(engine, both, *refusal);
  return words_for(engine, *refusal, both.subject.name.value);
}

std::string quoted_for_trail(std::string text) {
  std::ranges::replace(text, ';', ',');
  return text;
}

}  // namespace

std::expected<Clerk, RequestError> may_act(Engine& engine, const Asker& asker, const std::string& user,
                                           const Act& act) {
  auto clerk = who_asks(engine, asker);
  if (!clerk) return std::unexpected(clerk.error());
  // Whether an account exists, and what it is, is told to the helpdesk alone.
  if (clerk->uid != Uid{0} && member_of(engine, *clerk, engine.settings.helpdesk_groups) == Membership::not_member) {
    record_stranger(engine, *clerk, user, act.verb);
    return std::unexpected(words_for(engine, HelpdeskRefusal::not_helpdesk, user));
  }
  auto subject = find_account(engine, user);
  if (!subject) return std::unexpected(subject.error());
  // A second name of a uid is in other groups than the first, and what is registered under it keeps the first out.
  const auto first = identify(engine.accounts, subject->uid);
  if (!first) return std::unexpected(lookup_failed());
  if (first->name != subject->name)
    return std::unexpected(
        refused(say("{} is a second name of {}.", subject->name.value, first->name.value), "Give the first one."));

  Clerk both{.clerk = *std::move(clerk), .subject = *std::move(subject), .verb = act.verb, .by_code = false};
  HelpdeskAct facts = groups_of_both(engine, both);
  facts.needs = needs_of(act.verb);
  facts.has_reason = !act.reason.empty();
  facts.most_acts = engine.settings.acts_per_day;
  const auto read = engine.store.read([&](Transaction& tx) {
    facts.acts_today = static_cast<std::uint32_t>(acts_lately(tx, engine, both.clerk));
    both.by_code = act.checked.empty() && identified(tx, engine, both.clerk, both.subject);
    const Found found = find_person(tx, both.subject);
    if (found.person && !found.mismatch) both.phones = texted_phones(tx.factors(found.person->id));
  });
  if (!read) return std::unexpected(store_failed(engine, asker, read.error()));
  facts.identified = !act.checked.empty() || both.by_code;
  if (const auto refusal = why_not(facts)) {
    record_refusal(engine, both, *refusal);
    return std::unexpected(words_for(engine, *refusal, both.subject.name.value));
  }
  return both;
}

std::optional<RequestError> go_ahead(Engine& engine, const Asker& asker, Clerk& both) {
  if (asker.only_checks) return RequestError{.kind = RequestError::Kind::only_checked, .text = {}, .hint = {}};
  if (both.clerk.uid == Uid{0}) return std::nullopt;  // needs no step-up: root reads the store's key anyway
  auto proven = step_up(engine, asker, both.clerk, access_of(both.verb).step_up);
  if (!proven) {
    record_refusal(engine, both, HelpdeskRefusal::not_proven);
    return std::move(proven.error());
  }
  both.claim = claim_of(engine, both.clerk, *proven);
  return judge_again(engine, both);
}

std::optional<RequestError> no_act_left(Transaction& tx, const Engine& engine, const Clerk& both) {
  if (both.claim) {
    if (auto error = why_outdated(tx, both.clerk, *both.claim)) {
      tx.append(refusal_event(engine, both.subject, both.clerk, both.verb, HelpdeskRefusal::not_proven));
      return error;
    }
  }
  std::optional<HelpdeskRefusal> refusal;
  if (both.clerk.uid != Uid{0} && acts_lately(tx, engine, both.clerk) >= engine.settings.acts_per_day)
    refusal = HelpdeskRefusal::too_many_acts;
  if (both.by_code && needs_of(both.verb).identity && !identified(tx, engine, both.clerk, both.subject))
    refusal = HelpdeskRefusal::not_identified;
  if (!refusal) return std::nullopt;
  tx.append(refusal_event(engine, both.subject, both.clerk, both.verb, *refusal));
  return words_for(engine, *refusal, both.subject.name.value);
}

std::optional<RequestError> look_again(Engine& engine, Clerk& both) {
  if (!both.claim) return std::nullopt;
  both.claim = claim_of(engine, both.clerk, both.claim->proven);
  return judge_again(engine, both);
}

Event act_event(const Engine& engine, const Clerk& both, const Act& act, EventKind kind) {
  Event event = request_event(engine, both.subject, engine.clock.now(), kind);
  event.actor = both.clerk.name.value;
  event.reason = reason_of(both, act);
  return event;
}

std::expected<std::vector<Factor>, RequestError> factors_of(Engine& engine, const Asker& asker, const Clerk& both) {
  bool mismatch = false;
  std::vector<Factor> factors;
  const auto read = engine.store.read([&](Transaction& tx) {
    const Found found = find_person(tx, both.subject);
    mismatch = found.mismatch;
    factors = found.person && !mismatch ? tx.factors(found.person->id) : std::vector<Factor>{};
  });
  if (!read) return std::unexpected(store_failed(engine, asker, read.error()));
  if (mismatch) return std::unexpected(changed_hands(both.subject));
  return factors;
}

RequestError changed_hands(const Account& subject) {
  return refused(say("The name or the number of {} has changed since a second factor was set up.", subject.name.value),
                 "Root says whose it is. The same person: mfa-enroll admin rename OLD NEW  Somebody else: mfa-enroll "
                 "admin retire OLD");
}

std::string reason_of(const Clerk& both, const Act& act) {
  const std::string reason = quoted_for_trail(act.reason);
  const std::string known = !act.checked.empty() ? "checked: " + act.checked
                            : both.by_code       ? "identified by a code"
                                                 : "";
  if (reason.empty() || known.empty()) return reason + known;
  return reason + "; " + known;
}

}  // namespace mfa
