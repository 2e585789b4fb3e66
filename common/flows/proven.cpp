#include "common/flows/proven.h"

#include <utility>

#include "common/flows/step_up.h"

namespace mfa {

std::optional<std::string> password_version(Engine& engine, const Account& account) {
  auto version = engine.versions.version_of(account.name);
  return version ? std::optional(*std::move(version)) : std::nullopt;
}

Claim claim_of(Engine& engine, const Account& account, const Proven& proven) {
  return {.proven = proven, .same_password = password_version(engine, account) == proven.password_version};
}

std::optional<RequestError> why_outdated(Transaction& tx, const Account& account, const Claim& claim) {
  const Found found = find_person(tx, account);
  // Whoever proved a password alone changes nothing beside a factor that came meanwhile.
  if (!claim.proven.factor && found.person && !tx.factors(found.person->id).empty())
    return refused("Another factor was set up in the meantime.", "See it with: mfa-enroll status");
  if (claim.same_password && (found.person ? found.person->epoch : 0) == claim.proven.epoch) return std::nullopt;
  return refused("Your password or something about your second factor has changed since you began. Begin again.",
                 "Nothing was changed now.");
}

void outdate(Transaction& tx, Person& person) {
  ++person.epoch;
  tx.save(person);
  tx.forget_step_ups(person.id);
  tx.drop_pending(person.id);
}

void outdate_elsewhere(Transaction& tx, Person& person, const std::optional<TerminalId>& terminal) {
  auto mark = terminal ? tx.step_up_at(person.id, *terminal) : std::nullopt;
  const bool held = mark && mark->epoch == person.epoch;
  outdate(tx, person);
  if (!held) return;
  mark->epoch = person.epoch;
  tx.record_step_up(person.id, *terminal, *mark);
}

}  // namespace mfa
