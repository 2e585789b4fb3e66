#include "cli/privacy_text.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "cli/plain_text.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kWidth = 78;  // columns

// `first` stands before the first line, blanks of the same width before the others.
std::string paragraph(std::string_view first, std::string_view text) {
  const std::string printable = printable_line(text);
  const std::string indent(columns(first), ' ');
  std::string all(first);
  std::size_t used = columns(first);
  std::string_view rest = printable;
  bool begun = false;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (begun && used + 1 + columns(word) > kWidth) {
      all += "\n" + indent;
      used = indent.size();
    } else if (begun) {
      all += ' ';
      ++used;
    }
    all += word;
    used += columns(word);
    begun = true;
  }
  return all + "\n";
}

std::string label(const std::string& words, std::size_t width) {
  return "  " + words + std::string(width - columns(words) + 2, ' ');
}

}  // namespace

std::string privacy_text(const Json& reply, const Style& style) {
  std::string text =
      painted(style, Paint::bold, say("What is kept about you here for multi-factor authentication, and why")) + "\n";
  const std::string why = say("Why:");
  const std::string how_long = say("How long:");
  const std::size_t width = std::max(columns(why), columns(how_long));
  for (const Json& section : objects_of(reply, "kept")) {
    text += "\n" + paragraph("", text_of(section, "what"));
    text += paragraph(label(why, width), text_of(section, "why"));
    text += paragraph(label(how_long, width), text_of(section, "how_long"));
  }
  text += "\n" + paragraph("", text_of(reply, "never"));
  text += "\n" + paragraph(say("Who sees it:") + "  ", text_of(reply, "who"));
  return text + "\n" + paragraph("", text_of(reply, "ask"));
}

}  // namespace mfa::cli
