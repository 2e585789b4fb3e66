// One factor of one person as a foreign file tells of it, before it is known whether there is such a person. Views into
// that file's text: keys are copied into the request alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mfa::cli {

enum class EntryKind : std::uint8_t { totp, hotp, sms, call };

struct Entry {
  EntryKind kind{};
  std::string_view user;     // empty: the file is one person's
  std::string_view key;      // base32, or hexadecimal
  bool hexadecimal = false;  // which of both
  std::string_view number;   // sms, call
  std::string_view digits = "6";
  std::string_view period = "30";         // totp, seconds
  std::string_view counter;               // hotp: the next
  std::optional<std::int64_t> last_step;  // totp: the newest that was used
  std::string_view used_code;             // the last one that was
  std::optional<std::int64_t> used_at;    // totp: when that was
  std::vector<std::string_view> scratch;  // one-time codes
};

// What a file says that has no counterpart here.
enum class NotCarried : std::uint8_t {
  rate_limit,  // a lockout takes its place
  window,      // codes further away from now were taken
  skew,        // the phone's clock is wrong by more than is accepted here
  reuse,       // a code was taken more than once
  grace,       // who had just logged in from a host was not asked again
  option,      // one that no release writes
};

class WipedText;

// As the engine takes it (domain/import_row.h), with its line feed; false: it does not fit. `to` is then as it was.
[[nodiscard]] bool add_row(WipedText& to, const Entry& entry, std::string_view user, std::uint32_t uid);
// Nothing in it that no row can hold.
[[nodiscard]] bool can_be_sent(const Entry& entry);

}  // namespace mfa::cli
