#include "cli/verbs/upkeep.h"

#include <fmt/core.h>

#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/plain_text.h"
#include "cli/stats_text.h"

namespace mfa::cli {

namespace {

// "3 recovery codes"
std::string counted(std::int64_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

// "totp-1, sms-2"; "no factor"
std::string listed(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) text += (text.empty() ? "" : ", ") + printable_line(id);
  return text.empty() ? "no factor" : text;
}

std::int64_t count_in(const Json& reply, const char* name) { return number_of(reply, name).value_or(0); }

}  // namespace

Outcome<void> admin_rename(const Console& console, const std::string& user, const std::string& to) {
  const auto reply = console.ask({{"verb", "admin rename"}, {"user", user}, {"to", to}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(fmt::format("What was kept of {} is {}'s now: {}, {}.\n", printable_line(user),
                                   printable_line(text_of(*reply, "user")), listed(texts_of(*reply, "factors")),
                                   counted(count_in(*reply, "devices"), "trusted device")));
}

Outcome<void> admin_retire(const Console& console, const std::string& user) {
  const std::string name = printable_line(user);
  if (auto sure = console.confirm(
          fmt::format("All that is kept of {} will go, but for the trail: factors, codes, trusted devices.\n", name));
      !sure)
    return sure;
  const auto reply = console.ask({{"verb", "admin retire"}, {"user", user}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(fmt::format("Removed of {} (uid {}): {}, {}, {}.\nThe trail stays.\n", name,
                                   count_in(*reply, "uid"), listed(texts_of(*reply, "removed")),
                                   counted(count_in(*reply, "recovery_codes"), "recovery code"),
                                   counted(count_in(*reply, "devices"), "trusted device")));
}

Outcome<void> admin_stats(const Console& console, bool prometheus) {
  if (prometheus && console.json) return std::unexpected(one_of_both("admin stats", "--json", "--prometheus"));
  const auto reply = console.ask({{"verb", "admin stats"}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(prometheus ? stats_metrics(*reply) : stats_text(*reply));
}

Outcome<void> admin_rotate_key(const Console& console) {
  const auto reply = console.ask({{"verb", "admin rotate-key"}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  std::string text = fmt::format(
      "{} sealed anew with a new key ({}).\n"
      "Copy the key file to where you keep it, apart from the backups. The copy you have goes on being the\n"
      "key of the backups made before now ({}).\n",
      counted(count_in(*reply, "sealed"), "value"), printable_line(text_of(*reply, "key")),
      printable_line(text_of(*reply, "was")));
  if (flag_of(*reply, "old_stays"))
    text +=
        "\nThe old key could not be taken out of the key file; the system log says why. Until it is out,\n"
        "whoever reads the file has both.\n";
  return console.print(text);
}

}  // namespace mfa::cli
