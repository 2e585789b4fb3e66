#include "common/domain/totp.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <string>

namespace mfa {
namespace {

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool valid(const TotpParameters& parameters) {
  return !name_of(parameters.algorithm).empty() && parameters.digits >= 6 && parameters.digits <= 8 &&
         parameters.period.count() >= 10 && parameters.period.count() <= 300;
}

TimeStep time_step(UnixTime time, std::chrono::seconds period) {
  const auto length = std::max<std::int64_t>(period.count(), 1);
  return {time.seconds / length - (time.seconds % length < 0 ? 1 : 0)};
}

TotpResult verify_totp(const Secret& key, const TotpParameters& parameters, std::string_view digits, UnixTime now,
                       int window, TimeStep last_step) {
  if (!valid(parameters) || digits.size() != static_cast<std::size_t>(parameters.digits) || !all_digits(digits))
    return TotpWrong{};

  // Neither whether nor where a step matches may show in the time taken: every step is computed and compared, and the
  // newest match picked with masks.
  const int reach = std::clamp(window, 0, kWidestTotpWindow);
  const TimeStep current = time_step(now, parameters.period);
  std::int64_t newest = -1;
  HotpCodes codes(key, parameters.digits, parameters.algorithm);
  for (std::int64_t step = current.value - reach; step <= current.value + reach; ++step) {
    const std::string code = codes.at(static_cast<std::uint64_t>(step));
    if (code.size() != digits.size()) return TotpWrong{};
    const auto differs = static_cast<std::int64_t>(CRYPTO_memcmp(code.data(), digits.data(), digits.size()) != 0);
    const std::int64_t keep = -differs;  // all ones or none
    newest = (newest & keep) | (step & ~keep);
  }
  if (newest < 0) return TotpWrong{};  // no match, or none but before the epoch
  if (TimeStep{newest} <= last_step) return TotpReplayed{};
  return TotpAccepted{TimeStep{newest}};
}

}  // namespace mfa
