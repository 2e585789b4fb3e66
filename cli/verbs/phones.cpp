#include "cli/verbs/phones.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

#include "cli/input.h"
#include "cli/plain_text.h"
#include "cli/render.h"
#include "cli/verbs/helpdesk.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kLongestNumber = 200;  // bytes; as people write it

bool is_given(const std::string& number) { return !number.empty() && number != "-"; }

// Left out on the command line, which anybody on the machine can read while this runs.
Outcome<PhoneOptions> with_number(const Console& console, PhoneOptions options) {
  if (is_given(options.number)) return options;
  if (console.terminal.interactive()) {
    const auto typed =
        console.terminal.ask(say("Phone number: "), true, std::chrono::steady_clock::now() + kInputLimit);
    if (!typed) return std::unexpected(failure_of(typed.error()));
    options.number = typed->text();
  } else {
    auto line = read_line(console.input, kLongestNumber);
    if (!line) return std::unexpected(failure_of(line.error(), say("standard input")));
    options.number = (*line).value_or("");
  }
  if (is_given(options.number)) return options;
  return std::unexpected(Failure{.error = say("There is no phone number."),
                                 .hint = say("Give it as NUMBER, or as the first line of standard input.")});
}

// A line for each gateway that was tried: "campus-kannel: failed: the provider cannot be reached".
std::string tries_text(const Json& reply) {
  std::string text;
  for (const Json& one : objects_of(reply, "tried")) {
    const std::string status = text_of(one, "status");
    const std::string detail = text_of(one, "detail");
    const std::string_view in_words = status == "sent"       ? "took it on"
                                      : status == "approved" ? "# was pressed"
                                      : status == "refused"  ? "did not reach the number"
                                      : status == "unclear"  ? "may have sent it, or not"
                                                             : "failed";
    text += fmt::format("{}: {}{}\n", printable_line(text_of(one, "gateway")), in_words,
                        detail.empty() ? "" : ": " + printable_line(detail));
  }
  return fmt::format("To {}\n{}", printable_line(text_of(reply, "number")), text);
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
  std::string text =
      say("Your phone {} is set up ({}).\n", ending_text(text_of(*reply, "detail")), printable_line(factor)) +
      logins_from_now_on(marked("the codes it gets"), factor, !codes.empty());
  if (!codes.empty()) text += say("An authenticator app also works without a network: mfa-enroll totp\n");
  if (!codes.empty())
    text +=
        "\n" + say("Keep these recovery codes; each works once when your phone is not at hand.\n") + codes_text(codes);
  if (auto printed = console.print(fitted(text, console.style.columns)); !printed || codes.empty()) return printed;
  console.wait_until_saved();
  return {};
}

Outcome<void> helpdesk_phone(const Console& console, const HelpdeskPhoneOptions& options) {
  const auto wanted = with_number(console, options.phone);
  if (!wanted) return std::unexpected(wanted.error());
  Json terms{{"verb", "helpdesk phone"}, {"user", options.user}, {"reason", options.reason}};
  if (!options.checked.empty()) terms["checked"] = options.checked;
  const Json request = with_phone(std::move(terms), *wanted);
  if (auto sure = confirm_person(console, request, [] { return say("register a phone for"); }); !sure) return sure;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::string user = printable_line(options.user);
  const std::string before = printable_line(text_of(*reply, "default"));
  const std::string still =
      before.empty() ? ""
                     : say("Logins still name {} first. If that is lost:\n  mfa-enroll helpdesk reset {} --factor {}\n",
                           before, user, before);
  return console.print(say("{} has a phone {} now ({}).\n{}", user, ending_text(text_of(*reply, "detail")),
                           printable_line(text_of(*reply, "factor")), still));
}

Outcome<void> admin_send_test(const Console& console, const SendTestOptions& options) {
  PhoneOptions phone = options.phone;
  phone.call = phone.call || options.press;
  const auto wanted = with_number(console, std::move(phone));
  if (!wanted) return std::unexpected(wanted.error());
  Json request = with_phone({{"verb", "admin send-test"}}, *wanted);
  if (!options.gateway.empty()) request["gateway"] = options.gateway;
  if (options.press) request["press"] = "yes";
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  const std::string status = text_of(*reply, "status");
  const bool done = status == (options.press ? "approved" : "sent");
  const auto printed = console.json ? console.print_json(*reply) : console.print(tries_text(*reply));
  if (!printed || done) return printed;
  if (status == "refused")
    return std::unexpected(Failure{.error = "The number was not reached.",
                                   .hint = "What was said of it stands above; try another number, too."});
  if (status == "unclear")
    return std::unexpected(Failure{.error = "It may have gone out, or not.",
                                   .hint = "What each gateway said stands above; the telephone tells the rest."});
  return std::unexpected(Failure{.error = "No gateway took it on.",
                                 .hint = "What each said stands above; mfa-gateway(7) says what its settings mean."});
}

}  // namespace mfa::cli
