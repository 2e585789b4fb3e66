#include "cli/verbs/tokens.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "cli/plain_text.h"
#include "cli/render.h"
#include "cli/verbs/helpdesk.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

Outcome<Json> with_token(Json request, const TokenOptions& options) {
  if (!options.digits.empty() && options.digits != "6" && options.digits != "8")
    return std::unexpected(Failure{.status = ExitStatus::usage,
                                   .error = say("There are no tokens of '{}' digits here.", options.digits),
                                   .hint = say("Write --digits 6 or --digits 8: as many as the token shows.")});
  if (!options.name.empty()) request["name"] = options.name;
  if (!options.digits.empty()) request["digits"] = options.digits;
  return request;
}

Outcome<Json> ask(const Console& console, Json request, const TokenOptions& options) {
  const auto whole = with_token(std::move(request), options);
  return whole ? console.ask(*whole) : whole;
}

}  // namespace

Outcome<void> hotp(const Console& console, const TokenOptions& options) {
  const auto reply = ask(console, {{"verb", "hotp"}}, options);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::vector<std::string> codes = texts_of(*reply, "recovery_codes");
  const std::string factor = text_of(*reply, "factor");
  std::string text = say("Your hardware token is set up ({}).\n", printable_line(factor)) +
                     logins_from_now_on(marked("its codes"), factor, !codes.empty());
  if (!codes.empty())
    text +=
        "\n" + say("Keep these recovery codes; each works once when your token is not at hand.\n") + codes_text(codes);
  if (auto printed = console.print(text); !printed || codes.empty()) return printed;
  console.wait_until_saved();
  return {};
}

Outcome<void> helpdesk_token(const Console& console, const HelpdeskTokenOptions& options) {
  Json terms{{"verb", "helpdesk token"}, {"user", options.user}, {"reason", options.reason}};
  if (!options.checked.empty()) terms["checked"] = options.checked;
  const auto request = with_token(std::move(terms), options.token);
  if (!request) return std::unexpected(request.error());
  if (auto sure = confirm_person(console, *request, [] { return say("register a hardware token for"); }); !sure)
    return sure;
  const auto reply = console.ask(*request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(say("{} has a hardware token now ({}). The codes that you typed are used up.\n",
                           printable_line(options.user), printable_line(text_of(*reply, "factor"))));
}

Outcome<void> admin_provision_hotp(const Console& console, const std::string& user, const TokenOptions& options) {
  const auto reply = ask(console, {{"verb", "admin provision"}, {"user", user}, {"kind", "hotp"}}, options);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  std::string text = fmt::format("{} has a hardware token now ({}).\n", printable_line(user),
                                 printable_line(text_of(*reply, "factor")));
  if (const auto codes = texts_of(*reply, "recovery_codes"); !codes.empty())
    text += "\nRecovery codes to hand over; they are shown only now. Each works once when the token is not at hand.\n" +
            codes_text(codes);
  return console.print(text);
}

}  // namespace mfa::cli
