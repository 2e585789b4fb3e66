#include "cli/verbs/admin.h"

#include <fmt/core.h>

#include "cli/picture.h"
#include "cli/plain_text.h"
#include "cli/render.h"

namespace mfa::cli {

Outcome<void> admin_provision_totp(const Console& console, const std::string& user, const std::string& name) {
  Json request{{"verb", "admin provision"}, {"user", user}, {"kind", "totp"}};
  if (!name.empty()) request["name"] = name;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);

  const std::string uri = text_of(*reply, "uri");
  const std::string secret = text_of(*reply, "secret");
  std::string text = fmt::format("{} has an authenticator app now ({}). Hand this over; it is shown only now.\n\n",
                                 printable_line(user), printable_line(text_of(*reply, "factor")));
  if (console.results_on_screen)
    text += picture_text(uri, first_look(console.style), console.style, window_size(console.results));
  text += key_text(uri, secret);
  if (const auto codes = texts_of(*reply, "recovery_codes"); !codes.empty())
    text += "\nRecovery codes; each works once when the phone is not at hand.\n" + codes_text(codes);
  return console.print(text);
}

}  // namespace mfa::cli
