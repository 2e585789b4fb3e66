#include "cli/style.h"

#include <fmt/core.h>
#include <langinfo.h>

namespace mfa::cli {

namespace {

// Select Graphic Rendition (ECMA-48 section 8.3.117).
std::string_view code_of(Paint paint) {
  switch (paint) {
    case Paint::bold:
      return "1";
    case Paint::good:
      return "32";
    case Paint::warning:
      return "33";
    case Paint::bad:
      return "1;31";
  }
  return "0";
}

}  // namespace

bool colour_allowed(bool terminal, const char* no_color, const char* term) {
  if (!terminal) return false;
  if (no_color != nullptr && *no_color != '\0') return false;
  const std::string_view kind = term == nullptr ? "" : term;
  return !kind.empty() && kind != "dumb";
}

bool utf8_locale() { return std::string_view(nl_langinfo(CODESET)) == "UTF-8"; }

std::string painted(const Style& style, Paint paint, std::string_view text) {
  if (!style.colour) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(paint), text);
}

}  // namespace mfa::cli
