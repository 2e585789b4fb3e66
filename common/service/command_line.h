// mfad's command line. It is started by init systems and by the module, not by people, and so takes few words, exactly.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>

namespace mfa {

inline constexpr const char* kConfigurationFile = MFA_SYSCONFDIR "/mfa/mfa.toml";

struct CommandLine {
  enum class Mode : std::uint8_t { foreground, session, monitor, init, check_config, check, help, version };
  Mode mode = Mode::help;
  int descriptor = -1;  // of a session
  std::string configuration = kConfigurationFile;
  bool configuration_named = false;  // by --config, which may come once
};

// `arguments` without the program's name. Or what is wrong with them, in words.
[[nodiscard]] std::expected<CommandLine, std::string> parse_command_line(std::span<const char* const> arguments);

[[nodiscard]] const char* usage();

}  // namespace mfa
