#include "cli/verbs/phones.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

#include "cli/input.h"
#include "cli/plain_text.h"
#include "cli/render.h"
#include "cli/verbs/helpdesk.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kLongestNumber = 200;  // bytes; as people write it

bool is_given(const std::string& number) { return !number.empty() && number != "-"; }

// Left out on the command line, which anybody on the machine can read while this runs.
Outcome<PhoneOptions> with_number(const Console& console, PhoneOptions options) {
  if (is_given(options.number)) return options;
  if (console.terminal.interactive()) {
    const auto typed = console.terminal.ask("Phone number: ", true, std::chrono::steady_clock::now() + kInputLimit);
    if (!typed) return std::unexpected(failure_of(typed.error()));
    options.number = typed->text();
  } else {
    auto line = read_line(console.input, kLongestNumber);
    if (!line) return std::unexpected(failure_of(line.error(), "standard input"));
    options.number = (*line).value_or("");
  }
  if (is_given(options.number)) return options;
  return std::unexpected(Failure{.error = "There is no phone number.",
                                 .hint = "Give it as NUMBER, or as the first line of standard input."});
}

Json with_phone(Json request, const PhoneOptions& options) {
  if (is_given(options.number)) request["number"] = options.number;
  if (!options.country.empty()) request["country"] = options.country;
  if (!options.name.empty()) request["name"] = options.name;
  if (options.call) request["call"] = "yes";
  return request;
}

}  // namespace

Outcome<void> phone(const Console& console, const PhoneOptions& options) {
  const auto reply = console.ask(with_phone({{"verb", "phone"}}, options));
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::vector<std::string> codes = texts_of(*reply, "recovery_codes");
  const std::string factor = text_of(*reply, "factor");
  std::string text = fmt::format("Your phone {} is set up ({}).\n", printable_line(text_of(*reply, "detail")),
                                 printable_line(factor)) +
                     logins_from_now_on("the codes it gets", factor, !codes.empty());
  if (!codes.empty()) text += "An authenticator app also works without a network: mfa-enroll totp\n";
  if (!codes.empty())
    text += "\nKeep these recovery codes; each works once when your phone is not at hand.\n" + codes_text(codes);
  if (auto printed = console.print(text); !printed || codes.empty()) return printed;
  console.wait_until_saved();
  return {};
}

Outcome<void> helpdesk_phone(const Console& console, const HelpdeskPhoneOptions& options) {
  const auto wanted = with_number(console, options.phone);
  if (!wanted) return std::unexpected(wanted.error());
  const std::string doing = fmt::format("register the phone {} for", printable_line(wanted->number));
  Json terms{{"verb", "helpdesk phone"}, {"user", options.user}, {"reason", options.reason}};
  if (!options.checked.empty()) terms["checked"] = options.checked;
  const Json request = with_phone(std::move(terms), *wanted);
  if (auto sure = confirm_person(console, request, doing); !sure) return sure;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(fmt::format("{} has a phone {} now ({}).\n", printable_line(options.user),
                                   printable_line(text_of(*reply, "detail")),
                                   printable_line(text_of(*reply, "factor"))));
}

Outcome<void> admin_send_test(const Console& console, const PhoneOptions& options) {
  const auto wanted = with_number(console, options);
  if (!wanted) return std::unexpected(wanted.error());
  const auto reply = console.ask(with_phone({{"verb", "admin send-test"}}, *wanted));
  if (!reply) return std::unexpected(reply.error());
  const std::string status = text_of(*reply, "status");
  const std::string gateway = text_of(*reply, "gateway");
  const std::string detail = text_of(*reply, "detail");
  const std::string said = detail.empty() ? "" : fmt::format(": {}", printable_line(detail));
  if (status != "sent") {
    const std::string which = gateway.empty() ? "No gateway" : "The gateway " + printable_line(gateway);
    const std::string error = status == "refused"
                                  ? fmt::format("{} says that this number takes no messages{}.", which, said)
                                  : fmt::format("{} took it on{}.", gateway.empty() ? which : "No gateway", said);
    return std::unexpected(
        Failure{.error = error, .hint = "See mfa-gateway(7), and what the system log says of the gateways."});
  }
  if (console.json) return console.print_json(*reply);
  return console.print(fmt::format("The gateway {} took it on for {}{}.\n", printable_line(gateway),
                                   printable_line(text_of(*reply, "number")), said));
}

}  // namespace mfa::cli
