#include "cli/verbs/devices.h"

#include <fmt/core.h>

#include <vector>

#include "cli/command_line.h"
#include "cli/device_text.h"
#include "cli/plain_text.h"
#include "cli/render.h"

namespace mfa::cli {

Outcome<void> devices(const Console& console) {
  const auto reply = console.ask({{"verb", "devices"}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(devices_text(objects_of(*reply, "devices"), console.now, console.style));
}

Outcome<void> forget_devices(const Console& console, const std::string& id, bool all) {
  if (id.empty() == !all) return std::unexpected(one_of_both("devices forget", "ID", "--all"));
  Json request{{"verb", "devices forget"}};
  if (!all) request["device"] = id;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  return console.print(forgotten_text(objects_of(*reply, "devices"), console.style));
}

Outcome<void> admin_password_changed(const Console& console, const std::string& user) {
  const auto reply = console.ask({{"verb", "admin password-changed"}, {"user", user}});
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::vector<Json> devices = objects_of(*reply, "devices");
  const std::string name = printable_line(user);
  if (devices.empty())
    return console.print(fmt::format("Noted. {} had no trusted device.\n", name) + ended_text(*reply));
  return console.print(
      fmt::format("Noted: the password of {} changed, so these devices are asked for a code again.\n", name) +
      device_lines(devices, console.style) + ended_text(*reply));
}

}  // namespace mfa::cli
