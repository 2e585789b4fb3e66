// The domain's codes for oathtool_agreement.py. Reads lines from standard input:
//   hotp DIGITS COUNTER KEY CODE
//   ALGORITHM DIGITS PERIOD TIME KEY CODE
// with the key in base32, and answers each with our code and what became of the one given, as
// "CODE accepted|wrong".
#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>
#include <variant>

#include "common/domain/base32.h"
#include "common/domain/totp.h"

namespace {

using namespace mfa;

bool answer_hotp(std::istringstream& line) {
  int digits = 0;
  std::uint64_t counter = 0;
  std::string key, code;
  line >> digits >> counter >> key >> code;
  const auto secret = base32_decode(key);
  if (!line || !secret) return false;
  const std::string ours = hotp_code(*secret, counter, digits, HashAlgorithm::sha1);
  std::cout << ours << (ours == code ? " accepted\n" : " wrong\n");
  return true;
}

bool answer_totp(const std::string& algorithm, std::istringstream& line) {
  int digits = 0;
  std::int64_t period = 0, time = 0;
  std::string key, code;
  line >> digits >> period >> time >> key >> code;
  const auto secret = base32_decode(key);
  const auto hash = hash_algorithm(algorithm);
  if (!line || !secret || !hash) return false;
  const TotpParameters parameters{*hash, digits, std::chrono::seconds(period)};
  const TimeStep step = time_step({time}, parameters.period);
  const auto result = verify_totp(*secret, parameters, code, {time}, 0, {-1});
  const auto* accepted = std::get_if<TotpAccepted>(&result);
  std::cout << hotp_code(*secret, static_cast<std::uint64_t>(step.value), digits, *hash)
            << (accepted != nullptr && accepted->step == step ? " accepted\n" : " wrong\n");
  return true;
}

}  // namespace

int main() {
  for (std::string text; std::getline(std::cin, text);) {
    std::istringstream line(text);
    std::string kind;
    line >> kind;
    if (!(kind == "hotp" ? answer_hotp(line) : answer_totp(kind, line))) {
      std::cerr << "cannot read: " << text << '\n';
      return 2;
    }
  }
  return 0;
}
