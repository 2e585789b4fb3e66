// Keys pressed in a call: whose word is taken for them, and how SIP INFO tells them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mfa::sip {

struct Endpoint {
  std::string address;  // numeric
  std::uint16_t port = 0;
};

// Sound that is not encrypted is the other side's if it comes from where that said it would be. A telephone system with
// several addresses may send from the one that we call, not from the one it tells of: the port is the same then, which
// no other program of that host can have.
[[nodiscard]] bool is_from(const Endpoint& from, const Endpoint& said, std::string_view server);

// Whether the body of an INFO tells of #: "Signal=#" (application/dtmf-relay), or the key alone (application/dtmf).
[[nodiscard]] bool tells_hash(std::string_view type, std::string_view body);

}  // namespace mfa::sip
