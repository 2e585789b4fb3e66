// The settings file of a gateway program: TOML, with mistakes told by line and column as those of mfa.toml are.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "common/config/fields.h"
#include "common/domain/types.h"

namespace mfa {

// A file that root or this process's user owns and nobody else can write.
struct SettingsFile {
  std::string path;
  Table table;
  bool is_private = false;  // nobody else can read it: it may hold a password
};
[[nodiscard]] std::expected<SettingsFile, std::string> open_settings(const std::string& path);

// The one line in a file that root or this process's user owns and nobody else can read.
[[nodiscard]] std::expected<Secret, std::string> read_password(const std::string& path);

// The first of the mistakes, and how many there are more; empty if there are none.
[[nodiscard]] std::string in_one_line(const std::vector<ConfigurationError>& errors);

// A whole path of a file or folder.
void read_path(const Field& field, std::string& target);

// Reads a file by a list of its keys; the error is a sentence.
template <class Settings, std::size_t N>
[[nodiscard]] std::expected<Settings, std::string> read_settings(const std::string& path,
                                                                 const std::array<Key<Settings>, N>& keys) {
  const auto file = open_settings(path);
  if (!file) return std::unexpected(file.error());
  std::vector<ConfigurationError> errors;
  Mistakes mistakes(path, errors);
  Settings settings;
  read_table(file->table, "", keys, {}, settings, mistakes);
  if (!errors.empty()) return std::unexpected(in_one_line(errors));
  return settings;
}

}  // namespace mfa
