#include "common/check/toml_mend.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "common/config/document.h"
#include "common/config/mistakes.h"

namespace mfa {
namespace {

constexpr const char* kConfigured = MFA_SYSCONFDIR "/mfa/mfa.toml";

const Entry* find(const Table& table, std::string_view key) {
  const auto found = std::ranges::find(table, key, &Entry::key);
  return found == table.end() ? nullptr : &*found;
}

// Of a table of this text; nothing if it has none of that name.
std::optional<Entry> table_in(const ConfigurationText& text, std::string_view name) {
  const auto document = parse_document(text.contents);
  if (!document) return std::nullopt;
  const Entry* const found = find(*document, name);
  if (found == nullptr || !std::holds_alternative<Table>(found->value.is)) return std::nullopt;
  return *found;
}

std::string line_of(const ConfigurationText& text, int number) {
  std::string_view rest = text.contents;
  for (int line = 1; line < number && !rest.empty(); ++line)
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  rest = rest.substr(0, rest.find('\n'));
  const std::size_t start = rest.find_first_not_of(" \t");
  return start == std::string_view::npos ? "" : std::string(rest.substr(start));
}

std::string lines_of(std::string_view before, const std::vector<TomlKey>& keys) {
  std::string text;
  for (const TomlKey& key : keys) text += fmt::format("\n{}{} = {}", before, key.key, key.value);
  return text;
}

}  // namespace

std::string main_file(std::span<const ConfigurationText> texts) {
  return texts.empty() ? kConfigured : printable(texts.front().file);
}

std::optional<TomlPlace> place_of_key(std::span<const ConfigurationText> texts, std::string_view table,
                                      std::string_view key) {
  std::optional<TomlPlace> place;
  for (const ConfigurationText& text : texts) {
    const auto found = table_in(text, table);
    const Entry* const entry = found ? find(std::get<Table>(found->value.is), key) : nullptr;
    if (entry != nullptr) place = TomlPlace{.file = text.file, .line = entry->place.line};
  }
  return place;
}

std::string to_set(std::span<const ConfigurationText> texts, std::string_view table, const std::vector<TomlKey>& keys) {
  if (keys.size() == 1)
    if (const auto place = place_of_key(texts, table, keys[0].key))
      return fmt::format("Write {}:{} as: {} = {}{}", printable(place->file), place->line, keys[0].key, keys[0].value,
                         kReloadMfad);
  for (const ConfigurationText& text : texts) {
    const auto found = table_in(text, table);
    if (!found) continue;
    const int line = found->place.line;
    if (line_of(text, line).starts_with('['))
      return fmt::format("Below [{}] in {}:{} write:{}{}", table, printable(text.file), line, lines_of("", keys),
                         kReloadMfad);
    return fmt::format("Before {}:{} write:{}{}", printable(text.file), line, lines_of(fmt::format("{}.", table), keys),
                       kReloadMfad);
  }
  return to_append(texts, fmt::format("[{}]{}", table, lines_of("", keys)));
}

std::string to_append(std::span<const ConfigurationText> texts, std::string_view text) {
  return fmt::format("Add to the end of {}:\n{}{}", main_file(texts), text, kReloadMfad);
}

std::string to_put_first(std::span<const ConfigurationText> texts, std::string_view name, std::string_view text) {
  const std::string main = main_file(texts);
  const std::string folder = main.substr(0, main.rfind('/') + 1) + "conf.d/";
  std::string first;  // of what is there; in a shell's order, byte by byte
  for (std::size_t i = 1; i < texts.size(); ++i)
    if (first.empty() || texts[i].file < first) first = texts[i].file;
  std::string path;
  for (const std::string_view start : {"00-", "00-0-", "0-", "0", "+", "!"}) {
    path = fmt::format("{}{}{}.toml", folder, start, name);
    if (first.empty() || path < first) break;
  }
  return fmt::format("Write into {}, a new file:\n{}{}", path, text, kReloadMfad);
}

}  // namespace mfa
