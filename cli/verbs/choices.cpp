#include "cli/verbs/choices.h"

#include <fmt/core.h>

#include <string>

#include "cli/plain_text.h"
#include "cli/render.h"
#include "cli/times.h"
#include "common/language/language.h"

namespace mfa::cli {

Outcome<void> report_login(const Console& console) {
  const auto reply = console.ask({{"verb", "report"}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  std::string text = flag_of(*reply, "recorded") ? say("Your report is recorded for the staff.\n")
                                                 : say("The staff have a report of yours from a few minutes ago.\n");
  text +=
      say("No device of yours is trusted any more, and until your password is another it alone\n"
          "sets up no second factor.\n");
  text += ended_text(*reply) + "\n";
  text += say("Now change your password, then tell {}.\n", printable_line(text_of(*reply, "helpdesk")));
  return console.print(text + say("What happened in your name: mfa-enroll history\n"));
}

Outcome<void> enable(const Console& console) {
  const auto reply = console.ask({{"verb", "enable"}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(flag_of(*reply, "changed") ? say("Logins ask you for a code again.\n")
                                                  : say("You had not switched asking off. Nothing was changed.\n"));
}

Outcome<void> disable(const Console& console) {
  const auto reply = console.ask({{"verb", "disable"}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  std::string text = flag_of(*reply, "changed")
                         ? say("Logins no longer ask you for a code where the rules leave that to you.\n"
                               "Where a rule requires one they still do, and no device is trusted any more.\n")
                         : say("You had switched that off already. Nothing was changed.\n");
  if (const auto from = parse_time(text_of(*reply, "required_since")))
    text += say("From {} a rule requires a code: then you are asked again.\n", spoken_time(*from));
  return console.print(text + say("To be asked again: mfa-enroll enable\n"));
}

Outcome<void> choose_language(const Console& console, const std::string& tag) {
  Json request{{"verb", "language"}};
  if (!tag.empty()) request["to"] = tag;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::string now = text_of(*reply, "language");
  std::string text;
  for (const Json& language : objects_of(*reply, "languages")) {
    const std::string one = text_of(language, "tag");
    text += fmt::format("{} {}  {}\n", one == now ? "*" : " ", printable_line(one),
                        printable_line(text_of(language, "name")));
  }
  if (!flag_of(*reply, "chosen")) text += say("You have chosen none: this is the language of this server.\n");
  return console.print(text + (tag.empty() ? say("To choose another: mfa-enroll language LANG\n") : ""));
}

}  // namespace mfa::cli
