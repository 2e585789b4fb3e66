#include "cli/device_text.h"

#include <fmt/core.h>

#include <cstddef>
#include <string_view>

#include "cli/plain_text.h"
#include "cli/table.h"
#include "cli/times.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

constexpr std::string_view kHash = "SHA256:";
constexpr std::size_t kShownOfHash = 10;   // characters of its 43: enough to tell one's own keys apart
constexpr std::size_t kLongestLabel = 48;  // bytes of a label of another shape; the longest address has 39

// `text` is printable. Cut between characters.
std::string cut(std::string text, std::size_t most, const Style& style) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most) + (style.utf8 ? "…" : "...");
}

std::string key_text(std::string_view label, const Style& style) {
  const std::size_t at = label.find(kHash);
  const std::string_view shown = at == std::string_view::npos ? label : label.substr(at);
  const std::size_t most = at == std::string_view::npos ? kLongestLabel : kHash.size() + kShownOfHash;
  const std::string key = cut(printable_line(shown), most, style);
  return label.starts_with("sk-") ? say("security key {}", key) : say("SSH key {}", key);
}

std::string moment(const Json& device, const char* key) {
  const auto time = parse_time(text_of(device, key));
  return time ? local_time(*time) : "?";
}

// Until when, or why not.
std::string until_text(const Json& device) {
  if (text_of(device, "ended") == "password_changed") return say("ended: your password changed");
  return text_of(device, "ended").empty() ? moment(device, "until") : say("ended");
}

std::string with_id(const Json& device, const Style& style) {
  return say("{} on {} ({})", device_text(device, style), printable_line(text_of(device, "server")),
             printable_line(text_of(device, "id")));
}

}  // namespace

std::string device_text(const Json& device, const Style& style) {
  const std::string kind = text_of(device, "kind");
  const std::string label = text_of(device, "label");
  if (kind == "key") return key_text(label, style);
  if (kind == "console") return say("console");
  if (kind == "address") return say("address {}", cut(printable_line(label), kLongestLabel, style));
  return cut(printable_line(kind + " " + label), kLongestLabel, style);
}

std::string devices_text(const std::vector<Json>& devices, std::int64_t now, const Style& style) {
  if (devices.empty())
    return say(
        "You have no trusted device.\n"
        "That is one for which you answered yes when a login offered to remember it, and which is then not asked\n"
        "for a code until its date.\n");
  std::vector<Row> rows{{"  ", say("DEVICE"), say("WHAT"), say("SERVER"), say("SINCE"), say("UNTIL")}};
  for (const Json& device : devices) {
    const auto until = parse_time(text_of(device, "until"));
    rows.push_back({"  ", printable_line(text_of(device, "id")), device_text(device, style),
                    printable_line(text_of(device, "server")), moment(device, "since"),
                    until && text_of(device, "ended").empty()
                        ? fmt::format("{} ({})", local_time(*until), time_until(*until, now))
                        : until_text(device)});
  }
  return table(rows, style) + say("\nNot yours, or no longer used? mfa-enroll devices forget ID\n");
}

std::string device_lines(const std::vector<Json>& devices, const Style& style) {
  std::string text;
  for (const Json& device : devices)
    text += text_of(device, "ended").empty() ? say("  {} until {}\n", with_id(device, style), until_text(device))
                                             : fmt::format("  {}, {}\n", with_id(device, style), until_text(device));
  return text;
}

std::string forgotten_text(const std::vector<Json>& devices, const Style& style) {
  if (devices.empty()) return say("There was no trusted device to forget.\n");
  std::string text;
  for (const Json& device : devices) text += say("Forgotten: {}.\n", with_id(device, style));
  return text + (devices.size() == 1 ? say("Its next login is asked for a code again.\n")
                                     : say("Their next logins are asked for a code again.\n"));
}

}  // namespace mfa::cli
