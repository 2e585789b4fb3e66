#include "common/service/command_line.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace mfa {
namespace {

using Mode = CommandLine::Mode;

struct ModeOption {
  std::string_view name;
  Mode mode;
};
constexpr std::array<ModeOption, 8> kModes{{{"--foreground", Mode::foreground},
                                            {"--session", Mode::session},
                                            {"--monitor", Mode::monitor},
                                            {"--init", Mode::init},
                                            {"--check-config", Mode::check_config},
                                            {"--check", Mode::check},
                                            {"--help", Mode::help},
                                            {"--version", Mode::version}}};

constexpr int kMostDescriptor = 1'048'576;  // fs.nr_open as Linux has it

std::optional<int> descriptor_in(std::string_view text) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || number >= kMostDescriptor)
    return std::nullopt;
  return number;
}

std::optional<Mode> mode_named(std::string_view name) {
  for (const auto& option : kModes)
    if (option.name == name) return option.mode;
  return std::nullopt;
}

// The arguments from left to right. An option's value is the rest after '=', or the next argument.
class Reader {
 public:
  explicit Reader(std::span<const char* const> arguments) : rest_(arguments) {}

  std::expected<CommandLine, std::string> read() {
    while (!rest_.empty() && fault_.empty()) take_option();
    if (fault_.empty() && !mode_) fault_ = "say what to do, for example --foreground";
    if (!fault_.empty()) return std::unexpected(fault_);
    line_.mode = *mode_;
    return line_;
  }

 private:
  void take_option() {
    const std::string_view argument = rest_.front();
    rest_ = rest_.subspan(1);
    const auto equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    attached_.reset();
    if (equals != std::string_view::npos) attached_ = argument.substr(equals + 1);

    if (name == "--config") {
      take_configuration();
    } else if (const auto mode = mode_named(name)) {
      if (mode_) fault_ = "only one thing at a time";
      mode_ = mode;
      if (mode == Mode::session) take_descriptor();
      if (attached_) fault_ = fmt::format("{} takes no value", name);
    } else {
      fault_ = fmt::format("unknown option {}", argument);
    }
  }

  std::optional<std::string_view> value() {
    if (attached_) return std::exchange(attached_, std::nullopt);
    if (rest_.empty()) return std::nullopt;
    const std::string_view next = rest_.front();
    rest_ = rest_.subspan(1);
    return next;
  }

  void take_configuration() {
    const auto path = value();
    if (!path || path->empty()) {
      fault_ = "--config needs a path";
      return;
    }
    if (line_.configuration_named) fault_ = "--config comes twice";
    line_.configuration = *path;
    line_.configuration_named = true;
  }

  void take_descriptor() {
    const auto text = value();
    const auto number = text ? descriptor_in(*text) : std::nullopt;
    if (!number) fault_ = "--session needs the number of a descriptor";
    line_.descriptor = number.value_or(-1);
  }

  std::span<const char* const> rest_;
  std::optional<std::string_view> attached_;
  std::optional<Mode> mode_;
  CommandLine line_;
  std::string fault_;
};

}  // namespace

std::expected<CommandLine, std::string> parse_command_line(std::span<const char* const> arguments) {
  return Reader(arguments).read();
}

const char* usage() {
  return "Usage: mfad --foreground [--config PATH]\n"
         "       mfad --session FD [--config PATH]\n"
         "       mfad --monitor [--config PATH]\n"
         "       mfad --init [--config PATH]\n"
         "       mfad --check-config [--config PATH]\n"
         "       mfad --check [--config PATH]\n"
         "\n"
         "The engine of multi-factor logins: holds the secrets and decides.\n"
         "\n"
         "  --foreground    serve login.sock and user.sock, until SIGTERM; SIGHUP reads the configuration again\n"
         "  --session FD    serve one dialogue on a connected socket; the PAM module starts this\n"
         "  --monitor       answer the engine's questions about passwords; a systemd unit of its own\n"
         "  --init          make the key and the store if they are not there; mfa-enroll admin init calls this\n"
         "  --check-config  name every mistake in the configuration\n"
         "  --check         look whether this computer is set up right; mfa-enroll admin check calls this\n"
         "  --config PATH   instead of " MFA_SYSCONFDIR
         "/mfa/mfa.toml\n"
         "  --help, --version\n";
}

}  // namespace mfa
