// The settings of the sip gateway: through which telephone system it calls, and as whom.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "common/domain/types.h"

namespace mfa::sip {

enum class Transport : std::uint8_t { tls, tcp, udp };

struct SipSettings {
  std::string host;  // as a certificate names it
  std::uint16_t port = 5061;
  Transport transport = Transport::tls;
  bool srtp = true;    // RFC 4568: the sound is encrypted, or there is no call
  std::string domain;  // of addresses; empty: host
  std::string username;
  Secret password;
  std::string prefix = "+";  // what stands before the digits of a number
  std::string ca_file;       // PEM, in place of the system's authorities; empty: those
  std::string speech = "/usr/bin/espeak-ng";
};

// The error is a sentence with file, line and column.
[[nodiscard]] std::expected<SipSettings, std::string> read_sip_settings(const std::string& path);

}  // namespace mfa::sip
