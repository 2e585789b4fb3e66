#include "cli/verbs/self.h"

#include <functional>
#include <vector>

#include "cli/plain_text.h"
#include "cli/render.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

// A change to one factor: the reply names it, and `sentence` says what became of it, in what is spoken then.
Outcome<void> change(const Console& console, const Json& request,
                     const std::function<std::string(const std::string&)>& sentence) {
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(sentence(factor_text(text_of(*reply, "factor"), text_of(*reply, "name"))) + "\n");
}

}  // namespace

Outcome<void> status(const Console& console) {
  const auto reply = console.ask({{"verb", "status"}});
  if (!reply) return std::unexpected(reply.error());
  return console.json ? console.print_json(*reply) : console.print(status_text(*reply, console.now, console.style));
}

Outcome<void> totp(const Console& console, const std::string& name) {
  Json request{{"verb", "totp"}};
  if (!name.empty()) request["name"] = name;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::vector<std::string> codes = texts_of(*reply, "recovery_codes");
  const std::string factor = text_of(*reply, "factor");
  std::string text = say("Your authenticator app is set up ({}).\n", printable_line(factor)) +
                     logins_from_now_on(marked("its codes"), factor, !codes.empty());
  if (!codes.empty())
    text +=
        "\n" + say("Keep these recovery codes; each works once when your phone is not at hand.\n") + codes_text(codes);
  if (auto printed = console.print(text); !printed || codes.empty()) return printed;
  console.wait_until_saved();
  return {};
}

Outcome<void> codes(const Console& console) {
  const auto reply = console.ask({{"verb", "codes"}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  if (auto printed =
          console.print(say("Your new recovery codes; the old ones no longer work. Each works once when your "
                            "phone is not at hand.\n") +
                        codes_text(texts_of(*reply, "codes")));
      !printed)
    return printed;
  console.wait_until_saved();
  return {};
}

Outcome<void> test(const Console& console) {
  const auto reply = console.ask({{"verb", "test"}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  std::string text = say("That code is right: {}. It is used up now, as after a login.\n",
                         factor_text(text_of(*reply, "factor"), text_of(*reply, "name")));
  if (const auto left = number_of(*reply, "recovery_codes_left"))
    text += *left == 0 ? say("That was your last recovery code. Make new ones: mfa-enroll codes\n")
                       : say_counted("You have {} recovery code left.\n", "You have {} recovery codes left.\n",
                                     static_cast<std::uint64_t>(*left));
  return console.print(text);
}

Outcome<void> set_default(const Console& console, const std::string& factor) {
  return change(console, {{"verb", "default"}, {"factor", factor}},
                [](const std::string& named) { return say("{} is your default now.", named); });
}

Outcome<void> rename(const Console& console, const std::string& factor, const std::string& name) {
  return change(console, {{"verb", "rename"}, {"factor", factor}, {"name", name}},
                [](const std::string& named) { return say("It is called {} now.", named); });
}

Outcome<void> remove(const Console& console, const std::string& factor) {
  const auto reply = console.ask({{"verb", "remove"}, {"factor", factor}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::string id = text_of(*reply, "factor");
  std::string text = say("{} is removed.{}\n", factor_text(id, text_of(*reply, "name")),
                         id.starts_with("totp-") ? say(" You can delete its entry in the app.") : "");
  const auto left = console.ask({{"verb", "status"}});
  if (left && objects_of(*left, "factors").empty())
    text +=
        say("It was your last one. Your recovery codes no longer work either, and logins ask\n"
            "for your password alone where that is enough. Set up another: mfa-enroll\n");
  return console.print(text);
}

}  // namespace mfa::cli
