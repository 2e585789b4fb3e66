#include "cli/console.h"

#include <chrono>
#include <cstdio>
#include <string>

namespace mfa::cli {

namespace {

constexpr std::chrono::minutes kSavingLimit{10};

}  // namespace

Outcome<void> Console::print(std::string_view text) const {
  if (write_all(results, text)) return {};
  return std::unexpected(Failure{.error = "The result cannot be written to standard output.",
                                 .hint = "Is the disk full? Look with 'mfa-enroll status' what was done."});
}

void Console::wait_until_saved() const {
  if (json || !terminal.interactive() || !results_on_screen) return;
  const auto pressed =
      terminal.ask("Press Enter when you have saved them: ", true, std::chrono::steady_clock::now() + kSavingLimit);
  static_cast<void>(pressed);
}

}  // namespace mfa::cli
