// The trail for administrators: its rows by what they are about, and whether it is whole. Root's alone.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/flows/requests.h"

namespace mfa {

inline constexpr std::size_t kAuditPage = 100;      // rows of one reply
inline constexpr std::size_t kAuditLooks = 20'000;  // rows looked at for it, some 50 ms
inline constexpr std::size_t kHeadsPage = 4'000;    // of one reply

// All that are given must match.
struct AuditFilter {
  std::string user, actor, service, from;
  std::string event;                     // "login.failed", or "login" for all that begin so
  std::optional<UnixTime> since, until;  // until: not at that moment itself
};
struct AuditRequest {
  AuditFilter filter;
  std::optional<std::int64_t> after, before;  // after this row, the newest last; or before it, the newest first
};
struct AuditReply {
  std::vector<TrailRow> rows;        // in the order that was asked for
  std::optional<std::int64_t> next;  // there may be more: to be asked for after or before this one
};
// Neither `after` nor `before`: from the newest backwards.
[[nodiscard]] std::expected<AuditReply, RequestError> audit(Engine& engine, const Asker& asker,
                                                            const AuditRequest& request);

[[nodiscard]] std::expected<TrailVerdict, RequestError> verify_trail(Engine& engine, const Asker& asker);

// What syslog's lines are compared with: the chain's values of the rows among the next kHeadsPage numbers.
struct HeadsReply {
  std::int64_t first = 0;  // number of the first of them; 0: there is none
  std::string heads;       // hexadecimal, 64 digits each; in place of a row that is not there as many '-'
};
[[nodiscard]] std::expected<HeadsReply, RequestError> trail_heads(Engine& engine, const Asker& asker,
                                                                  std::int64_t after);
// Of lines of syslog.
[[nodiscard]] std::expected<std::vector<LineOrigin>, RequestError> line_origins(Engine& engine, const Asker& asker,
                                                                                const std::vector<ProvenLine>& lines);

}  // namespace mfa
