#include "common/flows/passwords.h"

#include "common/flows/login_trail.h"
#include "common/flows/proven.h"
#include "common/flows/trusting.h"

namespace mfa {
namespace {

// Read first: most wrong passwords come from where nothing is trusted, and cost no write.
bool counts(Engine& engine, const Account& account, const Device& device) {
  const auto live = reading(engine.store, [&](Transaction& tx) {
    const Found found = find_person(tx, account);
    return found.person && !found.mismatch &&
           has_live_trust(tx.trusts(found.person->id), device, engine.server, engine.clock.now());
  });
  return live.value_or(true);  // a store that cannot be read fails once more, where it is reported
}

}  // namespace

LoginVerdict count_failed_password(Engine& engine, const LoginFacts& facts,
                                   const std::expected<Account, IdentityError>& account) {
  LoginVerdict verdict{.result = LoginResult::wrong, .reason = "password", .text = ""};
  const auto device = device_of(facts, engine.settings.shared);
  if (!account || !device || !counts(engine, *account, *device)) {
    if (facts.from_root) engine.failed_passwords.add();
    return verdict;
  }
  LoginTrail trail(engine, facts, account->name.value);
  const Event about = trail.event(EventKind::password_failed);
  const auto done = engine.store.write([&](Transaction& tx) {
    const Found found = find_person(tx, *account);
    if (!found.person || found.mismatch) return;
    tx.append(about);
    count_failure(tx, engine.settings.trust, found.person->id, *device, about);
  });
  if (!done) return trail.store_failed(done.error());
  return verdict;
}

LoginVerdict end_trust_for_new_password(Engine& engine, const LoginFacts& facts, const Account& account) {
  LoginTrail trail(engine, facts, account.name.value);
  const Event about = trail.event(EventKind::password_changed);
  const auto done = engine.store.write([&](Transaction& tx) {
    Found found = find_person(tx, account);
    if (!found.person || found.mismatch) return;
    tx.append(about);
    found.person->reported.reset();
    tx.drop_bypass_code(found.person->id);
    outdate(tx, *found.person);
    end_all_trust(tx, *found.person, TrustEnd::password_changed, about);
  });
  if (!done) return trail.store_failed(done.error());
  return {.result = LoginResult::done, .reason = "password_changed", .text = ""};
}

}  // namespace mfa
