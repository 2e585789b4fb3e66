#include "common/config/gateways.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace mfa {
namespace {

using namespace std::literals;

constexpr std::size_t kLongestName = 80;  // characters, as of a rule
constexpr std::size_t kLongestPath = 1000;

constexpr std::array kChannels{"sms"sv, "call"sv};

bool is_path(const std::string& text) { return text.starts_with('/') && !text.ends_with('/'); }

// "http": one of those that come with this; never a way out of their folder.
bool is_plain_name(const std::string& text) {
  return text.front() != '-' && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

void read_channels(const Field& field, GatewaySettings& gateway) {
  for (const Field& element : list_in(field).value_or(std::vector<Field>{})) {
    const std::optional<std::string> word = word_in(element, kChannels);
    if (!word) continue;
    bool& carries = *word == "sms" ? gateway.texts : gateway.calls;
    if (carries) element.wrong("names " + in_quotes(*word) + " twice");
    carries = true;
  }
}

void read_program(const Field& field, GatewaySettings& gateway) {
  const std::optional<std::string> program = text_in(field, kLongestPath);
  if (!program) return;
  if (!is_path(*program) && !is_plain_name(*program)) {
    field.wrong(
        "must be the name of a gateway that comes with this, such as \"http\", or the whole path of a program, "
        "not " +
        in_quotes(*program));
    return;
  }
  gateway.program = *program;
}

void read_settings(const Field& field, GatewaySettings& gateway) {
  const std::optional<std::string> path = text_in(field, kLongestPath);
  if (!path) return;
  if (!is_path(*path)) {
    field.wrong("must be the whole path of a file, from / on, not " + in_quotes(*path));
    return;
  }
  gateway.settings = *path;
}

constexpr auto kKeys = std::to_array<Key<GatewaySettings>>({
    {"name",
     [](const Field& field, GatewaySettings& gateway) { gateway.name = text_in(field, kLongestName).value_or(""); }},
    {"channel", read_channels},
    {"press", [](const Field& field, GatewaySettings& gateway) { gateway.press = truth_in(field).value_or(false); }},
    {"program", read_program},
    {"settings", read_settings},
});

}  // namespace

std::optional<GatewaySettings> gateway_in(const Field& field) {
  const Table* table = table_in(field, "[[gateway]]");
  if (table == nullptr) return std::nullopt;
  const auto find = [&](std::string_view key) { return std::ranges::find(*table, key, &Entry::key); };
  const auto* name = find("name") == table->end() ? nullptr : std::get_if<std::string>(&find("name")->value.is);
  const std::string prefix = name == nullptr ? "gateway: " : fmt::format("gateway {}: ", in_quotes(*name));

  GatewaySettings gateway;
  read_table(*table, prefix, kKeys, {}, gateway, field.mistakes);
  constexpr std::array kNeeded{std::pair{"name"sv, "every gateway needs a name"sv},
                               std::pair{"channel"sv, "channel is missing: [\"sms\"], [\"call\"] or both"sv},
                               std::pair{"program"sv, "program is missing, such as \"http\""sv},
                               std::pair{"settings"sv, "settings is missing: the program's settings file"sv}};
  for (const auto& [key, text] : kNeeded)
    if (find(key) == table->end()) field.mistakes.add(field.value.place, prefix + std::string(text));
  if (gateway.press && !gateway.calls)
    field.mistakes.add(find("press")->value.place, prefix + "press is of calls, and channel does not have \"call\"");
  return gateway;
}

}  // namespace mfa
