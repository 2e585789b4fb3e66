// mfad, the engine of multi-factor logins.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <span>

#include "common/language/language.h"
#include "common/service/command_line.h"
#include "common/service/modes.h"

namespace {

constexpr int kUsage = 2;  // exit status

int run(const mfa::CommandLine& line) {
  mfa::find_languages();
  using Mode = mfa::CommandLine::Mode;
  switch (line.mode) {
    case Mode::foreground:
      return mfa::run_foreground(line);
    case Mode::session:
      return mfa::run_session(line);
    case Mode::monitor:
      return mfa::run_monitor(line);
    case Mode::init:
      return mfa::run_init(line);
    case Mode::check_config:
      return mfa::run_check_config(line);
    case Mode::check:
      return mfa::run_check(line);
    case Mode::help:
      return std::fputs(mfa::usage(), stdout) >= 0 ? 0 : 1;
    case Mode::version:
      fmt::print("mfad {}\n", MFA_VERSION);
      return 0;
  }
  return kUsage;
}

}  // namespace

int main(int argc, char** argv) try {
  const auto line = mfa::parse_command_line(std::span(argv, static_cast<std::size_t>(argc)).subspan(argc > 0 ? 1 : 0));
  if (line) return run(*line);
  fmt::print(stderr, "mfad: error: {}\nmfad: hint: mfad --help\n", line.error());
  return kUsage;
} catch (const std::exception& error) {
  (void)std::fprintf(stderr, "mfad: error: %s\n", error.what());  // NOLINT(cert-err33-c): the status says it too
  return 1;
}
