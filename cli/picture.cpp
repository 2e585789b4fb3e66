#include "cli/picture.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "cli/plain_text.h"
#include "cli/render.h"
#include "common/language/language.h"
#include "common/qr/qr_text.h"

namespace mfa::cli {

namespace {

constexpr WindowSize kCommonWindow{.rows = 24, .columns = 80};
constexpr int kLinesBelow = 2;      // what to do if it cannot be scanned, and the prompt
constexpr int kLeastQuietZone = 1;  // modules; phones read it
constexpr std::string_view kWhiteOnBlack = "\x1b[97;40m";
constexpr std::string_view kOwnColours = "\x1b[0m";

QrLook qr_look(const Look& look) {
  if (look.plain) return look.inverted ? QrLook::ascii_inverted : QrLook::ascii;
  return look.inverted ? QrLook::blocks_inverted : QrLook::blocks;
}

std::string drawn(std::string_view uri, const Look& look, const Style& style, int quiet_zone) {
  const auto picture = qr_text(uri, qr_look(look), quiet_zone);
  if (!picture) return "";
  const bool coloured = style.colour && !look.plain && !look.inverted;
  std::string text;
  for (const std::string& row : picture->rows) {
    if (coloured) text += kWhiteOnBlack;
    text += row;
    if (coloured) text += kOwnColours;
    text += '\n';
  }
  return text;
}

// The quiet zone with which it fits beside so many other lines.
std::optional<int> fitting(std::string_view uri, const Look& look, const WindowSize& window, int other_lines) {
  const auto fit = qr_fit(uri, std::array{qr_look(look)}, static_cast<int>(window.columns),
                          static_cast<int>(window.rows) - other_lines);
  if (!fit || !*fit) return std::nullopt;
  return (*fit)->quiet_zone;
}

// The smallest that holds the picture whole along with the prompt; nothing if it cannot be drawn.
std::optional<WindowSize> needed_window(std::string_view uri, const Look& look) {
  const auto picture = qr_text(uri, qr_look(look), kLeastQuietZone);
  if (!picture) return std::nullopt;
  return WindowSize{.rows = static_cast<unsigned>(picture->rows.size()) + kLinesBelow,
                    .columns = static_cast<unsigned>(picture->columns)};
}

std::string enlarge(std::string_view uri, const Look& look) {
  const auto needed = needed_window(uri, look);
  if (!needed) return "";
  return say("Enlarge the window to {} columns and {} rows, and the picture is drawn. k shows the key again.\n",
             needed->columns, needed->rows);
}

std::string key_line(std::string_view secret) { return say("Key: {}\n", key_in_groups(secret)); }

}  // namespace

Look first_look(const Style& style) { return {.plain = !style.utf8, .inverted = false}; }

std::string offer_text(std::string_view above, std::string_view uri, std::string_view secret, const Look& look,
                       const Style& style, const std::optional<WindowSize>& window) {
  const WindowSize size = window.value_or(kCommonWindow);
  const std::string heading = say("Scan this with your authenticator app.\n") + std::string(above);
  if (const auto zone = fitting(uri, look, size, kLinesBelow))
    return heading + drawn(uri, look, style, *zone) +
           say("Cannot scan? k shows the key, a draws it in plain characters, i inverts it.\n");
  return say("Type this key into your authenticator app; the window is too small for the picture.\n") +
         key_line(secret) + std::string(above) + enlarge(uri, look);
}

bool picture_fits(std::string_view uri, const Look& look, const std::optional<WindowSize>& window) {
  return fitting(uri, look, window.value_or(kCommonWindow), kLinesBelow).has_value();
}

std::string offer_without_picture(std::string_view above, std::string_view uri, std::string_view secret) {
  return say("Add this to your authenticator app (a draws it as a picture in plain characters).\n") +
         key_text(uri, secret) + std::string(above);
}

std::string picture_text(std::string_view uri, const Look& look, const Style& style,
                         const std::optional<WindowSize>& window) {
  const WindowSize size = window.value_or(kCommonWindow);
  if (const auto zone = fitting(uri, look, size, kLinesBelow)) return drawn(uri, look, style, *zone);
  const auto needed = needed_window(uri, look);
  if (!needed) return say("The picture cannot be drawn.\n");
  return drawn(uri, look, style, kLeastQuietZone) +
         say("This picture needs a window of {} columns and {} rows.\n", needed->columns, needed->rows);
}

std::string key_text(std::string_view uri, std::string_view secret) {
  return key_line(secret) + say("As a link, for apps that take one: {}\n", printable_line(uri));
}

}  // namespace mfa::cli
