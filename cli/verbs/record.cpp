#include "cli/verbs/record.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/history_text.h"
#include "cli/plain_text.h"
#include "cli/privacy_text.h"
#include "cli/times.h"

namespace mfa::cli {

namespace {

constexpr const char* kUsualRows = "30";

struct Events {
  std::vector<Json> rows;  // the newest last
  bool older = false;      // there are more that were not asked for
};

// One page, or with `all` every page there is.
Outcome<Events> events_of(const Console& console, Json request, bool all) {
  Events events;
  std::vector<std::vector<Json>> pages;
  std::optional<std::int64_t> before;
  do {
    const auto reply = console.ask(request);
    if (!reply) return std::unexpected(reply.error());
    pages.push_back(objects_of(*reply, "events"));
    const auto next = number_of(*reply, "before");
    // Each page is older than the one before, or the engine would be asked for ever.
    if (next && before && *next >= *before) break;
    before = next;
    if (before) request["before"] = std::to_string(*before);
  } while (all && before);
  events.older = before.has_value();
  for (std::vector<Json>& page : std::views::reverse(pages)) std::ranges::move(page, std::back_inserter(events.rows));
  return events;
}

}  // namespace

Outcome<void> history(const Console& console, const HistoryOptions& options) {
  Json request{{"verb", "history"}};
  if (!options.since.empty()) {
    const auto since = parse_moment(options.since);
    if (!since) return std::unexpected(no_moment("--since", options.since));
    request["since"] = std::to_string(*since);
  }
  const bool all = options.all || !options.since.empty();
  if (!all) request["most"] = kUsualRows;
  const auto events = events_of(console, std::move(request), all);
  if (!events) return std::unexpected(events.error());
  if (!console.json) return console.print(history_text(events->rows, events->older, console.style));
  std::string lines;
  for (const Json& event : events->rows) lines += json_line(event) + "\n";
  return console.print(lines);
}

Outcome<void> export_data(const Console& console) {
  auto data = console.ask({{"verb", "export"}});
  if (!data) return std::unexpected(data.error());
  auto events = events_of(console, {{"verb", "history"}}, true);
  if (!events) return std::unexpected(events.error());
  (*data)["history"] = std::move(events->rows);
  if (console.json) return console.print_json(*data);
  return console.print(printable_json(data->dump(2, ' ', false, Json::error_handler_t::replace)) + "\n");
}

Outcome<void> privacy(const Console& console) {
  const auto reply = console.ask({{"verb", "privacy"}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(privacy_text(*reply, console.style));
}

}  // namespace mfa::cli
