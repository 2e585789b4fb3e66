// Text with places for parts of a message: "Body={text}".
//
// A place is {to}, {to_digits} (without the +), {text}, {code}, {language}, {id}, {username}, {password} or {coding}.
// It may say how it is to be written, {text:xml}; {{ and }} stand for the braces themselves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mfa::http {

enum class Part : std::uint8_t { to, to_digits, text, code, language, id, username, password, coding };
inline constexpr std::size_t kParts = 9;

using Parts = std::array<std::string, kParts>;  // by Part

enum class Escape : std::uint8_t {
  none,
  url,   // RFC 3986 §2.1: all but letters, digits, and - . _ ~ as %XX
  json,  // the inside of a JSON string, RFC 8259 §7
  xml,   // text or attribute of XML 1.0; what no XML may hold is left out
};
[[nodiscard]] std::string escaped(std::string_view text, Escape escape);

class TemplateText {
 public:
  // The error is what follows the name of a key: "has no place {too}".
  [[nodiscard]] static std::expected<TemplateText, std::string> parse(std::string_view text);

  // With the parts in their places, each written as it says itself and then as `then` says. The rest is as it stands.
  [[nodiscard]] std::string with(const Parts& parts, Escape then = Escape::none) const;
  [[nodiscard]] bool has(Part part) const;
  [[nodiscard]] bool has_places() const;

 private:
  struct Place {
    Part part;
    Escape escape;
  };
  std::vector<std::variant<std::string, Place>> pieces_;
};

}  // namespace mfa::http
