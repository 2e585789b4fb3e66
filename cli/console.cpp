#include "cli/console.h"

#include <cctype>
#include <chrono>
#include <string>

#include "cli/dialogue.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

constexpr std::chrono::minutes kSavingLimit{10};

// In any case of letters, with blanks around it.
bool says_yes(std::string_view answer) {
  std::string word;
  for (const char c : answer)
    if (c != ' ' && c != '\t' && c != '\r') word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word == "y" || word == "yes";
}

}  // namespace

Outcome<void> Console::print(std::string_view text) const {
  if (write_all(results, text)) return {};
  return std::unexpected(Failure{.error = say("The result cannot be written to standard output."),
                                 .hint = say("Is the disk full? Look with 'mfa-enroll status' what was done.")});
}

Outcome<void> Console::confirm(std::string_view what) const {
  if (!terminal.interactive()) return {};
  if (!terminal.write(what)) return std::unexpected(failure_of(NoAnswer::failed));
  const auto answer =
      terminal.ask(say("Is that right? [y/N]: "), true, std::chrono::steady_clock::now() + kAnswerLimit);
  if (!answer && answer.error() != NoAnswer::too_long) return std::unexpected(failure_of(answer.error()));
  if (answer && says_yes(answer->text())) return {};
  return std::unexpected(Failure{.error = say("You did not say yes. Nothing was changed."), .hint = ""});
}

void Console::wait_until_saved() const {
  if (json || !terminal.interactive() || !results_on_screen) return;
  const auto pressed = terminal.ask(say("Press Enter when you have saved them: "), true,
                                    std::chrono::steady_clock::now() + kSavingLimit);
  static_cast<void>(pressed);
}

}  // namespace mfa::cli
