#include "common/domain/otpauth.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "common/domain/base32.h"
#include "common/domain/utf8.h"

namespace mfa {
namespace {

constexpr std::string_view kScheme = "otpauth://";
constexpr std::string_view kType = "totp/";
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

using Result = std::expected<OtpauthUri, OtpauthError>;
using Decoded = std::expected<std::string, OtpauthError>;

bool is_alphanumeric(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// RFC 3986 §2.3, and '@', which §3.3 and §3.4 allow as it is where it can occur here.
bool stays_as_it_is(char c) { return is_alphanumeric(c) || std::string_view("-._~@").contains(c); }

void append_encoded(std::string& uri, std::string_view text) {
  for (const char c : text) {
    if (c == ':') continue;
    if (stays_as_it_is(c)) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', kHexDigits[byte >> 4U], kHexDigits[byte & 0x0FU]};
    }
  }
}

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  return std::nullopt;
}

// Whether all of `text` could be percent-decoded to the end of `decoded`, which has room for it. `also` are the
// characters beside the unreserved ones that may stand there as they are.
bool append_decoded(std::string& decoded, std::string_view text, std::string_view also) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!stays_as_it_is(text[i]) && !also.contains(text[i])) return false;
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return false;
    const auto high = hex_value(text[i + 1]);
    const auto low = hex_value(text[i + 2]);
    if (!high || !low) return false;
    decoded += static_cast<char>(*high << 4U | *low);
    i += 2;
  }
  return true;
}

Decoded decode(std::string_view text, std::string_view also) {
  std::string decoded;
  decoded.reserve(text.size());
  if (!append_decoded(decoded, text, also) || !valid_utf8(decoded) || has_control_characters(decoded)) {
    wipe(decoded);  // it may be the key
    return std::unexpected(OtpauthError::bad_encoding);
  }
  return decoded;
}

// "Issuer:account" or "account"; the colon may be encoded. Spaces before the account are the format's, not its own.
std::optional<OtpauthError> read_label(std::string_view text, OtpauthUri& parts) {
  auto label = decode(text, ":!$&'()*+,;=");
  if (!label) return label.error();
  if (const auto colon = label->find(':'); colon != std::string::npos) {
    parts.issuer = label->substr(0, colon);
    if (parts.issuer.empty()) return OtpauthError::bad_label;
    label->erase(0, colon + 1);
  }
  label->erase(0, label->find_first_not_of(' '));
  if (label->empty() || label->contains(':')) return OtpauthError::bad_label;
  parts.account = std::move(*label);
  return std::nullopt;
}

// Decimal without sign or leading zeros.
std::optional<int> small_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text[0] == '-' || text[0] == '0') return std::nullopt;
  return number;
}

enum class Parameter : std::uint8_t { secret, issuer, algorithm, digits, period, count };
constexpr std::array<std::string_view, static_cast<std::size_t>(Parameter::count)> kParameterNames{
    "secret", "issuer", "algorithm", "digits", "period"};

std::optional<Parameter> parameter_named(std::string_view name) {
  const auto found = std::ranges::find(kParameterNames, name);
  if (found == kParameterNames.end()) return std::nullopt;
  return static_cast<Parameter>(found - kParameterNames.begin());
}

std::optional<OtpauthError> read_parameter(Parameter parameter, std::string& value, OtpauthUri& parts) {
  switch (parameter) {
    case Parameter::secret: {
      auto key = base32_decode(value);
      wipe(value);
      if (!key || key->size() < kShortestKey || key->size() > kLongestKey) return OtpauthError::bad_secret;
      parts.key = std::move(*key);
      return std::nullopt;
    }
    case Parameter::issuer:
      if (value.empty() || value.contains(':') || (!parts.issuer.empty() && parts.issuer != value))
        return OtpauthError::bad_label;
      parts.issuer = value;
      return std::nullopt;
    case Parameter::algorithm: {
      const auto algorithm = hash_algorithm(value);
      if (!algorithm) return OtpauthError::unknown_algorithm;
      parts.parameters.algorithm = *algorithm;
      return std::nullopt;
    }
    case Parameter::digits:
    case Parameter::period: {
      const auto number = small_number(value);
      if (!number) return OtpauthError::bad_parameter;
      if (parameter == Parameter::digits) {
        parts.parameters.digits = *number;
      } else {
        parts.parameters.period = std::chrono::seconds(*number);
      }
      return valid(parts.parameters) ? std::nullopt : std::optional(OtpauthError::bad_parameter);
    }
    case Parameter::count:
      break;
  }
  return OtpauthError::bad_parameter;
}

std::optional<OtpauthError> read_query(std::string_view query, OtpauthUri& parts) {
  std::array<bool, kParameterNames.size()> seen{};
  while (true) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const auto equals = pair.find('=');
    const auto parameter = parameter_named(pair.substr(0, equals));
    if (equals == std::string_view::npos || !parameter) return OtpauthError::bad_parameter;
    if (std::exchange(seen[static_cast<std::size_t>(*parameter)], true)) return OtpauthError::repeated_parameter;
    // No bare '+': some writers mean a space by it.
    auto value = decode(pair.substr(equals + 1), ":/!$'()*,;=");
    if (!value) return value.error();
    if (const auto error = read_parameter(*parameter, *value, parts)) return error;
    if (pair.size() == query.size()) break;
    query.remove_prefix(pair.size() + 1);
  }
  if (!seen[static_cast<std::size_t>(Parameter::secret)]) return OtpauthError::no_secret;
  return std::nullopt;
}

}  // namespace

std::string otpauth_uri(const OtpauthUri& parts) {
  std::string uri;
  uri.reserve(128 + 6 * parts.issuer.size() + 3 * parts.account.size() + 2 * parts.key.size());  // never grows
  uri += kScheme;
  uri += kType;
  std::string issuer;
  append_encoded(issuer, parts.issuer);
  if (!issuer.empty()) uri += issuer + ":";
  append_encoded(uri, parts.account);
  std::string key = base32_encode(parts.key.bytes());
  uri += "?secret=";
  uri += key;
  wipe(key);
  if (!issuer.empty()) uri += "&issuer=" + issuer;

  constexpr TotpParameters kDefault;
  const auto& [algorithm, digits, period] = parts.parameters;
  if (algorithm != kDefault.algorithm) uri += fmt::format("&algorithm={}", name_of(algorithm));
  if (digits != kDefault.digits) uri += fmt::format("&digits={}", digits);
  if (period != kDefault.period) uri += fmt::format("&period={}", period.count());
  return uri;
}

Result parse_otpauth_uri(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return std::unexpected(OtpauthError::not_otpauth);
  uri.remove_prefix(kScheme.size());
  if (!uri.starts_with(kType)) return std::unexpected(OtpauthError::unknown_type);
  uri.remove_prefix(kType.size());

  const auto question = uri.find('?');
  OtpauthUri parts;
  if (const auto error = read_label(uri.substr(0, question), parts)) return std::unexpected(*error);
  if (question == std::string_view::npos) return std::unexpected(OtpauthError::no_secret);
  if (const auto error = read_query(uri.substr(question + 1), parts)) return std::unexpected(*error);
  return parts;
}

}  // namespace mfa
