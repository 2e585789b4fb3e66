#include "cli/dialogue.h"

#include <cctype>
#include <utility>

#include "cli/guided_text.h"
#include "cli/json.h"
#include "cli/plain_text.h"
#include "common/language/language.h"

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

bool Dialogue::step(const GuidedStep& step) {
  guided_ = true;
  heading_ = step;
  return true;
}

void Dialogue::hears(std::string_view language) {
  if (!json_) speak(language);
}

std::expected<Answer, NoAnswer> Dialogue::ask(std::string_view text, bool echo) {
  const auto deadline = std::chrono::steady_clock::now() + kAnswerLimit;
  if (in_json()) return terminal_.ask(json_line(Json{{"ask", text}, {"echo", echo}}) + "\n", echo, deadline);
  const Prompt prompt = split(text);
  if (heading_ && !terminal_.write(step_heading(*heading_, style_))) return std::unexpected(NoAnswer::failed);
  heading_.reset();
  if (offer_ && prompt.line.starts_with(kCodeLine)) return ask_offered(prompt.above, prompt.line, deadline);
  offer_.reset();
  if (!terminal_.write(guided_ ? with_blocks(prompt.above, style_) : prompt.above))
    return std::unexpected(NoAnswer::failed);
  return terminal_.ask(prompt.line, echo, deadline);
}

// The key on offer in its first form.
bool Dialogue::draw(const std::string& above) {
  if (!terminal_.interactive()) return terminal_.write(offer_without_picture(above, offer_->uri, offer_->secret));
  const auto window = terminal_.size();
  too_small_ = !picture_fits(offer_->uri, look_, window);
  return terminal_.write(offer_text(above, offer_->uri, offer_->secret, look_, style_, window));
}

// Answers that are a letter of ours are carried out here, and never sent.
std::expected<Answer, NoAnswer> Dialogue::ask_offered(const std::string& above, const std::string& line,
                                                      Terminal::Deadline deadline) {
  if (!(std::exchange(to_draw_, false) ? draw(above) : terminal_.write(above)))
    return std::unexpected(NoAnswer::failed);
  const auto draw_if_it_fits_now = [&] {
    if (!too_small_ || !picture_fits(offer_->uri, look_, terminal_.size())) return false;
    return terminal_.write("\n") && draw(above);
  };
  for (;;) {
    auto answer = terminal_.ask(line, true, deadline, draw_if_it_fits_now);
    if (!answer) return answer;
    const char letter = letter_of(*answer);
    if (letter == 'a') {
      look_ = {.plain = true, .inverted = false};
    } else if (letter == 'i') {
      look_.inverted = !look_.inverted;
    } else if (letter != 'k') {
      return answer;
    }
    const auto window = terminal_.size();
    if (letter != 'k') too_small_ = !picture_fits(offer_->uri, look_, window);
    if (!terminal_.write(letter == 'k' ? key_text(offer_->uri, offer_->secret)
                                       : picture_text(offer_->uri, look_, style_, window)))
      return std::unexpected(NoAnswer::failed);
  }
}

}  // namespace mfa::cli
