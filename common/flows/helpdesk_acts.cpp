#include "common/flows/helpdesk_acts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/domain/recovery.h"
#include "common/flows/enrolment_codes.h"
#include "common/flows/openings.h"
#include "common/flows/proven.h"
#include "common/flows/step_up.h"
#include "common/flows/trusting.h"
#include "common/language/language.h"

namespace mfa {
namespace {

std::string ids_of(const std::vector<Factor>& factors) {
  std::string ids;
  for (const Factor& factor : factors) ids += (ids.empty() ? "" : ",") + factor.id();
  return ids;
}

// What is removed, out of the transaction's own look.
std::expected<std::vector<Factor>, RequestError> chosen(std::vector<Factor> factors, const std::string& wanted,
                                                        const std::string& user) {
  if (wanted.empty()) return factors;
  const Factor* factor = find_factor(factors, wanted);
  if (factor == nullptr)
    return std::unexpected(refused(say("{} has no factor {}.", user, wanted),
                                   say("See what there is: mfa-enroll helpdesk show {}", user)));
  return std::vector<Factor>{*factor};
}

void remove(Transaction& tx, Person& person, const std::vector<Factor>& factors) {
  for (const Factor& factor : factors) {
    tx.remove_factor(person.id, factor.number);
    if (person.default_factor == factor.number) person.default_factor = 0;
  }
  outdate(tx, person);
}

// Nothing is left: what was guessed wrong is over, too, and a password alone begins nothing.
void begin_anew(Transaction& tx, Person& person) {
  tx.replace_recovery_codes(person.id, {});
  person.lockout = {};
  person.enrol_by_code = true;
}

}  // namespace

std::expected<UnlockReply, RequestError> helpdesk_unlock(Engine& engine, const Asker& asker,
                                                         const HelpdeskRequest& request) {
  const Act act{.verb = Verb::helpdesk_unlock, .reason = request.reason, .checked = request.checked};
  auto both = may_act(engine, asker, request.user, act);
  if (!both) return std::unexpected(both.error());
  if (auto error = go_ahead(engine, asker, *both)) return std::unexpected(*std::move(error));
  const Event event = act_event(engine, *both, act, EventKind::helpdesk_unlocked);
  using Result = std::expected<UnlockReply, RequestError>;
  auto done = writing(engine.store, [&](Transaction& tx) -> Result {
    if (auto error = no_act_left(tx, engine, *both)) return std::unexpected(*std::move(error));
    const Found found = find_person(tx, both->subject);
    if (found.mismatch) return std::unexpected(changed_hands(both->subject));
    UnlockReply reply{.user = both->subject.name.value, .unlocked = false};
    if (!found.person || found.person->lockout == LockoutState{}) return reply;
    Person person = *found.person;
    person.lockout = {};
    tx.save(person);
    tx.append(event);
    reply.unlocked = true;
    return reply;
  });
  if (!done) return std::unexpected(store_failed(engine, asker, done.error()));
  if (*done && (*done)->unlocked) tell_by_text(engine, both->subject, both->phones, event);
  return *std::move(done);
}

std::expected<ResetReply, RequestError> helpdesk_reset(Engine& engine, const Asker& asker,
                                                       const HelpdeskRequest& request, const std::string& factor) {
  const Act act{.verb = Verb::helpdesk_reset, .reason = request.reason, .checked = request.checked};
  auto both = may_act(engine, asker, request.user, act);
  if (!both) return std::unexpected(both.error());
  const Account& subject = both->subject;
  auto before = factors_of(engine, asker, *both);
  if (!before) return std::unexpected(std::move(before.error()));
  if (auto found = chosen(*std::move(before), factor, subject.name.value); !found)
    return std::unexpected(std::move(found.error()));
  if (auto error = go_ahead(engine, asker, *both)) return std::unexpected(*std::move(error));
  auto code = new_enrolment_code(engine);
  if (!code) return std::unexpected(std::move(code.error()));
  Event event = act_event(engine, *both, act, EventKind::helpdesk_reset);
  using Result = std::expected<ResetReply, RequestError>;
  auto done = writing(engine.store, [&](Transaction& tx) -> Result {
    if (auto error = no_act_left(tx, engine, *both)) return std::unexpected(*std::move(error));
    const Found found = find_person(tx, subject);
    if (found.mismatch) return std::unexpected(changed_hands(subject));
    std::vector<Factor> factors = found.person ? tx.factors(found.person->id) : std::vector<Factor>{};
    const std::size_t count = factors.size();
    const auto removed = chosen(std::move(factors), factor, subject.name.value);
    if (!removed) return std::unexpected(removed.error());
    Person person = found.person ? *found.person : tx.add_person(subject.name, subject.uid, event.at);
    std::vector<Opening> ended = end_openings(tx, person, event.at);
    remove(tx, person, *removed);
    if (removed->size() == count) begin_anew(tx, person);
    tx.save(person);
    event.factor = ids_of(*removed);
    if (!ended.empty()) event.reason = ended_terms(ended) + "; " + event.reason;
    tx.append(event);
    end_all_trust(tx, person, TrustEnd::reset, event);
    ResetReply reply{
        .user = subject.name.value, .removed = {}, .ended = std::move(ended), .enrolment_code = "", .until = {}};
    for (const Factor& gone : *removed) reply.removed.push_back({.factor = gone.id(), .name = gone.name});
    reply.until = hand_over_code(tx, person, *code, event);
    return reply;
  });
  if (done && *done && (*done)->until) (*done)->enrolment_code = shown_recovery_code(*code);
  wipe(*code);
  if (!done) return std::unexpected(store_failed(engine, asker, done.error()));
  if (*done) tell_by_text(engine, both->subject, both->phones, event);
  return *std::move(done);
}

}  // namespace mfa
