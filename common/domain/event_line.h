// One event as one line of key=value, for syslog: stable keys, nothing in it can end the line or look like a key.
//
//   event=login.passed user=alice service=sshd from=203.0.113.7 server=lab-gw factor=totp-1 seq=12 run=5f00a1c2
//   head=9f3c… proof=07d1…
//
// Pure. A field that is empty is left out. What is proven is the line up to " proof=", byte by byte.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/domain/event.h"
#include "common/domain/trail.h"

namespace mfa {

inline constexpr std::size_t kLongestValue = 256;  // bytes of one value as written, quotes not counted
inline constexpr std::size_t kLongestText = 1024;  // bytes of a note as written

// Printable ASCII and well-formed UTF-8 as they are; every other byte, controls (C0, C1, DEL), line separators and
// marks that change the direction of writing as \xHH for each byte. Cut at `most` bytes, never inside a character, with
// "..." at the end.
[[nodiscard]] std::string escaped(std::string_view text, std::size_t most);

// The same for a value: in double quotes, with \" and \\ inside, if it is more than one plain word.
[[nodiscard]] std::string quoted_value(std::string_view value);

[[nodiscard]] std::string event_line(const Event& event, const std::optional<TrailMark>& mark);

}  // namespace mfa
