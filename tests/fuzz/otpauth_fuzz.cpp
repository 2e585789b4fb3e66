// What parse_otpauth_uri takes is in range and free of what steers a terminal, and comes back the same when written and
// read again. Any bytes as issuer and account make a URI that is read as them, or refused for what they are.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/domain/otpauth.h"
#include "common/domain/utf8.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool plain(std::string_view text) {
  return mfa::valid_utf8(text) && !mfa::has_control_characters(text) && !text.contains(':');
}

bool same(const mfa::OtpauthUri& a, const mfa::OtpauthUri& b) {
  return a.issuer == b.issuer && a.account == b.account && a.key == b.key && a.parameters == b.parameters;
}

void read_and_write(std::string_view text) {
  const auto parts = mfa::parse_otpauth_uri(text);
  if (!parts) return;
  require(plain(parts->issuer) && plain(parts->account) && !parts->account.empty());
  require(parts->key.size() >= mfa::kShortestKey && parts->key.size() <= mfa::kLongestKey);
  require(mfa::valid(parts->parameters));
  const std::string written = mfa::otpauth_uri(*parts);
  const auto back = mfa::parse_otpauth_uri(written);
  require(back && same(*parts, *back));
  require(mfa::otpauth_uri(*back) == written);
}

void write_and_read(std::string_view text) {
  const auto middle = text.size() / 2;
  const mfa::OtpauthUri parts{
      std::string(text.substr(0, middle)), std::string(text.substr(middle)), mfa::Secret("12345678901234567890"), {}};
  const auto back = mfa::parse_otpauth_uri(mfa::otpauth_uri(parts));
  const bool holds = plain(parts.issuer) && plain(parts.account) && !parts.account.empty();
  // Spaces before the account are the format's own, so it cannot begin with one.
  if (holds && !parts.account.starts_with(' ')) require(back && same(parts, *back));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  read_and_write(text);
  write_and_read(text);
  return 0;
}
