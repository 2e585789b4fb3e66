#include "cli/report.h"

#include "cli/json.h"
#include "cli/plain_text.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

// Further lines of a text are set in, so that each line of output belongs to what stands before it.
std::string set_in(const std::string& text) {
  std::string result;
  for (const char c : printable_text(text)) result += c == '\n' ? std::string("\n  ") : std::string(1, c);
  return result;
}

}  // namespace

Failure nonsense() {
  return {.status = ExitStatus::unreachable,
          .error = say("The MFA service said something that makes no sense."),
          .hint = say("Are mfa-enroll and the service of the same release? Restart the service after an upgrade.")};
}

std::string failure_text(const Failure& failure, const Style& style) {
  if (!failure.fault) return fitted("mfa-enroll: " + set_in(failure.error), style.columns, 2) + "\n";
  std::string text = "mfa-enroll: " + painted(style, Paint::bad, say("error:")) + " " + set_in(failure.error) + "\n";
  if (!failure.hint.empty())
    text += "mfa-enroll: " + painted(style, Paint::bold, say("hint:")) + " " + set_in(failure.hint) + "\n";
  return fitted(text, style.columns, 2);
}

std::string failure_json(const Failure& failure) {
  Json object{{"error", failure.error}};
  if (!failure.hint.empty()) object["hint"] = failure.hint;
  return json_line(object) + "\n";
}

}  // namespace mfa::cli
