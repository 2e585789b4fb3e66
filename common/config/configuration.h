// /etc/mfa/mfa.toml and conf.d/*.toml as Settings, or everything that is wrong with them.
//
// Nothing is guessed: an unknown key, a wrong type or a value out of range is a mistake with its line and column, and
// all mistakes of all files are told together. A key of a later release is told to be that, so that nobody trusts in a
// setting that does nothing. Nothing throws.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "common/domain/settings.h"
#include "common/domain/types.h"

namespace mfa {

struct ConfigurationText {
  std::string file;  // its name, for messages
  std::string contents;
};

struct ConfigurationError {
  std::string file;
  int line = 0;  // from 1, as `column`; both 0: the file as a whole
  int column = 0;
  std::string text;
};
[[nodiscard]] std::string to_string(const ConfigurationError& error);  // "file:line:column: text", printable

using Configuration = std::expected<Settings, std::vector<ConfigurationError>>;

// The first text is the main file; the others are those of conf.d by name. Of a single key the last text that has it
// counts. The rules of conf.d come before the main file's. The errors are in the order of the texts. Dates without an
// offset are the server's local time (tzset(3)).
[[nodiscard]] Configuration read_configuration(std::span<const ConfigurationText> texts);

inline constexpr std::size_t kLargestConfigurationFile = std::size_t{1} << 20U;  // bytes
inline constexpr std::size_t kMostConfigurationFiles = 200;                      // in conf.d

// Reads `path` and the *.toml in the folder conf.d beside it, which need not be there. Names that begin with a dot are
// passed over, as a shell does. Files and folders must belong to `owner` and be writable by nobody else: who can write
// them decides who gets in.
[[nodiscard]] Configuration load_configuration(const std::string& path, Uid owner = Uid{0});

struct LoadedConfiguration {
  Configuration configuration;
  std::vector<std::string> files;  // that were read, in order
};
// The same, and which files it was read from.
[[nodiscard]] LoadedConfiguration load_configuration_files(const std::string& path, Uid owner = Uid{0});

}  // namespace mfa
