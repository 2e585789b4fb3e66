#include "gateways/sip/sip_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "gateways/settings_file.h"

namespace mfa::sip {
namespace {

using namespace std::literals;

constexpr std::size_t kLongestText = 250;  // characters; of a host, RFC 1035 §2.3.4
constexpr std::array kTransports{"tls"sv, "tcp"sv, "udp"sv};

struct Draft {
  SipSettings settings;
  std::string server, password_file;
  Place server_place;
  bool plain = false;
};

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Nothing that has a meaning in an address (RFC 3261 §25.1), so that nothing has to be escaped.
bool is_plain(std::string_view text, std::string_view also) {
  return std::ranges::all_of(text, [&](char c) { return is_letter_or_digit(c) || also.contains(c); });
}

void read_plain(const Field& field, std::string& target, std::string_view also) {
  auto text = text_in(field, kLongestText);
  if (!text) return;
  if (!is_plain(*text, also)) field.wrong("has characters that no address has: " + in_quotes(*text));
  target = *std::move(text);
}

constexpr auto kKeys = std::to_array<Key<Draft>>({
    {"server",
     [](const Field& field, Draft& draft) {
       read_plain(field, draft.server, "-.:[]");
       draft.server_place = field.value.place;
     }},
    {"transport",
     [](const Field& field, Draft& draft) {
       const auto* found = std::ranges::find(kTransports, word_in(field, kTransports).value_or("tls"));
       draft.settings.transport = static_cast<Transport>(found - kTransports.begin());
     }},
    {"srtp", [](const Field& field, Draft& draft) { draft.settings.srtp = truth_in(field).value_or(true); }},
    {"plain", [](const Field& field, Draft& draft) { draft.plain = truth_in(field).value_or(false); }},
    {"domain", [](const Field& field, Draft& draft) { read_plain(field, draft.settings.domain, "-."); }},
    {"username", [](const Field& field, Draft& draft) { read_plain(field, draft.settings.username, "-._+"); }},
    {"password_file", [](const Field& field, Draft& draft) { read_path(field, draft.password_file); }},
    {"prefix", [](const Field& field, Draft& draft) { read_plain(field, draft.settings.prefix, "+*"); }},
    {"ca_file", [](const Field& field, Draft& draft) { read_path(field, draft.settings.ca_file); }},
    {"speech", [](const Field& field, Draft& draft) { read_path(field, draft.settings.speech); }},
});

// "pbx.example.org", "192.0.2.1:5080", "[2001:db8::1]:5061"
bool read_server(Draft& draft) {
  SipSettings& settings = draft.settings;
  const std::string_view text = draft.server;
  settings.port = settings.transport == Transport::tls ? 5061 : 5060;
  const bool bracketed = text.starts_with('[');
  const std::size_t end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos || end == 0) return false;
  settings.host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const std::string_view rest = text.substr(bracketed ? end + 1 : end);
  if (rest.empty()) return true;
  const char* last = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data() + 1, last, settings.port);
  return rest.front() == ':' && error == std::errc() && stop == last && settings.port != 0;
}

bool is_this_host(std::string_view host) { return host == "localhost" || host == "127.0.0.1" || host == "::1"; }

void finish(Draft& draft, Mistakes& mistakes) {
  SipSettings& settings = draft.settings;
  if (draft.server.empty()) {
    mistakes.add({}, "server is missing");
  } else if (!read_server(draft)) {
    mistakes.add(draft.server_place, "server must be a host, with its port or without, not " + in_quotes(draft.server));
  }
  const bool secure = settings.transport == Transport::tls && settings.srtp;
  if (!secure && !draft.plain && !is_this_host(settings.host))
    mistakes.add({},
                 "without transport = \"tls\" and srtp anybody on the way hears the codes (plain = true allows it)");
  if (settings.username.empty()) mistakes.add({}, "username is missing");
  if (settings.domain.empty())
    settings.domain = settings.host.contains(':') ? '[' + settings.host + ']' : settings.host;
  if (draft.password_file.empty()) return;
  auto password = read_password(draft.password_file);
  if (password) {
    settings.password = *std::move(password);
  } else {
    mistakes.add({}, "password_file: " + password.error());
  }
}

}  // namespace

std::expected<SipSettings, std::string> read_sip_settings(const std::string& path) {
  const auto file = open_settings(path);
  if (!file) return std::unexpected(file.error());
  std::vector<ConfigurationError> errors;
  Mistakes mistakes(path, errors);
  Draft draft;
  read_table(file->table, "", kKeys, {}, draft, mistakes);
  if (errors.empty()) finish(draft, mistakes);
  if (!errors.empty()) return std::unexpected(in_one_line(errors));
  return std::move(draft.settings);
}

}  // namespace mfa::sip
