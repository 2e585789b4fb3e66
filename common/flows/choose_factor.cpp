#include "common/flows/choose_factor.h"

#include <algorithm>
#include <array>

#include "common/domain/answer.h"
#include "common/flows/phone_set_up.h"
#include "common/flows/send_code.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

constexpr int kChoices = 3;   // answers that are none of them
constexpr int kPrompts = 20;  // of all kinds

// Its word, or another that people know it by: sms, as mfa-enroll status writes.
bool means(const Answer& answer, Choice choice) {
  if (is_word(answer, word_of(choice))) return true;
  return choice == Choice::text && (is_word(answer, "sms") || is_word(answer, "phone"));
}

// What is said of an answer that is none of the choices. Never the answer itself: people type passwords at prompts.
std::string why_none(const Answer& answer, const std::vector<Choice>& offered) {
  if (answer.shape == AnswerShape::digits) return texts::no_code_yet(offered);
  const std::string_view word = answer.normal.text();
  const bool nearly = answer.shape == AnswerShape::word && word.starts_with('a') && offered.front() == Choice::app;
  return nearly ? texts::nearly_app() : texts::no_such_choice(offered);
}

}  // namespace

std::string_view word_of(Choice choice) {
  switch (choice) {
    case Choice::app:
      return "app";
    case Choice::text:
      return "text";
    case Choice::call:
      return "call";
    case Choice::later:
    case Choice::none:
      break;
  }
  return {};
}

std::vector<Choice> choices_for(const Settings& settings, const std::set<FactorKind>& kinds) {
  const auto counts = [&](FactorKind kind) { return kinds.empty() || kinds.contains(kind); };
  std::vector<Choice> offered;
  if (counts(FactorKind::totp)) offered.push_back(Choice::app);
  if (counts(FactorKind::sms) && can_set_up(settings, PhoneUse::text)) offered.push_back(Choice::text);
  if (counts(FactorKind::call) && can_set_up(settings, PhoneUse::call)) offered.push_back(Choice::call);
  return offered;
}

std::vector<Choice> choices_now(Engine& engine, const Account& account, const std::set<FactorKind>& kinds) {
  std::vector<Choice> offered = choices_for(engine.settings, kinds);
  if (std::ranges::find(offered, Choice::app) == offered.end()) return offered;
  std::erase_if(offered, [&](Choice choice) {
    if (choice == Choice::app) return false;
    const std::array<PhoneNumber, 1> not_known_yet;
    return resting(engine, account, choice == Choice::text ? PhoneUse::text : PhoneUse::call, not_known_yet,
                   Sender::registers)
        .has_value();
  });
  return offered;
}

bool offers(const Settings& settings, const std::set<FactorKind>& kinds, Choice choice) {
  const auto offered = choices_for(settings, kinds);
  return std::ranges::find(offered, choice) != offered.end();
}

std::expected<Choice, SetUpEnd> choose_factor(Dialogue& dialogue, const std::vector<Choice>& offered, bool may_wait,
                                              const std::function<std::string(std::string_view problem)>& prompt) {
  std::string problem;
  int wrong = 0;
  for (int prompts = 0; wrong < kChoices && prompts < kPrompts; ++prompts) {
    const auto typed = dialogue.ask({.text = prompt(problem), .echo = true});
    if (!typed && typed.error() != DialogueError::too_long) return std::unexpected(end_of(typed.error()));
    const Answer answer = read_answer(typed ? typed->text() : "");
    if (answer.shape == AnswerShape::empty && typed) return may_wait ? Choice::later : offered.front();
    const auto chosen = std::ranges::find_if(offered, [&](Choice choice) { return means(answer, choice); });
    if (chosen != offered.end()) return *chosen;
    if (is_word(answer, "help")) {
      problem = texts::choice_help(offered, may_wait);
      continue;
    }
    problem = why_none(answer, offered);
    ++wrong;
  }
  return may_wait ? Choice::later : Choice::none;
}

}  // namespace mfa
