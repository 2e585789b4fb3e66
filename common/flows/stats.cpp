#include "common/flows/stats.h"

#include <chrono>
#include <limits>

#include "common/flows/step_up.h"

namespace mfa {
namespace {

constexpr std::size_t kPeopleAtOnce = 4000;  // some 10 ms
constexpr std::size_t kRowsAtOnce = 10'000;
constexpr std::chrono::hours kDay{24};

void add(StatsReply& reply, const PeopleCount& part) {
  reply.users += part.people;
  reply.enrolled += part.enrolled;
  reply.locked += part.locked;
  for (const auto& [kind, people] : part.with_factor) reply.by_factor[kind] += people;
}

void add(StatsReply& reply, EventKind kind, std::int64_t times) {
  switch (kind) {
    case EventKind::login_passed:
      reply.passed += times;
      reply.asked += times;
      return;
    case EventKind::login_failed:
      reply.failed += times;
      reply.asked += times;
      return;
    case EventKind::login_abandoned:
      reply.asked += times;
      return;
    case EventKind::login_trusted:
      reply.trusted += times;
      return;
    default:
      return;
  }
}

std::expected<void, StoreError> count_people(Engine& engine, StatsReply& reply) {
  PersonId after;
  for (bool more = true; more;) {
    const auto part = reading(
        engine.store, [&](Transaction& tx) { return tx.count_people(after, kPeopleAtOnce, engine.clock.now()); });
    if (!part) return std::unexpected(part.error());
    add(reply, *part);
    after = part->last;
    more = part->people > 0;
  }
  return {};
}

std::expected<void, StoreError> count_events(Engine& engine, StatsReply& reply) {
  const UnixTime since = engine.clock.now() - kDay;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t seen = 0;; seen += static_cast<std::int64_t>(kRowsAtOnce)) {
    reply.whole = seen < kMostRows;
    if (!reply.whole) return {};
    const auto part =
        reading(engine.store, [&](Transaction& tx) { return tx.count_events(before, since, kRowsAtOnce); });
    if (!part) return std::unexpected(part.error());
    for (const auto& [kind, times] : part->times) add(reply, kind, times);
    if (!part->more) return {};
    before = part->last;
  }
}

}  // namespace

std::expected<StatsReply, RequestError> stats(Engine& engine, const Asker& asker) {
  if (!may(asker.caller.uid, Verb::stats))
    return std::unexpected(refused("Only root may count everybody.", "Run it with sudo."));
  StatsReply reply;
  if (auto done = count_people(engine, reply); !done) return std::unexpected(store_failed(engine, asker, done.error()));
  if (auto done = count_events(engine, reply); !done) return std::unexpected(store_failed(engine, asker, done.error()));
  return reply;
}

}  // namespace mfa
