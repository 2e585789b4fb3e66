// What the trail says of a person, for themselves: logins and changes, page by page.
//
// Whose rows they are is what the kernel says of the asker. Rows of somebody who had the name before are not told;
// those are that have a name which the asker had before, up to when it changed (`admin rename`).
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "common/flows/requests.h"

namespace mfa {

inline constexpr std::size_t kHistoryPage = 100;  // rows that are looked at for one request

struct HistoryRequest {
  std::optional<std::int64_t> before;  // rows before this one; nothing: from the newest
  std::optional<UnixTime> since;       // none that are older
  std::size_t most = kHistoryPage;     // rows, at most kHistoryPage
};
struct HistoryReply {
  std::vector<TrailRow> rows;          // the newest last
  std::optional<std::int64_t> before;  // there may be older ones: to be asked for with this
};
[[nodiscard]] std::expected<HistoryReply, RequestError> history(Engine& engine, const Asker& asker,
                                                                const HistoryRequest& request);

}  // namespace mfa
