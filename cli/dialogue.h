// The person's side of a dialogue, as the terminal or standard input carries it.
//
// On a terminal prompts are text there, and an offered key is drawn as a picture. Without one prompts go to standard
// error, and with --json as one JSON object a line: {"ask":…,"echo":…}, {"show":…}; the offer is then a line of
// results, {"offer":{…}}, so that a script has the key before it must give a code.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "cli/engine_client.h"
#include "cli/picture.h"
#include "cli/style.h"
#include "cli/terminal.h"

namespace mfa::cli {

inline constexpr std::chrono::seconds kAnswerLimit{120};  // for each answer, as the engine's (product.md, Limits)

class Dialogue final : public Person {
 public:
  // `results`: the descriptor of results. `style` is that of the terminal.
  Dialogue(const Terminal& terminal, int results, bool json, const Style& style)
      : terminal_(terminal), results_(results), json_(json), style_(style) {}

  [[nodiscard]] bool show(std::string_view text) override;
  [[nodiscard]] std::expected<Answer, NoAnswer> ask(std::string_view text, bool echo) override;
  [[nodiscard]] bool offer(const Offer& offer) override;
  // Headed as soon as there is something to ask in it.
  [[nodiscard]] bool step(const GuidedStep& step) override;
  // What mfa-enroll itself says is then in it, but with --json, where scripts read it.
  void hears(std::string_view language) override;

 private:
  [[nodiscard]] bool in_json() const { return json_ && !terminal_.interactive(); }
  // A prompt for a code of the key on offer: `above` stands over it.
  [[nodiscard]] std::expected<Answer, NoAnswer> ask_offered(const std::string& above, const std::string& line,
                                                            Terminal::Deadline deadline);
  [[nodiscard]] bool draw(const std::string& above);

  const Terminal& terminal_;
  int results_;
  bool json_;
  Style style_;
  std::optional<Offer> offer_;  // the key on offer, as long as it can be drawn
  bool to_draw_ = false;        // not drawn yet
  Look look_;
  bool too_small_ = false;  // the window was, for the picture that was wanted last
  bool guided_ = false;
  std::optional<GuidedStep> heading_;
};

}  // namespace mfa::cli
