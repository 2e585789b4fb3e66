#include "cli/verbs/audit.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "cli/audit_text.h"
#include "cli/command_line.h"
#include "cli/history_text.h"
#include "cli/times.h"
#include "cli/verbs/audit_verify.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kUsualRows = 30;

Failure nonsense() {
  return {.status = ExitStatus::unreachable,
          .error = "The MFA service said something that makes no sense of its trail.",
          .hint = "Are mfa-enroll and the service of the same release? Restart the service after an upgrade."};
}

Outcome<Json> request_of(const AuditOptions& options) {
  Json request{{"verb", "admin audit"}};
  const std::array<std::pair<const char*, const std::string*>, 5> texts{{{"user", &options.user},
                                                                         {"actor", &options.actor},
                                                                         {"event", &options.event},
                                                                         {"service", &options.service},
                                                                         {"from", &options.from}}};
  for (const auto& [key, value] : texts)
    if (!value->empty()) request[key] = *value;
  if (!options.event.empty() && !is_event(options.event)) return std::unexpected(no_event(options.event));
  const std::array<std::pair<const char*, const std::string*>, 2> times{
      {{"since", &options.since}, {"until", &options.until}}};
  for (const auto& [key, value] : times) {
    if (value->empty()) continue;
    const auto moment = parse_moment(*value);
    if (!moment) return std::unexpected(no_moment(fmt::format("--{}", key), *value));
    request[key] = std::to_string(*moment);
  }
  return request;
}

// Asks for the next page; nothing more is there if `next` is empty afterwards.
Outcome<std::vector<Json>> page(const Console& console, Json& request, const char* direction,
                                std::optional<std::int64_t>& next) {
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  const auto reached = number_of(*reply, "next");
  // Each page goes on from the one before, or the engine would be asked for ever.
  const bool on = !reached || !next || (direction == std::string_view("after") ? *reached > *next : *reached < *next);
  if (!on) return std::unexpected(nonsense());
  next = reached;
  if (next) request[direction] = std::to_string(*next);
  return objects_of(*reply, "events");
}

Outcome<void> print_rows(const Console& console, const std::vector<Json>& rows, LongTable& table) {
  std::string text;
  if (console.json) {
    for (const Json& row : rows) text += json_line(row) + "\n";
  } else if (!rows.empty()) {
    std::vector<Row> cells;
    cells.reserve(rows.size());
    for (const Json& row : rows) cells.push_back(audit_row(row));
    text = table.part(cells);
  }
  return text.empty() ? Outcome<void>() : console.print(text);
}

Outcome<void> print_end(const Console& console, bool any, bool more) {
  if (console.json) return {};
  if (!any) return console.print("No event is like that.\n");
  if (more) return console.print("\nThese are the newest. All of them: --all\n");
  return {};
}

Outcome<void> print_newest(const Console& console, Json request) {
  LongTable table = audit_table(console.style);
  std::vector<Json> rows;
  std::optional<std::int64_t> next;
  bool more = false;
  do {
    auto found = page(console, request, "before", next);
    if (!found) return std::unexpected(found.error());
    for (Json& row : *found) {
      more = rows.size() == kUsualRows;
      if (more) break;
      rows.push_back(std::move(row));
    }
  } while (next && !more);
  std::ranges::reverse(rows);
  if (auto printed = print_rows(console, rows, table); !printed) return printed;
  return print_end(console, !rows.empty(), more);
}

Outcome<void> print_all(const Console& console, Json request) {
  LongTable table = audit_table(console.style);
  bool any = false;
  std::optional<std::int64_t> next = 0;
  request["after"] = "0";
  do {
    const auto rows = page(console, request, "after", next);
    if (!rows) return std::unexpected(rows.error());
    if (auto printed = print_rows(console, *rows, table); !printed) return printed;
    any = any || !rows->empty();
  } while (next);
  return print_end(console, any, false);
}

}  // namespace

Outcome<void> admin_audit(const Console& console, const AuditOptions& options) {
  auto request = request_of(options);
  if (!request) return std::unexpected(request.error());
  if (options.verify) {
    if (request->size() > 1 || options.all)
      return std::unexpected(other_fault("admin audit", "--verify looks at the whole trail, it takes no other choice"));
    return verify_audit(console, options);
  }
  if (!options.against.empty() || !options.host.empty())
    return std::unexpected(other_fault("admin audit", "--against and --host go with --verify"));
  const bool all = options.all || !options.since.empty();
  return all ? print_all(console, *std::move(request)) : print_newest(console, *std::move(request));
}

Outcome<void> admin_purge(const Console& console) {
  const auto reply = console.ask({{"verb", "admin purge"}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::int64_t events = number_of(*reply, "events").value_or(0);
  const auto before = parse_time(text_of(*reply, "before"));
  const std::string when = before ? local_time(*before) : "?";
  if (events == 0)
    return console.print(fmt::format("Nothing to do: no event from before {} has personal detail left.\n", when));
  return console.print(
      fmt::format("The personal detail of {} event{} from before {} is gone.\n", events, events == 1 ? "" : "s", when));
}

}  // namespace mfa::cli
