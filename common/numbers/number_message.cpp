#include "common/numbers/number_message.h"

#include <nlohmann/json.hpp>

#include "common/domain/country.h"
#include "common/domain/utf8.h"
#include "common/json/json_writer.h"

namespace mfa {
namespace {

using nlohmann::json;

json parse(std::string_view text) {
  if (text.size() > kLongestNumberMessage) return json(json::value_t::discarded);
  return json::parse(text, nullptr, false);
}

// A member that is a string; nothing if there is none.
std::optional<std::string> text_in(const json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

}  // namespace

Secret write_question(const NumberQuestion& question) {
  JsonWriter json;
  json.open_object()
      .member("version", std::int64_t{1})
      .member("typed", std::string_view(question.typed))
      .member("country", std::string_view(question.country))
      .close_object();
  return Secret(json.text());
}

std::optional<NumberQuestion> read_question(std::string_view text) {
  const json object = parse(text);
  if (!object.is_object() || object.value("version", json()) != 1) return std::nullopt;
  auto typed = text_in(object, "typed");
  auto country = text_in(object, "country");
  if (!typed || typed->size() > kLongestTyped || !country || !is_country(*country)) return std::nullopt;
  return NumberQuestion{.typed = *std::move(typed), .country = *std::move(country)};
}

Secret write_answer(const NumberAnswer& answer) {
  JsonWriter json;
  json.open_object();
  if (answer) {
    json.member("number", std::string_view(answer->number.e164))
        .member("line", name_of(answer->line))
        .member("country", std::string_view(answer->country))
        .member("written", std::string_view(answer->written));
  } else {
    json.member("refused", name_of(answer.error()));
  }
  json.close_object();
  return Secret(json.text());
}

NumberAnswer read_facts(std::string_view text) {
  const auto unavailable = std::unexpected(NumberRefusal::unavailable);
  const json object = parse(text);
  if (!object.is_object()) return unavailable;
  if (const auto refused = text_in(object, "refused"))
    return std::unexpected(number_refusal(*refused).value_or(NumberRefusal::unavailable));

  const auto number = parse_e164(text_in(object, "number").value_or(""));
  const auto line = line_kind(text_in(object, "line").value_or(""));
  auto country = text_in(object, "country");
  auto written = text_in(object, "written");
  if (!number || !line || !country || (!country->empty() && !is_country(*country)) || !written ||
      written->size() > kLongestTyped || has_control_characters(*written))
    return unavailable;
  return NumberFacts{.number = *number, .line = *line, .country = *std::move(country), .written = *std::move(written)};
}

}  // namespace mfa
