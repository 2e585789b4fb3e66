#include "common/flows/choose_factor.h"

#include "common/domain/answer.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

constexpr int kChoices = 3;  // answers that are none of them
constexpr int kPrompts = 6;  // of all kinds

// What is said of an answer that is none of the choices. Never the answer itself: people type passwords at prompts.
std::string why_none(const Answer& answer) {
  if (answer.shape == AnswerShape::digits) return texts::no_code_yet();
  const std::string_view word = answer.normal.text();
  const bool nearly = answer.shape == AnswerShape::word && word.starts_with('a');
  return nearly ? texts::nearly_app() : texts::no_such_choice();
}

}  // namespace

std::expected<Choice, SetUpEnd> choose_factor(Dialogue& dialogue, bool may_wait,
                                              const std::function<std::string(std::string_view problem)>& prompt) {
  std::string problem;
  int wrong = 0;
  for (int prompts = 0; wrong < kChoices && prompts < kPrompts; ++prompts) {
    const auto typed = dialogue.ask({.text = prompt(problem), .echo = true});
    if (!typed && typed.error() != DialogueError::too_long) return std::unexpected(end_of(typed.error()));
    const Answer answer = read_answer(typed ? typed->text() : "");
    if (answer.shape == AnswerShape::empty && typed) return may_wait ? Choice::later : Choice::app;
    if (is_word(answer, "app")) return Choice::app;
    if (is_word(answer, "help")) {
      problem = texts::choice_help(may_wait);
      continue;
    }
    problem = why_none(answer);
    ++wrong;
  }
  return may_wait ? Choice::later : Choice::none;
}

}  // namespace mfa
