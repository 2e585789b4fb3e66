#include "cli/verbs/admin.h"

#include <fmt/core.h>

#include <optional>
#include <utility>
#include <vector>

#include "cli/picture.h"
#include "cli/plain_text.h"
#include "cli/render.h"
#include "cli/user_list.h"
#include "cli/user_names.h"

namespace mfa::cli {

namespace {

// RFC 4180: in quotes if need be.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

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

Outcome<void> admin_provision_codes(const Console& console, const std::string& users) {
  constexpr std::size_t kMostAtOnce = 64;
  constexpr std::size_t kRoomForNames = kLongestRequest - 128;  // bytes of a request, beside the verb
  const auto names = names_in_file(console, users);
  if (!names) return std::unexpected(names.error());
  if (!console.json) {
    if (auto printed = console.print("user,code,until\n"); !printed) return printed;
  }
  std::size_t refused = 0;
  Json all = Json::array();
  for (const NamesPiece& piece : in_pieces(*names, kMostAtOnce, kRoomForNames)) {
    const auto reply = console.ask({{"verb", "admin provision --codes"}, {"users", piece.names}});
    if (!reply) return std::unexpected(reply.error());
    std::string lines;
    for (const Json& entry : objects_of(*reply, "codes")) {
      const std::string user = printable_line(text_of(entry, "user"));
      if (const std::string error = text_of(entry, "error"); !error.empty()) {
        ++refused;
        // What cannot be written there stands in the failure's count.
        static_cast<void>(console.terminal.write(fmt::format("mfa-enroll: {}: {}\n", user, printable_line(error))));
      } else {
        lines += fmt::format("{},{},{}\n", csv_field(user), text_of(entry, "code"), text_of(entry, "until"));
      }
      if (console.json) all.push_back(entry);
    }
    // Piece by piece: what was made is never lost to a failure further on.
    if (!console.json) {
      if (auto printed = console.print(lines); !printed) return printed;
    }
  }
  if (console.json) {
    if (auto printed = console.print_json({{"codes", std::move(all)}}); !printed) return printed;
  }
  if (refused == 0) return {};
  return std::unexpected(Failure{.error = fmt::format("{} of {} users got no code.", refused, names->size()),
                                 .hint = "Why is told with each name."});
}

}  // namespace mfa::cli
