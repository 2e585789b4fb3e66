#include "cli/dialogue.h"

#include <cctype>
#include <utility>

#include "cli/json.h"
#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

// A prompt for a code ends in this line (product.md, The login).
constexpr std::string_view kCodeLine = "Verification code:";

struct Prompt {
  std::string above;  // whole lines
  std::string line;   // where one types
};

Prompt split(std::string_view text) {
  const std::string shown = printable_text(text);
  const std::size_t end = shown.rfind('\n');
  if (end == std::string::npos) return {.above = "", .line = shown};
  return {.above = shown.substr(0, end + 1), .line = shown.substr(end + 1)};
}

// The letter that an answer consists of, in lower case; 0 if it is anything else.
char letter_of(const Answer& answer) {
  std::string_view text = answer.text();
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text.size() == 1 ? static_cast<char>(std::tolower(static_cast<unsigned char>(text.front()))) : '\0';
}

}  // namespace

bool Dialogue::show(std::string_view text) {
  if (in_json()) return terminal_.write(json_line(Json{{"show", text}}) + "\n");
  std::string shown = printable_text(text);
  if (shown.empty() || shown.back() != '\n') shown += '\n';
  return terminal_.write(shown);
}

bool Dialogue::offer(const Offer& offer) {
  if (json_) {
    const Json object{{"offer", {{"kind", offer.kind}, {"uri", offer.uri}, {"secret", offer.secret}}}};
    return write_all(results_, json_line(object) + "\n");
  }
  offer_ = offer;
  to_draw_ = true;
  look_ = first_look(style_);
  return true;
}

std::expected<Answer, NoAnswer> Dialogue::ask(std::string_view text, bool echo) {
  const auto deadline = std::chrono::steady_clock::now() + kAnswerLimit;
  if (in_json()) return terminal_.ask(json_line(Json{{"ask", text}, {"echo", echo}}) + "\n", echo, deadline);
  const Prompt prompt = split(text);
  if (!offer_ || !prompt.line.starts_with(kCodeLine)) {
    offer_.reset();
    if (!terminal_.write(prompt.above)) return std::unexpected(NoAnswer::failed);
    return terminal_.ask(prompt.line, echo, deadline);
  }
  std::string above = prompt.above;
  if (std::exchange(to_draw_, false))
    above = terminal_.interactive() ? offer_text(above, offer_->uri, offer_->secret, look_, style_, terminal_.size())
                                    : offer_without_picture(above, offer_->uri, offer_->secret);
  if (!terminal_.write(above)) return std::unexpected(NoAnswer::failed);
  return ask_while_drawing(prompt.line, deadline);
}

// Answers that are a letter of ours are carried out here, and never sent.
std::expected<Answer, NoAnswer> Dialogue::ask_while_drawing(const std::string& line, Terminal::Deadline deadline) {
  for (;;) {
    auto answer = terminal_.ask(line, true, deadline);
    if (!answer) return answer;
    std::string shown;
    switch (letter_of(*answer)) {
      case 'a':
        look_ = {.plain = true, .inverted = false};
        shown = picture_text(offer_->uri, look_, style_, terminal_.size());
        break;
      case 'i':
        look_.inverted = !look_.inverted;
        shown = picture_text(offer_->uri, look_, style_, terminal_.size());
        break;
      case 'k':
        shown = key_text(offer_->uri, offer_->secret);
        break;
      default:
        return answer;
    }
    if (!terminal_.write(shown)) return std::unexpected(NoAnswer::failed);
  }
}

}  // namespace mfa::cli
