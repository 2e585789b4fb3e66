#include "gateways/sip/keys.h"

#include <algorithm>

namespace mfa::sip {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

bool is_hash(std::string_view key) { return key == "#" || key == "11"; }  // the latter as in RFC 4733 §3.2

}  // namespace

bool is_from(const Endpoint& from, const Endpoint& said, std::string_view server) {
  return from.port == said.port && (from.address == said.address || from.address == server);
}

bool tells_hash(std::string_view type, std::string_view body) {
  if (same_word(type, "application/dtmf")) return is_hash(trimmed(body));
  if (!same_word(type, "application/dtmf-relay")) return false;
  while (!body.empty()) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(line.size() + 1, body.size()));
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos && same_word(trimmed(line.substr(0, equals)), "signal"))
      return is_hash(trimmed(line.substr(equals + 1)));
  }
  return false;
}

}  // namespace mfa::sip
