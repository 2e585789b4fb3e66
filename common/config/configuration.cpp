#include "common/config/configuration.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <expected>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "common/config/document.h"
#include "common/config/fields.h"
#include "common/config/gateways.h"
#include "common/config/mistakes.h"
#include "common/config/phones.h"
#include "common/config/places.h"
#include "common/config/rules.h"

namespace mfa {
namespace {

using namespace std::literals;

constexpr std::size_t kLongestIssuer = 60;     // characters: it must leave room in the picture that an app scans
constexpr std::size_t kLongestHelpdesk = 200;  // characters: a line of a prompt
constexpr std::size_t kLongestPath = 1000;     // characters; the store's own files get longer names (PATH_MAX is 4096)
constexpr std::size_t kLongestPattern = 256;   // characters; no group's name and no network is nearly as long

constexpr std::array kBackends{"sqlite"sv};
constexpr std::array kLaterBackends{"postgresql"sv, "postgres"sv};
constexpr std::array kAlgorithms{"SHA1"sv, "SHA256"sv, "SHA512"sv};
constexpr std::array kKeyEnrol{"helpdesk"sv, "self"sv};

struct Draft {
  Settings settings;
  std::vector<Rule> rules;                     // of the text at hand
  std::map<std::string, std::string> rule_at;  // name -> file:line, of all texts
  std::vector<GatewaySettings> gateways;       // as the rules
  std::map<std::string, std::string> gateway_at;
  Mistakes* lockout_mistakes = nullptr;  // of the last text that set first or longest
  Place lockout_place;
  Mistakes* geo_mistakes = nullptr;  // of the last text that set geo.database
  Place geo_place;
  bool has_home = false;
  Mistakes* phone_mistakes = nullptr;  // of the last text that has [phone]
  Place phone_place;
};

template <class T>
void set(T& target, std::optional<T> value) {
  if (value) target = std::move(*value);
}

void read_path(const Field& field, std::string& target) {
  std::optional<std::string> path = text_in(field, kLongestPath);
  if (path && (!path->starts_with('/') || path->ends_with('/'))) {
    field.wrong("must be the whole path of a file, from / on, not " + in_quotes(*path));
    return;
  }
  set(target, std::move(path));
}

void read_count(const Field& field, int least, int most, std::uint32_t& target) {
  if (const auto count = number_in(field, least, most)) target = static_cast<std::uint32_t>(*count);
}

constexpr auto kStore = std::to_array<Key<Draft>>({
    {"backend", [](const Field& field, Draft&) { (void)word_in(field, kBackends, kLaterBackends); }},
    {"path", [](const Field& field, Draft& draft) { read_path(field, draft.settings.store_path); }},
});

constexpr auto kTotp = std::to_array<Key<Draft>>({
    {"digits", [](const Field& field, Draft& draft) { set(draft.settings.totp.digits, number_in(field, 6, 8)); }},
    {"period",
     [](const Field& field, Draft& draft) {
       const std::optional<int> seconds =
           number_in(field, 10, 300,
                     "fewer seconds leave no time to type a code, more leave it to whoever looked over a shoulder");
       if (seconds) draft.settings.totp.period = std::chrono::seconds(*seconds);
     }},
    {"algorithm",
     [](const Field& field, Draft& draft) {
       if (const auto word = word_in(field, kAlgorithms)) {
         set(draft.settings.totp.algorithm, hash_algorithm(*word));
       }
     }},
    {"window", [](const Field& field, Draft& draft) { set(draft.settings.totp_window, number_in(field, 0, 10)); }},
});

void read_lock(const Field& field, std::chrono::seconds& target, Draft& draft) {
  set(target, span_in(field, "1s", "24h"));
  draft.lockout_mistakes = &field.mistakes;
  draft.lockout_place = field.value.place;
}

constexpr auto kLockout = std::to_array<Key<Draft>>({
    {"tries", [](const Field& field, Draft& draft) { read_count(field, 1, 20, draft.settings.lockout.tries); }},
    {"first", [](const Field& field, Draft& draft) { read_lock(field, draft.settings.lockout.first, draft); }},
    {"longest", [](const Field& field, Draft& draft) { read_lock(field, draft.settings.lockout.longest, draft); }},
});

// Names of groups; the list may be empty. It stands in the place of the default, it is not added to it.
void read_groups(const Field& field, std::vector<std::string>& target) {
  const std::optional<std::vector<Field>> elements = list_in(field, EmptyList::fine);
  if (!elements) return;
  std::vector<std::string> groups;
  for (const Field& element : *elements) {
    std::optional<std::string> name = text_in(element, kLongestPattern);
    if (!name) continue;
    if (name->find_first_of("*?!%@") != std::string::npos) {
      element.wrong("takes plain names of groups, not " + in_quotes(*name));
    } else if (std::ranges::find(groups, *name) != groups.end()) {
      element.wrong("names " + in_quotes(*name) + " twice");
    } else {
      groups.push_back(*std::move(name));
    }
  }
  target = std::move(groups);
}

constexpr auto kAccess = std::to_array<Key<Draft>>({
    {"helpdesk_groups", [](const Field& field, Draft& draft) { read_groups(field, draft.settings.helpdesk_groups); }},
    {"helpdesk_scope", [](const Field& field, Draft& draft) { read_groups(field, draft.settings.helpdesk_scope); }},
    {"protected_groups", [](const Field& field, Draft& draft) { read_groups(field, draft.settings.protected_groups); }},
    {"acts_per_day", [](const Field& field, Draft& draft) { read_count(field, 1, 1000, draft.settings.acts_per_day); }},
});

constexpr auto kRecords = std::to_array<Key<Draft>>({
    {"keep",
     [](const Field& field, Draft& draft) { set(draft.settings.records_keep, span_in(field, "7d", "36500d")); }},
});

constexpr auto kKey = std::to_array<Key<Draft>>({
    {"enrol",
     [](const Field& field, Draft& draft) {
       if (const auto word = word_in(field, kKeyEnrol)) draft.settings.key_self_enrol = *word == "self";
     }},
});

void read_shared(const Field& field, Draft& draft) {
  const std::optional<std::vector<Field>> elements = list_in(field, EmptyList::fine);
  if (!elements) return;
  std::vector<Network> networks;
  for (const Field& element : *elements) {
    const std::optional<std::string> written = text_in(element, kLongestPattern);
    if (!written) continue;
    const std::expected<Network, std::string> network = parse_network(*written);
    if (!network) {
      element.wrong(network.error());
    } else if (std::ranges::find(networks, *network) != networks.end()) {
      element.wrong("names " + in_quotes(*written) + " twice");
    } else {
      networks.push_back(*network);
    }
  }
  draft.settings.shared = std::move(networks);
}

constexpr auto kTrust = std::to_array<Key<Draft>>({
    {"devices_per_day",
     [](const Field& field, Draft& draft) { read_count(field, 0, 100, draft.settings.trust.devices_per_day); }},
    {"end_on_country_change",
     [](const Field& field, Draft& draft) { set(draft.settings.trust.end_on_country_change, truth_in(field)); }},
    {"end_on_network_change",
     [](const Field& field, Draft& draft) { set(draft.settings.trust.end_on_network_change, truth_in(field)); }},
    {"shared", read_shared},
    {"burst", [](const Field& field, Draft& draft) { set(draft.settings.trust_burst, span_in(field, "0s", "10m")); }},
});

constexpr auto kGeo = std::to_array<Key<Draft>>({
    {"database",
     [](const Field& field, Draft& draft) {
       read_path(field, draft.settings.geo_database);
       draft.geo_mistakes = &field.mistakes;
       draft.geo_place = field.value.place;
     }},
    {"home",
     [](const Field& field, Draft& draft) {
       draft.has_home = true;
       std::optional<std::string> country = text_in(field, kLongestPattern);
       if (!country) return;
       if (const std::string wrong = check_country(*country); !wrong.empty()) {
         field.wrong(wrong);
       } else {
         set(draft.settings.geo_home, std::move(country));
       }
     }},
});

void read_issuer(const Field& field, Draft& draft) {
  std::optional<std::string> issuer = text_in(field, kLongestIssuer);
  if (issuer && issuer->contains(':')) {
    field.wrong("must not contain a colon: apps take what follows it for the account");
    return;
  }
  set(draft.settings.issuer, std::move(issuer));
}

// Whether there are texts in it is found out where they are.
void read_language(const Field& field, Draft& draft) {
  constexpr std::size_t kLongestTag = 35;  // RFC 5646, 4.4.1
  std::optional<std::string> tag = text_in(field, kLongestTag);
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto fits = [letter](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; };
  if (tag && !(letter(tag->front()) && std::ranges::all_of(*tag, fits))) {
    field.wrong("must be a language's code, such as \"en\" or \"nl\"");
    return;
  }
  set(draft.settings.language, std::move(tag));
}

// Of [[rule]] and [[gateway]]: each one's name is its own.
template <class Named>
void read_list(const Field& field, std::optional<Named> (*read_one)(const Field&), std::vector<Named>& target,
               std::map<std::string, std::string>& at) {
  const auto* list = std::get_if<List>(&field.value.is);
  if (list == nullptr) {
    field.wrong_type(fmt::format("a list of tables, each written [[{}]]", field.name));
    return;
  }
  for (const Value& value : *list) {
    std::optional<Named> one = read_one({.name = field.name, .value = value, .mistakes = field.mistakes});
    if (!one) continue;
    const std::string here = fmt::format("{}:{}", field.mistakes.file(), value.place.line);
    const auto [first, added] = at.emplace(one->name, here);
    if (!added && !one->name.empty()) {
      field.mistakes.add(
          value.place, fmt::format("there is a {} {} already, at {}", field.name, in_quotes(one->name), first->second));
    }
    target.push_back(std::move(*one));
  }
}

template <std::size_t N>
void read_section(const Field& field, const std::array<Key<Draft>, N>& keys, Draft& draft) {
  const Table* table = table_in(field, fmt::format("[{}]", field.name));
  if (table != nullptr) read_table(*table, field.name + ".", keys, {}, draft, field.mistakes);
}

// Of that key in a table; nothing if it is not there.
std::optional<Place> place_in(const Field& field, std::string_view key) {
  const auto* table = std::get_if<Table>(&field.value.is);
  if (table == nullptr) return std::nullopt;
  const auto entry = std::ranges::find(*table, key, &Entry::key);
  return entry == table->end() ? std::nullopt : std::optional(entry->value.place);
}

constexpr auto kTop = std::to_array<Key<Draft>>({
    {"issuer", read_issuer},
    {"helpdesk",
     [](const Field& field, Draft& draft) { set(draft.settings.helpdesk, text_in(field, kLongestHelpdesk)); }},
    {"language", read_language},
    {"store", [](const Field& field, Draft& draft) { read_section(field, kStore, draft); }},
    {"totp", [](const Field& field, Draft& draft) { read_section(field, kTotp, draft); }},
    {"lockout", [](const Field& field, Draft& draft) { read_section(field, kLockout, draft); }},
    {"access", [](const Field& field, Draft& draft) { read_section(field, kAccess, draft); }},
    {"key", [](const Field& field, Draft& draft) { read_section(field, kKey, draft); }},
    {"phone",
     [](const Field& field, Draft& draft) {
       read_phone(field, draft.settings.phone);
       draft.phone_mistakes = &field.mistakes;
       draft.phone_place = field.value.place;
       for (const std::string_view key : {"countries", "default_country"})  // if it has both, the second
         if (const auto place = place_in(field, key)) draft.phone_place = *place;
     }},
    {"trust", [](const Field& field, Draft& draft) { read_section(field, kTrust, draft); }},
    {"geo", [](const Field& field, Draft& draft) { read_section(field, kGeo, draft); }},
    {"records", [](const Field& field, Draft& draft) { read_section(field, kRecords, draft); }},
    {"rule", [](const Field& field, Draft& draft) { read_list(field, rule_in, draft.rules, draft.rule_at); }},
    {"gateway",
     [](const Field& field, Draft& draft) { read_list(field, gateway_in, draft.gateways, draft.gateway_at); }},
});

void read_text(const ConfigurationText& text, Draft& draft, Mistakes& mistakes) {
  const std::expected<Table, SyntaxError> table = parse_document(text.contents);
  if (table) {
    read_table(*table, "", kTop, {}, draft, mistakes);
  } else {
    mistakes.add(table.error().place, "is not TOML: " + table.error().text);
  }
}

Configuration read(std::span<const ConfigurationText> texts) {
  Draft draft;
  std::vector<std::vector<ConfigurationError>> errors(texts.size());  // of each text
  std::vector<Mistakes> mistakes;
  mistakes.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) mistakes.emplace_back(texts[i].file, errors[i]);

  std::vector<Rule> of_main;
  std::vector<GatewaySettings> gateways_of_main;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    read_text(texts[i], draft, mistakes[i]);
    std::vector<Rule>& rules = i == 0 ? of_main : draft.settings.rules;
    std::ranges::move(std::exchange(draft.rules, {}), std::back_inserter(rules));
    std::vector<GatewaySettings>& gateways = i == 0 ? gateways_of_main : draft.settings.gateways;
    std::ranges::move(std::exchange(draft.gateways, {}), std::back_inserter(gateways));
  }
  std::ranges::move(gateways_of_main, std::back_inserter(draft.settings.gateways));
  std::ranges::move(of_main, std::back_inserter(draft.settings.rules));

  const LockoutPolicy& lockout = draft.settings.lockout;
  if (lockout.longest < lockout.first && draft.lockout_mistakes != nullptr) {
    draft.lockout_mistakes->add(draft.lockout_place, "lockout.longest must not be shorter than lockout.first");
  }

  if (draft.geo_mistakes != nullptr && !draft.has_home) {
    draft.geo_mistakes->add(
        draft.geo_place,
        "geo.database needs geo.home beside it: the country of private addresses, which no database "
        "places");
  }

  const PhoneSettings& phone = draft.settings.phone;
  if (draft.phone_mistakes != nullptr && !phone.default_country.empty() &&
      std::ranges::find(phone.countries, phone.default_country) == phone.countries.end()) {
    draft.phone_mistakes->add(draft.phone_place, "phone.default_country must be one of phone.countries");
  }

  std::vector<ConfigurationError> all;
  for (std::vector<ConfigurationError>& of_text : errors) {
    std::ranges::sort(of_text, {}, [](const ConfigurationError& e) { return std::tie(e.line, e.column, e.text); });
    std::ranges::move(of_text, std::back_inserter(all));
  }
  if (texts.empty()) all.push_back({.file = {}, .line = 0, .column = 0, .text = "there is no configuration"});
  if (!all.empty()) return std::unexpected(std::move(all));
  return std::move(draft.settings);
}

}  // namespace

std::string to_string(const ConfigurationError& error) {
  if (error.line == 0) return printable(fmt::format("{}: {}", error.file, error.text));
  return printable(fmt::format("{}:{}:{}: {}", error.file, error.line, error.column, error.text));
}

Configuration read_configuration(std::span<const ConfigurationText> texts) {
  try {
    return read(texts);
  } catch (const std::exception& error) {
    return std::unexpected(std::vector<ConfigurationError>{
        {.file = texts.empty() ? std::string() : texts.front().file, .line = 0, .column = 0, .text = error.what()}});
  }
}

}  // namespace mfa
