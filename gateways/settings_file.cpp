#include "gateways/settings_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/config/document.h"
#include "common/domain/utf8.h"
#include "common/system/secure_file.h"

namespace mfa {
namespace {

constexpr std::size_t kLargestSettings = std::size_t{64} * 1024;  // bytes
constexpr std::size_t kLongestPath = 1000;                        // characters
constexpr std::size_t kLongestPassword = 1000;                    // bytes

std::vector<Uid> owners() { return {Uid{0}, Uid{::geteuid()}}; }

}  // namespace

std::expected<SettingsFile, std::string> open_settings(const std::string& path) {
  auto text = read_file(path, {.owners = owners(), .most = kLargestSettings, .secret = true});
  const bool is_private = text.has_value();
  if (!text) text = read_file(path, {.owners = owners(), .most = kLargestSettings, .secret = false});
  if (!text) return std::unexpected(std::move(text.error()));
  auto table = parse_document(text->text());
  if (!table) {
    const SyntaxError& error = table.error();
    return std::unexpected(
        fmt::format("{}:{}:{}: is not TOML: {}", path, error.place.line, error.place.column, error.text));
  }
  return SettingsFile{.path = path, .table = *std::move(table), .is_private = is_private};
}

std::expected<Secret, std::string> read_password(const std::string& path) {
  auto file = read_file(path, {.owners = owners(), .most = kLongestPassword, .secret = true});
  if (!file) return std::unexpected(std::move(file.error()));
  std::string_view text = file->text();
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return std::unexpected(path + ": is empty");
  if (!valid_utf8(text) || has_control_characters(text)) return std::unexpected(path + ": must be one line of text");
  return Secret(text);
}

std::string in_one_line(const std::vector<ConfigurationError>& errors) {
  if (errors.empty()) return {};
  const auto first =
      std::ranges::min_element(errors, {}, [](const ConfigurationError& e) { return std::pair(e.line, e.column); });
  return errors.size() == 1 ? to_string(*first) : fmt::format("{} (and {} more)", to_string(*first), errors.size() - 1);
}

void read_path(const Field& field, std::string& target) {
  std::optional<std::string> path = text_in(field, kLongestPath);
  if (!path) return;
  if (!path->starts_with('/') || path->ends_with('/')) {
    field.wrong("must be a whole path, from / on, not " + in_quotes(*path));
    return;
  }
  target = *std::move(path);
}

}  // namespace mfa
