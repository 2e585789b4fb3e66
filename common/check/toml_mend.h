// What to write where into the configuration: as it can be pasted, into the file that counts, beside what is there.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/configuration.h"

namespace mfa {

struct TomlPlace {
  std::string file;
  int line = 0;  // from 1
};

// The place of a key that counts: of the last text that sets it. The main file comes first among `texts`.
[[nodiscard]] std::optional<TomlPlace> place_of_key(std::span<const ConfigurationText> texts, std::string_view table,
                                                    std::string_view key);

struct TomlKey {
  std::string_view key;
  std::string value;  // as written: "[\"NZ\"]"
};
// Words that say to set these keys of a table.
[[nodiscard]] std::string to_set(std::span<const ConfigurationText> texts, std::string_view table,
                                 const std::vector<TomlKey>& keys);

// Words that say to put this text behind all that the main file has.
[[nodiscard]] std::string to_append(std::span<const ConfigurationText> texts, std::string_view text);

// Words that say to make a file in conf.d whose rules come before all others; `name`: of what it is for.
[[nodiscard]] std::string to_put_first(std::span<const ConfigurationText> texts, std::string_view name,
                                       std::string_view text);

// The main file's path.
[[nodiscard]] std::string main_file(std::span<const ConfigurationText> texts);

inline constexpr std::string_view kReloadMfad = "\nthen: systemctl reload mfad";

}  // namespace mfa
