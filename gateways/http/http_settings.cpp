#include "gateways/http/http_settings.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "gateways/settings_file.h"

namespace mfa::http {
namespace {

using namespace std::literals;

constexpr std::size_t kLongestText = 4000;  // characters
constexpr std::array kMethods{"GET"sv, "POST"sv, "PUT"sv};
constexpr std::array kFormats{"form"sv, "json"sv};

struct Draft {
  HttpSettings settings;
  std::string url, method, password_file, content;
  Place url_place;
  bool has_password = false;
  bool plain_http = false;
};

std::optional<TemplateText> template_in(const Field& field) {
  const auto* text = std::get_if<std::string>(&field.value.is);
  if (text == nullptr) {
    field.wrong_type("a string");
    return std::nullopt;
  }
  auto made = TemplateText::parse(*text);
  if (made) return *std::move(made);
  field.wrong(made.error());
  return std::nullopt;
}

// RFC 9110 §5.6.2: a token.
bool is_header_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void read_pairs(const Field& field, NamedTemplates& target, bool (*fits)(std::string_view)) {
  const Table* table = table_in(field, fmt::format("[{}]", field.name));
  if (table == nullptr) return;
  for (const Entry& entry : *table) {
    const Field one{.name = field.name + "." + entry.key, .value = entry.value, .mistakes = field.mistakes};
    if (!fits(entry.key)) one.wrong("is not a name that can be sent");
    if (auto made = template_in(one)) target.emplace_back(entry.key, *std::move(made));
  }
}

std::optional<JsonTemplate> json_in(const Field& field);

JsonMembers members_in(const Field& field, const Table& table) {
  JsonMembers members;
  for (const Entry& entry : table) {
    const Field one{.name = field.name + "." + entry.key, .value = entry.value, .mistakes = field.mistakes};
    if (auto value = json_in(one)) members.push_back({.name = entry.key, .value = *std::move(value)});
  }
  return members;
}

std::optional<JsonTemplate> json_in(const Field& field) {
  const auto& is = field.value.is;
  if (std::holds_alternative<std::string>(is)) {
    auto made = template_in(field);
    return made ? std::optional(JsonTemplate{*std::move(made)}) : std::nullopt;
  }
  if (const auto* number = std::get_if<std::int64_t>(&is)) return JsonTemplate{*number};
  if (const auto* truth = std::get_if<bool>(&is)) return JsonTemplate{*truth};
  if (const auto* table = std::get_if<Table>(&is)) return JsonTemplate{members_in(field, *table)};
  if (const auto* list = std::get_if<List>(&is)) {
    std::vector<JsonTemplate> values;
    for (const Value& value : *list) {
      const Field one{.name = field.name, .value = value, .mistakes = field.mistakes};
      if (auto made = json_in(one)) values.push_back(*std::move(made));
    }
    return JsonTemplate{std::move(values)};
  }
  field.wrong_type("a string, a whole number, true, false, a list or a table");
  return std::nullopt;
}

void read_statuses(const Field& field, Judgement& judgement) {
  for (const Field& element : list_in(field).value_or(std::vector<Field>{}))
    if (const auto status = number_in(element, 200, 599)) judgement.status.push_back(*status);
}

void read_values(const Field& field, Judgement& judgement) {
  for (const Field& element : list_in(field).value_or(std::vector<Field>{})) {
    if (const auto* number = std::get_if<std::int64_t>(&element.value.is)) {
      judgement.values.push_back(std::to_string(*number));
    } else if (const auto* truth = std::get_if<bool>(&element.value.is)) {
      judgement.values.emplace_back(*truth ? "true" : "false");
    } else if (auto text = text_in(element, kLongestText)) {
      judgement.values.push_back(*std::move(text));
    }
  }
}

void read_text(const Field& field, std::string& target) {
  if (auto text = text_in(field, kLongestText)) target = *std::move(text);
}

// What stands in the files that come along where an account's own name belongs.
void read_account(const Field& field, std::string& target) {
  read_text(field, target);
  if (target.contains("xxxxxxxx")) field.wrong("is the example's: write your account's in place of the x");
}

constexpr auto kJudgement = std::to_array<Key<Judgement>>({
    {"status", read_statuses},
    {"field", [](const Field& field, Judgement& judgement) { read_text(field, judgement.field); }},
    {"values", read_values},
    {"text", [](const Field& field, Judgement& judgement) { read_text(field, judgement.text); }},
});

Judgement judgement_in(const Field& field) {
  Judgement judgement;
  const Table* table = table_in(field, fmt::format("[{}]", field.name));
  if (table == nullptr) return judgement;
  read_table(*table, field.name + ".", kJudgement, {}, judgement, field.mistakes);
  if (table->empty()) field.wrong("says nothing");
  if (judgement.field.empty() != judgement.values.empty()) field.wrong("needs field and values, or neither");
  return judgement;
}

constexpr auto kKeys = std::to_array<Key<Draft>>({
    {"url",
     [](const Field& field, Draft& draft) {
       read_account(field, draft.url);
       draft.url_place = field.value.place;
     }},
    {"method", [](const Field& field, Draft& draft) { draft.method = word_in(field, kMethods).value_or(""); }},
    {"username", [](const Field& field, Draft& draft) { read_account(field, draft.settings.username); }},
    {"password",
     [](const Field& field, Draft& draft) {
       draft.has_password = true;
       if (const auto text = text_in(field, kLongestText)) draft.settings.password = Secret(*text);
     }},
    {"password_file", [](const Field& field, Draft& draft) { read_path(field, draft.password_file); }},
    {"headers", [](const Field& field, Draft& draft) { read_pairs(field, draft.settings.headers, is_header_name); }},
    {"query",
     [](const Field& field, Draft& draft) {
       read_pairs(field, draft.settings.query, [](std::string_view name) { return !name.empty(); });
     }},
    {"content",
     [](const Field& field, Draft& draft) {
       draft.settings.content = template_in(field);
       if (const auto* text = std::get_if<std::string>(&field.value.is)) draft.content = *text;
     }},
    {"format",
     [](const Field& field, Draft& draft) {
       if (const auto word = word_in(field, kFormats))
         draft.settings.format = *word == "json" ? BodyFormat::json : BodyFormat::form;
     }},
    {"body",
     [](const Field& field, Draft& draft) {
       const Table* table = table_in(field, "[body]");
       if (table != nullptr) draft.settings.body = members_in(field, *table);
     }},
    {"ca_file", [](const Field& field, Draft& draft) { read_path(field, draft.settings.ca_file); }},
    {"proxy", [](const Field& field, Draft& draft) { read_text(field, draft.settings.proxy); }},
    {"plain_http", [](const Field& field, Draft& draft) { draft.plain_http = truth_in(field).value_or(false); }},
    {"success", [](const Field& field, Draft& draft) { draft.settings.success = judgement_in(field); }},
    {"refused", [](const Field& field, Draft& draft) { draft.settings.refused = judgement_in(field); }},
    {"failed", [](const Field& field, Draft& draft) { draft.settings.failed = judgement_in(field); }},
    {"reason", [](const Field& field, Draft& draft) { read_text(field, draft.settings.reason); }},
});

bool is_this_host(std::string_view host) {
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) return false;
  host = host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// Splits it behind the host: what stands before that never depends on a message.
std::string read_url(Draft& draft) {
  const std::string_view url = draft.url;
  const std::size_t scheme = url.find("://");
  const bool secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://")) return "must begin with https://";
  const std::size_t host_end = std::min(url.find_first_of("/?#", scheme + 3), url.size());
  const std::string_view host = url.substr(scheme + 3, host_end - scheme - 3);
  if (host.empty() || host.find_first_of("{}@ ") != std::string_view::npos)
    return "must have a host, without username, password and places";
  if (!secure && !draft.plain_http && (!is_this_host(host) || !draft.settings.proxy.empty()))
    return "must begin with https://: over http:// anybody on the way reads the codes (plain_http = true allows it)";
  if (url.contains('#')) return "must have no #";
  auto path = TemplateText::parse(url.substr(host_end));
  if (!path) return path.error();
  if (path->has(Part::password)) return "must not hold the password: addresses are written to logs";
  draft.settings.url_start = url.substr(0, host_end);
  draft.settings.url_path = *std::move(path);
  return {};
}

bool has_password(const JsonTemplate& json);
bool has_password(const JsonMembers& members) {
  return std::ranges::any_of(members, [](const JsonMember& member) { return has_password(member.value); });
}
bool has_password(const JsonTemplate& json) {
  if (const auto* text = std::get_if<TemplateText>(&json.is)) return text->has(Part::password);
  if (const auto* members = std::get_if<JsonMembers>(&json.is)) return has_password(*members);
  if (const auto* list = std::get_if<std::vector<JsonTemplate>>(&json.is))
    return std::ranges::any_of(*list, [](const JsonTemplate& one) { return has_password(one); });
  return false;
}

bool sends_password(const HttpSettings& settings) {
  const auto in = [](const NamedTemplates& pairs) {
    return std::ranges::any_of(pairs, [](const auto& pair) { return pair.second.has(Part::password); });
  };
  return in(settings.headers) || in(settings.query) || (settings.body && has_password(*settings.body)) ||
         (settings.content && settings.content->has(Part::password));
}

// Of a form: nothing that has no one way of writing it.
bool is_flat(const JsonMembers& members) {
  return std::ranges::all_of(members, [](const JsonMember& member) {
    return !std::holds_alternative<JsonMembers>(member.value.is) &&
           !std::holds_alternative<std::vector<JsonTemplate>>(member.value.is);
  });
}

constexpr std::array kSecretNames{"auth"sv, "cookie"sv, "key"sv, "password"sv, "secret"sv, "token"sv};

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return small;
}

// Whether a secret may stand there as it is, and not as a place: by its name, since nothing else tells.
bool names_secret(std::string_view name) {
  const std::string small = in_small_letters(name);
  return std::ranges::any_of(kSecretNames, [&](std::string_view part) { return small.contains(part); });
}
bool may_hold_secret(const NamedTemplates& pairs) {
  return std::ranges::any_of(pairs,
                             [](const auto& pair) { return !pair.second.has_places() && names_secret(pair.first); });
}
bool may_hold_secret(const JsonTemplate& json, bool named);
bool may_hold_secret(const JsonMembers& members, bool named = false) {
  return std::ranges::any_of(members, [&](const JsonMember& member) {
    return may_hold_secret(member.value, named || names_secret(member.name));
  });
}
// `named`: by a name around it.
bool may_hold_secret(const JsonTemplate& json, bool named) {
  if (const auto* text = std::get_if<TemplateText>(&json.is)) return named && !text->has_places();
  if (std::holds_alternative<std::int64_t>(json.is)) return named;
  if (const auto* members = std::get_if<JsonMembers>(&json.is)) return may_hold_secret(*members, named);
  if (const auto* list = std::get_if<std::vector<JsonTemplate>>(&json.is))
    return std::ranges::any_of(*list, [&](const JsonTemplate& one) { return may_hold_secret(one, named); });
  return false;
}

// In text of any form: such a name, and behind it "=", ":" or ">" and something else than a place.
bool may_hold_secret(std::string_view text) {
  const std::string small = in_small_letters(text);
  for (const std::string_view part : kSecretNames) {
    for (std::size_t at = small.find(part); at != std::string::npos; at = small.find(part, at + 1)) {
      std::size_t end = small.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-\"' \t", at);
      if (end == std::string::npos || !"=:>"sv.contains(small[end])) continue;
      end = small.find_first_not_of("\"' \t\r\n", end + 1);
      if (end != std::string::npos && !"{}[]<>&,;"sv.contains(small[end])) return true;
    }
  }
  return false;
}

bool may_hold_secret(const Draft& draft) {
  const HttpSettings& settings = draft.settings;
  const std::size_t behind_scheme = draft.url.find("://");
  return may_hold_secret(settings.headers) || may_hold_secret(settings.query) ||
         (settings.body && may_hold_secret(*settings.body)) || may_hold_secret(draft.content) ||
         may_hold_secret(std::string_view(draft.url).substr(
             std::min(draft.url.find_first_of("/?", behind_scheme + 3), draft.url.size())));
}

// What fits only together.
void finish(const SettingsFile& file, Draft& draft, Mistakes& mistakes) {
  HttpSettings& settings = draft.settings;
  const auto wrong = [&](std::string_view text) { mistakes.add({}, text); };
  if (draft.url.empty()) {
    wrong("url is missing");
  } else if (const std::string text = read_url(draft); !text.empty()) {
    mistakes.add(draft.url_place, "url " + text);
  }
  const bool has_body = settings.body || settings.content;
  if (settings.body && settings.content) wrong("content and [body] do not go together");
  if (settings.body && settings.format == BodyFormat::form && !is_flat(*settings.body))
    wrong("lists and tables in [body] need format = \"json\"");
  settings.method = !draft.method.empty() ? draft.method : has_body ? "POST" : "GET";
  if (has_body && settings.method == "GET") wrong("method = \"GET\" goes without a body: use [query]");
  if (draft.has_password && !draft.password_file.empty()) wrong("password and password_file do not go together");
  if (draft.has_password && !file.is_private)
    wrong("holds a password, and others can read it: use password_file, or chmod 0600");
  if (!file.is_private && may_hold_secret(draft))
    wrong("sends what may be a secret, and others can read it: write {password} and use password_file, or chmod 0600");
  if (!file.is_private && settings.proxy.contains('@'))
    wrong("proxy holds a password, and others can read it: chmod 0600");
  if (!draft.password_file.empty()) {
    auto password = read_password(draft.password_file);
    if (password) {
      settings.password = *std::move(password);
    } else {
      wrong("password_file: " + password.error());
    }
  }
  settings.basic = !settings.password.empty() && !sends_password(settings);
  if (settings.basic && settings.username.empty()) wrong("a password needs a username, or a place {password}");
}

}  // namespace

std::expected<HttpSettings, std::string> read_http_settings(const std::string& path) {
  const auto file = open_settings(path);
  if (!file) return std::unexpected(file.error());
  std::vector<ConfigurationError> errors;
  Mistakes mistakes(path, errors);
  Draft draft;
  read_table(file->table, "", kKeys, {}, draft, mistakes);
  if (errors.empty()) finish(*file, draft, mistakes);
  if (!errors.empty()) return std::unexpected(in_one_line(errors));
  return std::move(draft.settings);
}

}  // namespace mfa::http
