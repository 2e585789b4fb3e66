#include "cli/verbs/foresee.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/times.h"
#include "cli/user_list.h"
#include "cli/user_names.h"

namespace mfa::cli {

namespace {

// Far below what the engine takes at once: with a slow directory each request still ends within its limit.
constexpr std::size_t kMostAtOnce = 64;
constexpr std::size_t kMostListedAtOnce = 256;                // whom it need not look up
constexpr std::size_t kRoomForNames = kLongestRequest - 128;  // bytes of a request, beside verb and time

using Moment = std::optional<std::int64_t>;

Outcome<Moment> moment_of(const std::string& at) {
  if (at.empty()) return Moment();
  const Moment moment = parse_moment(at);
  if (!moment) return std::unexpected(no_moment("--at", at));
  return moment;
}

// As the engine takes them (flows/foresee.h). A second name of a uid is looked up: whose it is decides there.
std::vector<std::string> with_ids(const std::vector<ListedAccount>& accounts) {
  std::vector<std::string> users;
  users.reserve(accounts.size());
  std::unordered_set<uid_t> seen;
  for (const ListedAccount& account : accounts)
    users.push_back(seen.insert(account.uid).second ? fmt::format("{}/{}/{}", account.name, account.uid, account.gid)
                                                    : account.name);
  return users;
}

Outcome<std::vector<std::string>> names_listed(const AccountList& list) {
  const auto accounts = people_among(list());
  if (!accounts) return std::unexpected(accounts.error());
  for (const ListedAccount& account : *accounts) {
    if (const std::string_view fault = fault_of_user_name(account.name); !fault.empty())
      return std::unexpected(
          nobody(fmt::format("An account of this computer is called '{}', which {}.", account.name, fault)));
  }
  return with_ids(*accounts);
}

// False: the reply does not answer what was asked about `users` users; a count that lacks some would look like good
// news.
bool add(Forecast& forecast, const Json& reply, std::int64_t users) {
  const std::array<std::pair<const char*, std::int64_t*>, 5> counts{{{"asked", &forecast.asked},
                                                                     {"enrol", &forecast.enrol},
                                                                     {"trusted", &forecast.trusted},
                                                                     {"skipped", &forecast.skipped},
                                                                     {"locked_out", &forecast.locked_out}}};
  std::int64_t sum = 0;
  for (const auto& [key, total] : counts) {
    const auto count = number_of(reply, key);
    if (!count || *count < 0 || *count > users) return false;
    sum += *count;
    *total += *count;
  }
  std::vector<Json> who = objects_of(reply, "who");
  if (number_of(reply, "users") != users || sum != users || std::cmp_not_equal(who.size(), users)) return false;
  forecast.users += users;
  std::ranges::move(who, std::back_inserter(forecast.who));
  return true;
}

Outcome<Forecast> ask_about(const Console& console, const std::vector<std::string>& names, Moment at,
                            std::size_t at_once) {
  Forecast forecast;
  Progress progress(console, names.size(), "users");
  for (const NamesPiece& piece : in_pieces(names, at_once, kRoomForNames)) {
    Json request{{"verb", "admin forecast"}, {"users", piece.names}};
    if (at) request["at"] = std::to_string(*at);
    const auto reply = console.ask(request);
    if (!reply) return std::unexpected(reply.error());
    if (!add(forecast, *reply, static_cast<std::int64_t>(piece.count))) return std::unexpected(nonsense());
    progress.reached(static_cast<std::uint64_t>(forecast.users), static_cast<std::uint64_t>(forecast.users));
  }
  return forecast;
}

}  // namespace

Outcome<void> admin_explain(const Console& console, const ExplainOptions& options) {
  const auto at = moment_of(options.at);
  if (!at) return std::unexpected(at.error());
  Json request{{"verb", "admin explain"}, {"user", options.user}};
  if (!options.service.empty()) request["service"] = options.service;
  if (!options.from.empty()) request["from"] = options.from;
  if (!options.key.empty()) request["key"] = options.key;
  if (*at) request["at"] = std::to_string(**at);
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const AskedLogin login{
      .user = options.user, .service = options.service, .from = options.from, .key = options.key, .at = *at};
  return console.print(explanation_text(login, *reply, console.style));
}

Outcome<Forecast> foresee(const Console& console, const std::vector<ListedAccount>& accounts) {
  return ask_about(console, with_ids(accounts), {}, kMostListedAtOnce);
}

Outcome<void> admin_forecast(const Console& console, const ForecastOptions& options) {
  const auto at = moment_of(options.at);
  if (!at) return std::unexpected(at.error());
  const bool listed = options.users.empty();
  const auto names = listed ? names_listed(options.accounts) : names_in_file(console, options.users);
  if (!names) return std::unexpected(names.error());
  const auto forecast = ask_about(console, *names, *at, listed ? kMostListedAtOnce : kMostAtOnce);
  if (!forecast) return std::unexpected(forecast.error());
  if (console.json) return console.print_json(forecast_json(*forecast));
  std::string text = forecast_text(*forecast, *at, console.style);
  if (listed)
    text +=
        "\nThese are the accounts that this computer lists. If a directory (LDAP, SSSD) has more of them, give their\n"
        "names in a file: --users FILE\n";
  return console.print(text);
}

}  // namespace mfa::cli
