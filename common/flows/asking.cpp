#include "common/flows/asking.h"

#include <utility>

#include "common/flows/identity.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/flows/trusting.h"
#include "common/language/language.h"

namespace mfa {
namespace {

using Result = std::expected<AskingReply, RequestError>;

Leeway leeway_for(Engine& engine, const Account& account) {
  PolicyFacts facts;
  facts.user = account.name;
  facts.server = engine.server;
  facts.now = engine.clock.now();
  const auto mentioned = groups_mentioned(engine.settings.rules);
  facts.groups.emplace();
  if (!mentioned.empty()) facts.groups = engine.accounts.memberships(account, mentioned);
  return leeway_of(engine.settings.rules, facts);
}

RequestError nothing_to_switch_off() {
  return refused("You have no second factor, so there is nothing to switch off.", "To set one up: mfa-enroll totp");
}

// Nothing: it may be switched off. Said before anyone types a password or spends a code, and again when it is done.
std::optional<RequestError> why_not(Transaction& tx, const Engine& engine, const Account& account) {
  const Found found = find_person(tx, account);
  if (found.mismatch) return refused(texts::other_person(engine.settings));
  if (!found.person || tx.factors(found.person->id).empty()) return nothing_to_switch_off();
  return std::nullopt;
}

// `claim`: for switching off.
Result switch_to(Engine& engine, const Asker& asker, const Account& account, const std::optional<Claim>& claim) {
  const bool asked = !claim;
  const EventKind kind = asked ? EventKind::asking_enabled : EventKind::asking_disabled;
  const Event about = request_event(engine, account, engine.clock.now(), kind);
  auto result = writing(engine.store, [&](Transaction& tx) -> Result {
    if (claim) {
      if (auto error = why_outdated(tx, account, *claim)) return std::unexpected(*std::move(error));
      if (auto error = why_not(tx, engine, account)) return std::unexpected(*std::move(error));
    }
    Found found = find_person(tx, account);
    if (found.mismatch) return std::unexpected(refused(texts::other_person(engine.settings)));
    AskingReply reply{.asked = asked, .changed = found.person && found.person->asks_off == asked, .required_from = {}};
    if (!reply.changed) return reply;
    found.person->asks_off = !asked;
    tx.append(about);
    if (asked) {
      tx.save(*found.person);
    } else {
      end_all_trust(tx, *found.person, TrustEnd::disabled, about);
    }
    return reply;
  });
  if (!result) return std::unexpected(store_failed(engine, asker, result.error()));
  return *std::move(result);
}

}  // namespace

Result disable_asking(Engine& engine, const Asker& asker) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  const Leeway leeway = leeway_for(engine, *account);
  if (!leeway.left && leeway.unknown) return std::unexpected(lookup_failed());
  if (!leeway.left)
    return std::unexpected(refused("The rules here do not leave that to you.",
                                   say("Is something in your way? Ask {}.", texts::helpdesk(engine.settings))));
  auto impossible = reading(engine.store, [&](Transaction& tx) { return why_not(tx, engine, *account); });
  if (!impossible) return std::unexpected(store_failed(engine, asker, impossible.error()));
  if (*impossible) return std::unexpected(**std::move(impossible));
  const auto proven = step_up(engine, asker, *account, access_of(Verb::disable).step_up);
  if (!proven) return std::unexpected(proven.error());
  auto reply = switch_to(engine, asker, *account, claim_of(engine, *account, *proven));
  if (reply) reply->required_from = leeway.required_from;
  return reply;
}

Result enable_asking(Engine& engine, const Asker& asker) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  return switch_to(engine, asker, *account, std::nullopt);
}

}  // namespace mfa
