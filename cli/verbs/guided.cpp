#include "cli/verbs/guided.h"

#include "cli/guided_text.h"
#include "cli/render.h"

namespace mfa::cli {

namespace {

Outcome<void> guide(const Console& console, const Json& status) {
  if (auto printed = console.print(guided_beginning(status, console.now, console.style)); !printed) return printed;
  const auto reply = console.ask({{"verb", "guided"}});
  if (!reply) return std::unexpected(reply.error());
  return console.print(guided_end(*reply, status, console.style));
}

}  // namespace

Outcome<void> begin(const Console& console) {
  const auto status = console.ask({{"verb", "status"}});
  if (!status) return std::unexpected(status.error());
  if (console.json) return console.print_json(*status);
  const bool at_a_terminal = console.terminal.interactive() && console.results_on_screen;
  if (at_a_terminal && objects_of(*status, "factors").empty()) return guide(console, *status);
  return console.print(status_text(*status, console.now, console.style));
}

}  // namespace mfa::cli
