#include "common/flows/enrolment_codes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/domain/import_row.h"
#include "common/domain/recovery.h"
#include "common/flows/proven.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

using End = CodesReply::End;

// People of one transaction, so that no login waits for longer than some milliseconds.
constexpr std::size_t kPeopleAtOnce = 32;

CodesReply::Entry refused_entry(const std::string& user, std::string why) {
  return {.end = End::refused, .user = user, .code = "", .until = {}, .why = std::move(why)};
}

CodesReply::Entry make_code(Transaction& tx, const Engine& engine, UnixTime now, const CodesRequest& request,
                            const Subject& subject, std::string_view code) {
  const Account account{.name = subject.name, .uid = subject.uid, .gid = {}};
  const std::string& user = account.name.value;
  Found found = find_person(tx, account);
  if (found.mismatch) return refused_entry(user, texts::other_person(engine.settings));
  if (found.person && !tx.factors(found.person->id).empty()) return refused_entry(user, "Has a second factor already.");
  const auto live = found.person ? tx.enrolment_code_until(found.person->id) : std::nullopt;
  if (live && *live > now && !request.replace)
    return {.end = End::kept, .user = user, .code = "", .until = *live, .why = ""};
  CodesReply::Entry entry{.end = End::made, .user = user, .code = "", .until = now + kEnrolmentCodeLasts, .why = ""};
  if (request.only_tries) return entry;
  if (!found.person) found.person = tx.add_person(account.name, account.uid, now);
  outdate(tx, *found.person);
  tx.keep_enrolment_code(found.person->id, code, entry.until);
  Event event = request_event(engine, account, now, EventKind::enrolment_code_made);
  event.actor = "root";
  tx.append(event);
  entry.code = shown_recovery_code(code);
  return entry;
}

// One each for those who are somebody; a try needs none.
std::expected<std::vector<std::string>, RequestError> fresh_codes(Engine& engine, const CodesRequest& request) {
  std::vector<std::string> codes(request.people.size());
  for (std::size_t i = 0; i < codes.size() && !request.only_tries; ++i) {
    auto code = new_enrolment_code(engine);
    if (!code) {
      for (std::string& made : codes) wipe(made);
      return std::unexpected(std::move(code.error()));
    }
    codes[i] = *std::move(code);
  }
  return codes;
}

// Those from `first` on are not in the store.
void drop_from(CodesReply& reply, std::size_t first) {
  for (std::size_t i = first; i < reply.codes.size(); ++i) wipe(reply.codes[i].code);
  reply.codes.resize(first);
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
                                                        const CodesRequest& request) {
  if (!may(asker.caller.uid, Verb::provision_codes))
    return std::unexpected(refused("Only root may make enrolment codes.", "Run it with sudo."));
  if (request.people.size() > kMostImportRows)
    return std::unexpected(RequestError{.kind = RequestError::Kind::usage, .text = "Unknown request.", .hint = {}});
  auto codes = fresh_codes(engine, request);
  if (!codes) return std::unexpected(std::move(codes.error()));
  CodesReply reply;
  reply.codes.resize(request.people.size());
  const UnixTime now = engine.clock.now();
  for (std::size_t first = 0; first < reply.codes.size(); first += kPeopleAtOnce) {
    const std::size_t end = std::min(first + kPeopleAtOnce, reply.codes.size());
    const auto work = [&](Transaction& tx) {
      for (std::size_t i = first; i < end; ++i)
        reply.codes[i] = request.people[i] ? make_code(tx, engine, now, request, *request.people[i], (*codes)[i])
                                           : refused_entry("", "That is nobody's name.");
    };
    const auto done = request.only_tries ? engine.store.read(work) : engine.store.write(work);
    if (done) continue;
    drop_from(reply, first);
    reply.stopped = store_failed(engine, asker, done.error());
    break;
  }
  for (std::string& code : *codes) wipe(code);
  if (reply.stopped && reply.codes.empty()) return std::unexpected(*reply.stopped);
  return reply;
}

}  // namespace mfa
