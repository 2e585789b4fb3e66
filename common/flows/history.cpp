#include "common/flows/history.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "common/flows/hand_over.h"
#include "common/flows/identity.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

// A name they had, from which row to which: whoever has it later, or had it before, has other rows of it.
struct Spell {
  std::string name;
  std::int64_t from = 0, before = 0;
};

// The newest first. Renames are told to whom they are about, so looking for them costs no more for all other rows.
std::vector<Spell> names_of(Transaction& tx, const Username& now, std::int64_t before) {
  constexpr std::size_t kMostTold = 512;
  constexpr std::size_t kMostNames = 16;
  std::vector<Spell> names{{.name = now.value, .from = 0, .before = std::numeric_limits<std::int64_t>::max()}};
  while (names.size() < kMostNames) {
    Spell& last = names.back();
    const std::vector<TrailRow> told = tx.told_about(last.name, 0, kMostTold);
    const auto renamed = std::ranges::find_if(told, [&](const TrailRow& row) {
      return row.seq < last.before && row.event.kind == EventKind::person_renamed && row.event.reason.starts_with(kWas);
    });
    if (renamed == told.end()) break;
    last.from = renamed->seq;
    names.push_back({.name = renamed->event.reason.substr(kWas.size()), .from = 0, .before = renamed->seq});
  }
  for (Spell& spell : names) spell.before = std::min(spell.before, before);
  return names;
}

std::vector<TrailRow> rows_before(Transaction& tx, const Username& name, std::int64_t before, std::size_t most) {
  std::vector<TrailRow> rows;
  for (const Spell& spell : names_of(tx, name, before)) {
    if (rows.size() == most) break;
    std::vector<TrailRow> more = tx.events_about(spell.name, spell.before, most - rows.size());
    std::erase_if(more, [&](const TrailRow& row) { return row.seq < spell.from; });
    std::ranges::move(more, std::back_inserter(rows));
  }
  return rows;
}

}  // namespace

std::expected<HistoryReply, RequestError> history(Engine& engine, const Asker& asker, const HistoryRequest& request) {
  using Result = std::expected<HistoryReply, RequestError>;
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  const std::size_t most = std::clamp(request.most, std::size_t{1}, kHistoryPage);
  auto reply = reading(engine.store, [&](Transaction& tx) -> Result {
    const Found found = find_person(tx, *account);
    if (found.mismatch) return std::unexpected(refused(texts::other_person(engine.settings)));
    HistoryReply page;
    if (!found.person) return page;
    page.rows = rows_before(tx, account->name, request.before.value_or(std::numeric_limits<std::int64_t>::max()), most);
    const UnixTime oldest = std::max(found.person->first_seen, request.since.value_or(found.person->first_seen));
    if (page.rows.size() == most && page.rows.back().event.at >= oldest) page.before = page.rows.back().seq;
    std::erase_if(page.rows, [&](const TrailRow& row) { return row.event.at < oldest; });
    std::ranges::reverse(page.rows);
    return page;
  });
  if (!reply) return std::unexpected(store_failed(engine, asker, reply.error()));
  return *std::move(reply);
}

}  // namespace mfa
