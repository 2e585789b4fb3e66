#include "common/flows/history.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/flows/identity.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"

namespace mfa {

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
    page.rows =
        tx.events_about(account->name.value, request.before.value_or(std::numeric_limits<std::int64_t>::max()), most);
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
