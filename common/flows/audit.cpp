#include "common/flows/audit.h"

#include <limits>
#include <utility>

#include "common/flows/step_up.h"

namespace mfa {
namespace {

constexpr std::size_t kHeadDigits = 64;
constexpr std::size_t kRowsAtOnce = 2'000;  // of one read, some 5 ms: logins go on in between

std::optional<RequestError> not_for(const Asker& asker, Verb verb) {
  if (may(asker.caller.uid, verb)) return std::nullopt;
  return refused("Only root may read the trail of everybody.", "See your own: mfa-enroll history");
}

bool is(std::string_view wanted, std::string_view value) { return wanted.empty() || wanted == value; }

bool is_event(std::string_view wanted, std::string_view name) {
  return wanted.empty() || wanted == name || (name.starts_with(wanted) && name[wanted.size()] == '.');
}

bool matches(const AuditFilter& filter, const Event& event) {
  return is(filter.user, event.user) && is(filter.actor, event.actor) && is(filter.service, event.service) &&
         is(filter.from, event.from) && is_event(filter.event, name_of(event.kind)) &&
         (!filter.since || event.at >= *filter.since) && (!filter.until || event.at < *filter.until);
}

}  // namespace

// Times do not bound the walk: where a clock was wrong, rows are not in their order.
std::expected<AuditReply, RequestError> audit(Engine& engine, const Asker& asker, const AuditRequest& request) {
  if (auto error = not_for(asker, Verb::audit)) return std::unexpected(*std::move(error));
  const bool backwards = !request.after.has_value();
  TrailStretch stretch{
      .from = backwards ? request.before.value_or(std::numeric_limits<std::int64_t>::max()) : *request.after,
      .backwards = backwards,
      .most = kRowsAtOnce,
      .user = request.filter.user};
  AuditReply reply;
  for (std::size_t looked = 0; looked < kAuditLooks; looked += kRowsAtOnce) {
    auto rows = reading(engine.store, [&](Transaction& tx) { return tx.trail(stretch); });
    if (!rows) return std::unexpected(store_failed(engine, asker, rows.error()));
    for (TrailRow& row : *rows) {
      stretch.from = row.seq;
      if (!matches(request.filter, row.event)) continue;
      reply.rows.push_back(std::move(row));
      if (reply.rows.size() == kAuditPage) {
        reply.next = stretch.from;
        return reply;
      }
    }
    if (rows->size() < kRowsAtOnce) return reply;
  }
  reply.next = stretch.from;
  return reply;
}

std::expected<TrailVerdict, RequestError> verify_trail(Engine& engine, const Asker& asker) {
  if (auto error = not_for(asker, Verb::verify_trail)) return std::unexpected(*std::move(error));
  auto verdict = engine.store.verify_trail([&asker] { asker.dialogue.show(""); });  // a sign of life
  if (!verdict) return std::unexpected(store_failed(engine, asker, verdict.error()));
  return *std::move(verdict);
}

std::expected<HeadsReply, RequestError> trail_heads(Engine& engine, const Asker& asker, std::int64_t after) {
  if (auto error = not_for(asker, Verb::trail_heads)) return std::unexpected(*std::move(error));
  const auto marks = reading(engine.store, [&](Transaction& tx) { return tx.trail_heads(after, kHeadsPage); });
  if (!marks) return std::unexpected(store_failed(engine, asker, marks.error()));
  HeadsReply reply;
  if (marks->empty()) return reply;
  reply.first = marks->front().seq;
  std::int64_t next = reply.first;
  for (const TrailMark& mark : *marks) {
    reply.heads.append(kHeadDigits * static_cast<std::size_t>(mark.seq - next), '-');
    reply.heads += mark.head;
    next = mark.seq + 1;
  }
  return reply;
}

std::expected<std::vector<LineOrigin>, RequestError> line_origins(Engine& engine, const Asker& asker,
                                                                  const std::vector<ProvenLine>& lines) {
  if (auto error = not_for(asker, Verb::trail_lines)) return std::unexpected(*std::move(error));
  auto origins = reading(engine.store, [&](Transaction& tx) {
    std::vector<LineOrigin> found;
    found.reserve(lines.size());
    for (const ProvenLine& line : lines) found.push_back(tx.origin_of(line));
    return found;
  });
  if (!origins) return std::unexpected(store_failed(engine, asker, origins.error()));
  return *std::move(origins);
}

}  // namespace mfa
