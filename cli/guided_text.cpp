#include "cli/guided_text.h"

#include <algorithm>
#include <cstddef>

#include "cli/plain_text.h"
#include "cli/render.h"
#include "common/language/language.h"

namespace mfa::cli {

std::string guided_beginning(const Json& status, std::int64_t now, const Style& style) {
  return status_heading(status, now, style) +
         say("\nYou have none yet; this sets one up in a few minutes.\n"
             "Ctrl-C stops it, with nothing changed. After the password, help says more.\n");
}

std::string step_heading(const GuidedStep& step, const Style& style) {
  return "\n" +
         painted(style, Paint::bold, say("Step {} of {}: {}", step.number, step.of, printable_line(step.title))) + "\n";
}

std::string with_blocks(std::string_view lines, const Style& style) {
  std::string text;
  bool in_block = false;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const bool indented = line.starts_with("  ");
    if (indented != in_block) text += '\n';
    in_block = indented;
    text += indented ? painted(style, Paint::bold, line) : std::string(line);
    text += '\n';
  }
  if (in_block) text += '\n';
  return text;
}

std::string guided_end(const Json& reply, const Json& status, const Style& style) {
  const std::string factor = factor_text(text_of(reply, "factor"), text_of(reply, "name"));
  std::string text =
      "\n" + painted(style, Paint::good, (style.utf8 ? "✓ " : "") + say("Your second factor is set up: {}", factor)) +
      "\n\n";
  const bool asked = text_of(status, "mfa") != "skip";
  const bool app = text_of(reply, "factor").starts_with("totp-");
  const std::string code = app ? say("your app shows then") : say("that is sent to your phone");
  text += asked
              ? say("At your next login: your password as ever, then the code {}.\n", code)
              : say("Logins do not ask for it here. Where one does: your password as ever, then the code\n{}.\n", code);
  if (!app) text += say("An authenticator app also works without a network: mfa-enroll totp\n");
  return text + say("Phone not at hand? Type a recovery code in its place; each works once.\n"
                    "Try a code before you need it: mfa-enroll test\n");
}

}  // namespace mfa::cli
