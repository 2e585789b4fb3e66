#include "common/flows/enrolment_codes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/domain/recovery.h"
#include "common/flows/proven.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

std::expected<CodesReply::Entry, RequestError> refused_entry(const std::string& user, std::string error) {
  return CodesReply::Entry{.user = user, .code = "", .until = {}, .error = std::move(error)};
}

std::expected<CodesReply::Entry, RequestError> make_code(Engine& engine, const Asker& asker, const std::string& user) {
  const auto account = find_account(engine, user);
  if (!account && account.error().kind == RequestError::Kind::unavailable) return std::unexpected(account.error());
  if (!account) return refused_entry(user, account.error().text);
  auto code = new_enrolment_code(engine);
  if (!code) return std::unexpected(std::move(code.error()));
  const UnixTime now = engine.clock.now();
  const UnixTime until = now + kEnrolmentCodeLasts;
  Event event = request_event(engine, *account, now, EventKind::enrolment_code_made);
  event.actor = "root";
  std::string error;
  const auto kept = engine.store.write([&](Transaction& tx) {
    error.clear();
    Found found = find_person(tx, *account);
    if (found.mismatch) {
      error = texts::other_person(engine.settings);
      return;
    }
    if (!found.person) found.person = tx.add_person(account->name, account->uid, now);
    if (!tx.factors(found.person->id).empty()) {
      error = "Has a second factor already.";
      return;
    }
    outdate(tx, *found.person);
    tx.keep_enrolment_code(found.person->id, *code, until);
    tx.append(event);
  });
  CodesReply::Entry entry{.user = account->name.value, .code = shown_recovery_code(*code), .until = until, .error = ""};
  wipe(*code);
  if (!kept) return std::unexpected(store_failed(engine, asker, kept.error()));
  if (!error.empty()) {
    wipe(entry.code);
    return refused_entry(user, error);
  }
  return entry;
}

}  // namespace

std::expected<std::string, RequestError> new_enrolment_code(Engine& engine) {
  std::array<std::uint8_t, kRecoveryCodeBytes> random{};
  if (!engine.random.fill(random))
    return std::unexpected(RequestError{
        .kind = RequestError::Kind::unavailable, .text = "The system gives no randomness.", .hint = "Try again soon."});
  return recovery_code(random);
}

bool can_be_typed(const Factor& factor) { return texts::words_of(factor.kind()).has_value(); }

std::optional<UnixTime> hand_over_code(Transaction& tx, Person person, std::string_view code, const Event& about) {
  if (tx.recovery_codes_left(person.id) > 0 || std::ranges::any_of(tx.factors(person.id), can_be_typed))
    return std::nullopt;
  const UnixTime until = about.at + kEnrolmentCodeLasts;
  outdate(tx, person);
  tx.keep_enrolment_code(person.id, code, until);
  Event made = about;
  made.kind = EventKind::enrolment_code_made;
  made.factor.clear();
  made.reason.clear();
  tx.append(made);
  return until;
}

std::expected<CodesReply, RequestError> provision_codes(Engine& engine, const Asker& asker,
                                                        const std::vector<std::string>& users) {
  if (!may(asker.caller.uid, Verb::provision_codes))
    return std::unexpected(refused("Only root may make enrolment codes.", "Run it with sudo."));
  CodesReply reply;
  for (const std::string& user : users) {
    auto entry = make_code(engine, asker, user);
    if (!entry) {
      for (auto& made : reply.codes) wipe(made.code);
      return std::unexpected(entry.error());
    }
    reply.codes.push_back(*std::move(entry));
  }
  return reply;
}

}  // namespace mfa
