// What is imported of one person, as mfa-enroll sends it in a Request's rows: fields with a tab between them, a line
// feed behind each row.
//
//   totp  user  uid  key  digits  period  last step  used code  used at  scratch codes
//   hotp  user  uid  key  digits          counter    used code           scratch codes
//   sms   user  uid  number               (or call)
//
// A key is base32, or hexadecimal behind "0x". What may be left out is empty; scratch codes have commas between them.
// Whoever sends rows is root; all the same each is looked at as if anybody had written it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/domain/factor.h"
#include "common/domain/types.h"

namespace mfa {

inline constexpr std::size_t kMostImportRows = 256;      // of one request
inline constexpr std::size_t kShortestImportedKey = 10;  // bytes: what google-authenticator made until 2017
inline constexpr std::size_t kScratchDigits = 8;         // of a code that google-authenticator prints for emergencies
inline constexpr std::size_t kMostScratchCodes = 10;     // of one file; the program makes no more
inline constexpr std::int64_t kLongestSkew = 1500;       // steps that google-authenticator lets a phone's clock be off

// A telephone number as somebody wrote it, before it was looked at.
struct WrittenPhone {
  std::string number;
  PhoneUse use = PhoneUse::text;
};

struct ImportRow {
  Subject subject;
  std::variant<TotpFactor, HotpFactor, WrittenPhone> what;
  std::vector<Secret> scratch;  // one-time codes of kScratchDigits digits
};

// Why a row cannot be taken, whoever it is about.
enum class ImportFault : std::uint8_t {
  no_user,        // nobody's name, or a uid that stands for nobody
  no_key,         // neither base32 nor hexadecimal
  short_key,      // under kShortestImportedKey bytes
  long_key,       // over kLongestSeed bytes
  digits,         // not 6 to 8
  period,         // not 10 to 300 seconds
  counter,        // no counter of a token
  used_later,     // the last code was used at a time that has not come
  scratch_codes,  // not of that shape, or too many
};
[[nodiscard]] std::string_view sentence(ImportFault fault);

using ReadRow = std::expected<ImportRow, ImportFault>;

// Each row by itself; nothing if they are not rows at all, or too many. `now`: what is said to be used cannot be later,
// but for the bit that a phone's clock may be ahead.
//
// A used code is spent here as well: of a token the counter behind it is the next, of an app its step is the last.
[[nodiscard]] std::optional<std::vector<ReadRow>> read_import_rows(std::string_view text, UnixTime now);

// Rows of a user and a uid alone, likewise; an empty one stands for nobody.
[[nodiscard]] std::optional<std::vector<std::optional<Subject>>> read_people_rows(std::string_view text);

}  // namespace mfa
