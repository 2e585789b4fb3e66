#include "common/service/request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <span>

#include "common/domain/utf8.h"

namespace mfa {
namespace {

using Members = std::map<std::string, std::string, std::less<>>;

// Takes one flat object of strings and stops at the first thing that is something else, so that depth, numbers of any
// length and the like never get anywhere.
class FlatObject final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Members members;
  std::string fault;

  bool start_object(std::size_t /*size*/) override {
    if (open_) return wrong("a value is not a string");
    open_ = true;
    return true;
  }
  bool end_object() override { return true; }
  bool key(string_t& name) override {
    if (members.contains(name)) return wrong("a key comes twice");
    key_ = name;
    return true;
  }
  bool string(string_t& text) override {
    if (!open_) return wrong("not an object");
    if (has_control_characters(text)) return wrong("a value holds a control character");
    members.emplace(key_, text);
    return true;
  }
  bool null() override { return other(); }
  bool boolean(bool /*value*/) override { return other(); }
  bool number_integer(number_integer_t /*value*/) override { return other(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return other(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return other(); }
  bool binary(binary_t& /*value*/) override { return other(); }
  bool start_array(std::size_t /*size*/) override { return other(); }
  bool end_array() override { return other(); }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*what*/) override {
    return wrong("not valid JSON");
  }

 private:
  bool other() { return wrong(open_ ? "a value is not a string" : "not an object"); }
  bool wrong(std::string_view what) {
    fault = what;
    return false;
  }

  bool open_ = false;
  std::string key_;
};

struct Key {
  std::string_view name;
  bool needed;
  std::string Request::* place;
};
constexpr Key kFactor{"factor", true, &Request::factor};
constexpr Key kName{"name", true, &Request::name};
constexpr Key kMaybeName{"name", false, &Request::name};
constexpr Key kUser{"user", true, &Request::user};
constexpr std::array kOfOneFactor{kFactor};
constexpr std::array kOfRename{kFactor, kName};
constexpr std::array kOfTotp{kMaybeName};
constexpr std::array kOfHelpdeskToken{kUser, kMaybeName, Key{"reason", false, &Request::reason},
                                      Key{"checked", false, &Request::checked}};
constexpr Key kNumber{"number", true, &Request::number};
constexpr Key kCountry{"country", false, &Request::country};
constexpr std::array kOfPhone{kMaybeName, Key{"number", false, &Request::number}, kCountry};
constexpr std::array kOfHelpdeskPhone{kUser,
                                      kNumber,
                                      kCountry,
                                      kMaybeName,
                                      Key{"reason", false, &Request::reason},
                                      Key{"checked", false, &Request::checked}};
constexpr std::array kOfSendTest{kNumber, kCountry, Key{"gateway", false, &Request::gateway}};
constexpr std::array kOfHelpdesk{kUser, Key{"reason", false, &Request::reason},
                                 Key{"checked", false, &Request::checked}};
constexpr std::array kOfTravel{kUser, Key{"country", true, &Request::country}, Key{"reason", false, &Request::reason},
                               Key{"checked", false, &Request::checked}};
constexpr std::array kOfReset{kUser, Key{"factor", false, &Request::factor}, Key{"reason", false, &Request::reason},
                              Key{"checked", false, &Request::checked}};
constexpr std::array kOfProvision{kUser, kMaybeName};
constexpr std::array kOfKey{Key{"line", true, &Request::line}, kMaybeName};
constexpr std::array kOfForget{Key{"device", false, &Request::device}};
constexpr std::array kOfHelpdeskKey{kUser, Key{"line", true, &Request::line}, kMaybeName,
                                    Key{"reason", false, &Request::reason}, Key{"checked", false, &Request::checked}};
constexpr std::array kOfExplain{kUser, Key{"service", false, &Request::service}, Key{"from", false, &Request::from},
                                Key{"key", false, &Request::key}};
constexpr std::array kOfForecast{Key{"users", true, &Request::users}};
constexpr std::array kOfOneUser{kUser};
constexpr std::array kOfLanguage{Key{"to", false, &Request::to}};
constexpr std::array kOfPersonsRename{kUser, Key{"to", true, &Request::to}};
constexpr std::array kOfAudit{Key{"user", false, &Request::user}, Key{"actor", false, &Request::actor},
                              Key{"event", false, &Request::event}, Key{"service", false, &Request::service},
                              Key{"from", false, &Request::from}};
constexpr std::array kOfImport{Key{"source", true, &Request::source}};

std::span<const Key> keys_of(Verb verb) {
  switch (verb) {
    case Verb::status:
    case Verb::guided:
    case Verb::codes:
    case Verb::test:
      return {};
    case Verb::totp:
    case Verb::hotp:
      return kOfTotp;
    case Verb::phone:
      return kOfPhone;
    case Verb::helpdesk_phone:
      return kOfHelpdeskPhone;
    case Verb::send_test:
      return kOfSendTest;
    case Verb::set_default:
    case Verb::remove:
      return kOfOneFactor;
    case Verb::rename:
      return kOfRename;
    case Verb::key:
      return kOfKey;
    case Verb::devices:
    case Verb::history:
    case Verb::report:
    case Verb::enable:
    case Verb::disable:
    case Verb::privacy:
    case Verb::own_data:
    case Verb::check_store:
    case Verb::stats:
    case Verb::rotate_key:
    case Verb::verify_trail:
    case Verb::trail_heads:
    case Verb::trail_lines:
    case Verb::purge:
    case Verb::backup_store:
    case Verb::restore_store:
    case Verb::provision_codes:
      return {};
    case Verb::audit:
      return kOfAudit;
    case Verb::language:
      return kOfLanguage;
    case Verb::forget_devices:
      return kOfForget;
    case Verb::helpdesk_show:
    case Verb::helpdesk_unlock:
    case Verb::helpdesk_bypass:
    case Verb::helpdesk_identify:
    case Verb::helpdesk_exempt:
      return kOfHelpdesk;
    case Verb::helpdesk_travel:
      return kOfTravel;
    case Verb::helpdesk_reset:
      return kOfReset;
    case Verb::helpdesk_key:
      return kOfHelpdeskKey;
    case Verb::helpdesk_token:
      return kOfHelpdeskToken;
    case Verb::provision:
      return kOfProvision;
    case Verb::explain:
      return kOfExplain;
    case Verb::forecast:
      return kOfForecast;
    case Verb::password_changed:
    case Verb::retire_person:
      return kOfOneUser;
    case Verb::rename_person:
      return kOfPersonsRename;
    case Verb::import_factors:
      return kOfImport;
  }
  return {};
}

// Takes a member out; nothing if it is not there.
std::optional<std::string> take(Members& members, std::string_view name) {
  const auto found = members.find(name);
  if (found == members.end()) return std::nullopt;
  std::string value = std::move(found->second);
  members.erase(found);
  return value;
}

bool is_of_phone(Verb verb) { return verb == Verb::phone || verb == Verb::helpdesk_phone || verb == Verb::send_test; }

bool is_of_token(const Request& request) {
  return request.verb == Verb::hotp || request.verb == Verb::helpdesk_token ||
         (request.verb == Verb::provision && request.kind == FactorKind::hotp);
}

// Of the codes that a token shows.
std::optional<int> token_digits(const std::string& text) {
  if (text == "6") return 6;
  if (text == "8") return 8;
  return std::nullopt;
}

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Seconds since the epoch, as digits.
std::optional<UnixTime> moment(const std::string& text) {
  const auto seconds = number(text);
  return seconds ? std::optional(UnixTime{*seconds}) : std::nullopt;
}

using Number = std::pair<std::string_view, std::optional<std::int64_t> Request::*>;
using Moment = std::pair<std::string_view, std::optional<UnixTime> Request::*>;

// What may stand there beside strings. What is wrong with it, or nothing.
std::string take_numbers(Members& members, Request& request, std::initializer_list<Number> numbers) {
  for (const auto& [name, place] : numbers) {
    const auto given = take(members, name);
    if (!given) continue;
    request.*place = number(*given);
    if (!(request.*place) || *(request.*place) < 0) return std::string(name) + " is no number";
  }
  return {};
}
std::string take_moments(Members& members, Request& request, std::initializer_list<Moment> moments) {
  for (const auto& [name, place] : moments) {
    const auto given = take(members, name);
    if (!given) continue;
    request.*place = moment(*given);
    if (!(request.*place)) return std::string(name) + " is no time";
  }
  return {};
}

// Which rows of the trail. What is wrong with it, or nothing.
std::string take_page(Members& members, Request& request) {
  std::string fault;
  switch (request.verb) {
    case Verb::history:
      fault = take_moments(members, request, {{"since", &Request::since}});
      if (fault.empty())
        fault = take_numbers(members, request, {{"before", &Request::before}, {"most", &Request::most}});
      return fault;
    case Verb::audit:
      fault = take_moments(members, request, {{"since", &Request::since}, {"until", &Request::until}});
      if (fault.empty())
        fault = take_numbers(members, request, {{"before", &Request::before}, {"after", &Request::after}});
      if (fault.empty() && request.before && request.after) fault = "before and after together";
      return fault;
    case Verb::trail_heads:
      return take_numbers(members, request, {{"after", &Request::after}});
    default:
      return {};
  }
}

// Of the helpdesk's verbs those that a clerk confirms, and what root may try beforehand.
bool is_confirmed(Verb verb) {
  switch (verb) {
    case Verb::import_factors:
    case Verb::provision_codes:
    case Verb::helpdesk_unlock:
    case Verb::helpdesk_reset:
    case Verb::helpdesk_bypass:
    case Verb::helpdesk_travel:
    case Verb::helpdesk_exempt:
    case Verb::helpdesk_key:
    case Verb::helpdesk_token:
    case Verb::helpdesk_phone:
      return true;
    default:
      return false;
  }
}

// What the helpdesk's grants have beside strings. What is wrong with it, or nothing.
std::string take_terms(Members& members, Request& request) {
  if (request.verb == Verb::helpdesk_travel || request.verb == Verb::helpdesk_exempt) {
    request.until = moment(take(members, "until").value_or(""));
    return request.until ? "" : "until is no time";
  }
  if (request.verb != Verb::helpdesk_bypass) return {};
  return take_numbers(members, request, {{"seconds", &Request::seconds}, {"uses", &Request::uses}});
}

}  // namespace

std::expected<Request, std::string> parse_request(std::string_view json) {
  if (json.size() > kLongestRequest) return std::unexpected("longer than 4096 bytes");
  if (json.contains('\0')) return std::unexpected("not valid JSON");  // for the parser it would be the end
  FlatObject object;
  if (!nlohmann::json::sax_parse(json, &object)) return std::unexpected(object.fault);
  Members& members = object.members;

  const auto verb_name = take(members, "verb");
  if (!verb_name) return std::unexpected("no verb");
  const auto verb = verb_named(*verb_name);
  if (!verb) return std::unexpected("unknown verb");
  Request request;
  request.verb = *verb;
  for (const Key& key : keys_of(*verb)) {
    auto given = take(members, key.name);
    if (!given && key.needed) return std::unexpected(std::string("without ").append(key.name));
    if (given && given->empty()) return std::unexpected(std::string("empty ").append(key.name));
    if (given) request.*key.place = std::move(*given);
  }
  for (std::string* words : {&request.reason, &request.checked}) {  // blanks alone say nothing
    words->erase(0, words->find_first_not_of(' '));
    words->erase(words->find_last_not_of(' ') + 1);
  }
  if (*verb == Verb::provision) {
    const auto kind = factor_kind(take(members, "kind").value_or(""));
    if (kind != FactorKind::totp && kind != FactorKind::hotp) return std::unexpected("unknown kind of factor");
    request.kind = *kind;
  }
  if (is_of_phone(*verb)) {
    const auto call = take(members, "call");
    if (call && *call != "yes") return std::unexpected("call is yes or left out");
    request.call = call.has_value();
  }
  if (*verb == Verb::send_test) {
    const auto press = take(members, "press");
    if (press && (*press != "yes" || !request.call)) return std::unexpected("press is yes, of a call, or left out");
    request.press = press.has_value();
  }
  if (*verb == Verb::restore_store) {
    const auto key = take(members, "key");
    if (key && *key != "yes") return std::unexpected("key is yes or left out");
    request.with_key = key.has_value();
  }
  if (*verb == Verb::provision_codes) {
    const auto replace = take(members, "replace");
    if (replace && *replace != "yes") return std::unexpected("replace is yes or left out");
    request.replace = replace.has_value();
  }
  if (is_of_token(request)) {
    const auto given = take(members, "digits");
    const auto digits = given ? token_digits(*given) : kHotpDigits;
    if (!digits) return std::unexpected("digits are 6 or 8");
    request.digits = *digits;
  }
  if (*verb == Verb::explain || *verb == Verb::forecast) {
    const auto at = take(members, "at");
    if (at) request.at = moment(*at);
    if (at && !request.at) return std::unexpected("at is no time");
  }
  if (auto fault = take_page(members, request); !fault.empty()) return std::unexpected(std::move(fault));
  if (is_confirmed(*verb)) {
    const auto only_checks = take(members, "only_checks");
    if (only_checks && *only_checks != "yes") return std::unexpected("only_checks is yes or left out");
    request.only_checks = only_checks.has_value();
  }
  if (auto fault = take_terms(members, request); !fault.empty()) return std::unexpected(std::move(fault));
  if (!members.empty()) return std::unexpected("a key that this verb does not have");
  return request;
}

}  // namespace mfa
