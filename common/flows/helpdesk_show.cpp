#include "common/flows/helpdesk_show.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/flows/step_up.h"

namespace mfa {
namespace {

constexpr std::size_t kRowsLookedAt = 100;
constexpr std::chrono::hours kHour{1};
constexpr std::ptrdiff_t kMostLooks = 5;  // of one clerk at one person that become rows within an hour

bool lets_in(EventKind kind) {
  return kind == EventKind::login_passed || kind == EventKind::login_trusted || kind == EventKind::login_skipped;
}

// Each look is told in the person's history, but not each repetition: it would push all else out of it.
void record_look(Transaction& tx, const Event& look, const std::vector<TrailRow>& rows) {
  const auto lately = [&](const TrailRow& row) {
    return row.event.kind == look.kind && row.event.actor == look.actor && row.event.at >= look.at - kHour;
  };
  const auto same = [&](const TrailRow& row) { return lately(row) && row.event.reason == look.reason; };
  if (std::ranges::none_of(rows, same) && std::ranges::count_if(rows, lately) < kMostLooks) tx.append(look);
}

}  // namespace

std::expected<ShownReply, RequestError> helpdesk_show(Engine& engine, const Asker& asker,
                                                      const HelpdeskRequest& request) {
  const Act act{.verb = Verb::helpdesk_show, .reason = request.reason, .checked = request.checked};
  const auto both = may_act(engine, asker, request.user, act);
  if (!both) return std::unexpected(both.error());
  auto status = status_of(engine, both->subject);
  if (!status) return std::unexpected(store_failed(engine, asker, status.error()));
  ShownReply reply{.status = *std::move(status), .last_login = {}, .enrolment_code_until = {}, .events = {}};
  reply.status.notices.clear();
  reply.status.next.clear();
  const Event look = act_event(engine, *both, act, EventKind::helpdesk_looked);
  auto known = writing(engine.store, [&](Transaction& tx) {
    const Found found = find_person(tx, both->subject);
    reply.events = tx.events_about(both->subject.name.value, std::numeric_limits<std::int64_t>::max(), kRowsLookedAt);
    record_look(tx, look, reply.events);
    if (found.mismatch) return false;
    if (!found.person) {
      reply.events.clear();
      return true;
    }
    // Nothing of somebody who had the name before.
    std::erase_if(reply.events, [&](const TrailRow& row) { return row.event.at < found.person->first_seen; });
    const auto until = tx.enrolment_code_until(found.person->id);
    if (until && *until > look.at) reply.enrolment_code_until = until;
    return true;
  });
  if (!known) return std::unexpected(store_failed(engine, asker, known.error()));
  if (!*known) return std::unexpected(changed_hands(both->subject));
  const auto last = std::ranges::find_if(reply.events, [](const TrailRow& row) { return lets_in(row.event.kind); });
  if (last != reply.events.end()) reply.last_login = last->event.at;
  reply.events.resize(std::min(reply.events.size(), kShownEvents));
  std::ranges::reverse(reply.events);
  return reply;
}

}  // namespace mfa
