#include "common/flows/own_data.h"

#include <utility>

#include "common/flows/identity.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"

namespace mfa {

std::expected<OwnDataReply, RequestError> own_data(Engine& engine, const Asker& asker) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  OwnDataReply reply{.user = account->name.value,
                     .uid = account->uid,
                     .person = {},
                     .factors = {},
                     .recovery_codes_left = 0,
                     .trusts = {},
                     .set_up_until = {},
                     .set_up_from = {},
                     .enrolment_code_until = {},
                     .bypass = {},
                     .journeys = {}};
  bool mismatch = false;
  const auto read = engine.store.read([&](Transaction& tx) {
    const Found found = find_person(tx, *account);
    mismatch = found.mismatch;
    if (!found.person || mismatch) return;
    const PersonId id = found.person->id;
    reply.person = found.person;
    const std::vector<Factor> factors = tx.factors(id);
    reply.factors = entries_of(factors, *found.person);
    // Whole, since it is told to its owner, and how it ends is all that is seen elsewhere.
    for (std::size_t i = 0; i < factors.size(); ++i)
      if (const auto* phone = std::get_if<PhoneFactor>(&factors[i].detail))
        reply.factors[i].detail = phone->number.e164;
    reply.recovery_codes_left = tx.recovery_codes_left(id);
    reply.trusts = tx.trusts(id);
    if (const auto pending = tx.pending_factor(id)) {
      reply.set_up_until = pending->until;
      reply.set_up_from = pending->place;
    }
    reply.enrolment_code_until = tx.enrolment_code_until(id);
    reply.bypass = tx.bypass_code(id);
    reply.journeys = tx.journeys(id);
  });
  if (!read) return std::unexpected(store_failed(engine, asker, read.error()));
  if (mismatch) return std::unexpected(refused(texts::other_person(engine.settings)));
  return reply;
}

}  // namespace mfa
