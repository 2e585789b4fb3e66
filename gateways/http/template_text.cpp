#include "gateways/http/template_text.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "common/config/mistakes.h"

namespace mfa::http {
namespace {

constexpr std::array<std::string_view, kParts> kPartNames{"to", "to_digits", "text",     "code",  "language",
                                                          "id", "username",  "password", "coding"};
constexpr std::array kEscapes{std::pair{std::string_view("url"), Escape::url},
                              std::pair{std::string_view("json"), Escape::json},
                              std::pair{std::string_view("xml"), Escape::xml}};

std::string for_url(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string for_json(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string for_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

}  // namespace

std::string escaped(std::string_view text, Escape escape) {
  switch (escape) {
    case Escape::none:
      break;
    case Escape::url:
      return for_url(text);
    case Escape::json:
      return for_json(text);
    case Escape::xml:
      return for_xml(text);
  }
  return std::string(text);
}

std::expected<TemplateText, std::string> TemplateText::parse(std::string_view text) {
  TemplateText made;
  std::string plain;
  const auto flush = [&] {
    if (!plain.empty()) made.pieces_.emplace_back(std::exchange(plain, {}));
  };
  while (!text.empty()) {
    const char c = text.front();
    if (text.starts_with("{{") || text.starts_with("}}")) {
      plain += c;
      text.remove_prefix(2);
    } else if (c == '}') {
      return std::unexpected("has a } without its {; the brace itself is written }}");
    } else if (c != '{') {
      plain += c;
      text.remove_prefix(1);
    } else {
      const std::size_t end = text.find('}');
      if (end == std::string_view::npos)
        return std::unexpected("has a { without its }; the brace itself is written {{");
      const std::string_view inside = text.substr(1, end - 1);
      const std::size_t colon = inside.find(':');
      const std::string_view name = inside.substr(0, colon);
      const auto* part = std::ranges::find(kPartNames, name);
      if (part == kPartNames.end())
        return std::unexpected(fmt::format("has no place {}{}", in_quotes(name), suggestion(name, kPartNames)));
      Escape escape = Escape::none;
      if (colon != std::string_view::npos) {
        const std::string_view word = inside.substr(colon + 1);
        const auto* row = std::ranges::find(kEscapes, word, &std::pair<std::string_view, Escape>::first);
        if (row == kEscapes.end())
          return std::unexpected(fmt::format("can write a place as :url, :json or :xml, not {}", in_quotes(word)));
        escape = row->second;
      }
      flush();
      made.pieces_.emplace_back(Place{.part = static_cast<Part>(part - kPartNames.begin()), .escape = escape});
      text.remove_prefix(end + 1);
    }
  }
  flush();
  return made;
}

std::string TemplateText::with(const Parts& parts, Escape then) const {
  std::string text;
  for (const auto& piece : pieces_) {
    if (const auto* place = std::get_if<Place>(&piece)) {
      text += escaped(escaped(parts[static_cast<std::size_t>(place->part)], place->escape), then);
    } else {
      text += std::get<std::string>(piece);
    }
  }
  return text;
}

bool TemplateText::has_places() const {
  return std::ranges::any_of(pieces_, [](const auto& piece) { return std::holds_alternative<Place>(piece); });
}

bool TemplateText::has(Part part) const {
  return std::ranges::any_of(pieces_, [&](const auto& piece) {
    const auto* place = std::get_if<Place>(&piece);
    return place != nullptr && place->part == part;
  });
}

}  // namespace mfa::http
