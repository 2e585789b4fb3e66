#include "common/flows/code_dialogue.h"

#include <algorithm>
#include <utility>

namespace mfa {
namespace {

constexpr std::uint32_t kRounds = 3;   // guesses in one dialogue (product.md, Limits)
constexpr std::uint32_t kPrompts = 6;  // prompts: a word or an empty line costs one of these, not a round

}  // namespace

CodeDialogue::CodeDialogue(Engine& engine, LoginTrail& trail, Dialogue& dialogue, NotMe not_me)
    : engine_(engine), trail_(trail), dialogue_(dialogue), not_me_(std::move(not_me)) {}

void CodeDialogue::reach(PhoneWays& phones, Approve approve) {
  phones_ = &phones;
  approve_ = std::move(approve);
}

LoginVerdict CodeDialogue::run(texts::CodePrompt prompt, const Check& check) {
  prompt_ = std::move(prompt);
  if (phones_ != nullptr && one_answer_) phones_->asked_once();
  if (phones_ != nullptr && !one_answer_ && by_phone(phones_->begin(prompt_)) == Step::ended) return verdict_;
  std::uint32_t rounds = kRounds;
  for (std::uint32_t prompts = one_answer_ ? 1 : kPrompts; rounds > 0 && prompts > 0; --prompts) {
    rounds_left_ = std::min(rounds, prompts) - 1;
    if (phones_ != nullptr) phones_->catch_up(prompt_);
    if (prompts == 1 && rounds > 1 && !one_answer_)  // who only typed words would not know
      prompt_.problem = texts::lines({prompt_.problem}, texts::last_answer());
    auto typed = ask();
    prompt_.notices.clear();
    const Step step = take(std::move(typed), check);
    if (step == Step::ended) return verdict_;
    if (step == Step::again) --rounds;
  }
  return unanswered();
}

std::expected<Secret, DialogueError> CodeDialogue::ask() {
  const std::string text = texts::code_prompt(prompt_);
  if (!one_line_) return dialogue_.ask({.text = text, .echo = true});
  const std::size_t last = text.rfind('\n') + 1;
  dialogue_.show(std::string_view(text).substr(0, last - 1));
  return dialogue_.ask({.text = text.substr(last), .echo = true});
}

CodeDialogue::Step CodeDialogue::take(std::expected<Secret, DialogueError> typed, const Check& check) {
  if (!typed && typed.error() == DialogueError::too_long) return again(texts::too_long(prompt_), "too_long");
  if (!typed) return end(broken_off(typed.error()));
  const Answer answer = read_answer(typed->text());
  if (answer.shape == AnswerShape::word && answer.normal.text() == "notme") return end(not_me_());
  if (prompt_.enrolment_code && is_word(answer, "help")) {
    prompt_.problem = texts::enrolment_code_help(engine_.settings);
    return Step::again_free;
  }
  if (prompt_.enrolment_code && answer.shape != AnswerShape::recovery)
    return again(texts::not_an_enrolment_code(engine_.settings), "not_a_code");
  if (phones_ != nullptr) {
    const PhoneWays::Step step = phones_->take(prompt_, typed->text());
    if (step != PhoneWays::Step::no_word) return by_phone(step);
  }
  if (texts::take_word(prompt_, answer, /*login=*/true)) return Step::again_free;
  if (answer.shape == AnswerShape::empty) {
    (void)again(texts::empty_answer(prompt_), "empty");
    return Step::again_free;
  }
  if (answer.shape == AnswerShape::unreadable) {
    trail_.note_refused("unreadable", answer);
    return again(texts::unreadable(prompt_), "unreadable");
  }
  const auto result = check(answer);
  if (!result) return end(trail_.store_failed(result.error()));
  return judged(*result, answer);
}

CodeDialogue::Step CodeDialogue::by_phone(PhoneWays::Step step) {
  if (step == PhoneWays::Step::store_failed) return end(trail_.store_failed(phones_->error()));
  if (step == PhoneWays::Step::outdated) return judged(EndedMeanwhile{}, Answer{});
  if (step != PhoneWays::Step::approved) return Step::again_free;
  const auto result = approve_(phones_->approval());
  if (!result) return end(trail_.store_failed(result.error()));
  return judged(*result, Answer{});
}

// What a verification means for the dialogue: its end, or what the next prompt says first.
CodeDialogue::Step CodeDialogue::judged(const Verification& result, const Answer& answer) {
  const Settings& settings = engine_.settings;
  const bool resend = !one_answer_ && texts::can_resend(prompt_);
  if (const auto* right = std::get_if<RightAnswer>(&result))
    return end({.result = LoginResult::passed,
                .reason = right->factor,
                .text = right->factor == "recovery" ? texts::recovery_left(right->recovery_left)
                        : right->factor == "bypass" ? texts::bypass_left(right->recovery_left)
                                                    : ""});
  if (const auto* locked = std::get_if<LockedAnswer>(&result))
    return end({.result = LoginResult::locked,
                .reason = "locked",
                .text = texts::locked(locked->until - engine_.clock.now(), settings)});
  if (std::holds_alternative<NoSuchPerson>(result))
    return end(trail_.refuse(LoginResult::denied, "identity_mismatch", texts::other_person(settings)));
  if (std::holds_alternative<EndedMeanwhile>(result))
    return end(trail_.refuse(LoginResult::denied, "outdated", texts::login_outdated()));
  if (const auto* wrong = std::get_if<WrongAnswer>(&result)) {
    trail_.note_refused("wrong", answer);
    // With one answer a login, the tries until the lock are all there are.
    const std::uint32_t rounds = one_answer_ ? wrong->tries_left : rounds_left_;
    if (wrong->tries_left > 0) {
      std::string problem = texts::wrong(rounds, wrong->tries_left);
      const bool by_text = prompt_.sent && prompt_.sent->use == PhoneUse::text;
      if (by_text && !wrong->worn_out && !wrong->replaced && rounds > 0)
        problem = texts::lines({problem}, texts::newest_counts());
      if (wrong->worn_out) problem = texts::lines({problem}, texts::worn_out(resend));
      if (wrong->replaced && prompt_.sent) problem = texts::lines({problem}, texts::replaced(resend));
      return again(std::move(problem), "wrong");
    }
    return end({.result = LoginResult::locked,
                .reason = "too_many_wrong",
                .text = texts::locked(wrong->locked_until - engine_.clock.now(), settings)});
  }
  if (std::holds_alternative<ExpiredAnswer>(result)) return again(texts::expired(resend), "expired");
  if (std::holds_alternative<ReplacedAnswer>(result) && prompt_.sent) return again(texts::replaced(resend), "replaced");
  if (const auto* spent = std::get_if<ReplayedAnswer>(&result))
    return again(spent->recovery ? texts::recovery_code_used() : texts::replayed(spent->kind, resend), "replayed");
  trail_.note_refused("not_a_code", answer);
  return again(texts::not_a_code(prompt_), "not_a_code");
}

LoginVerdict CodeDialogue::unanswered() {
  LoginVerdict verdict{.result = LoginResult::wrong, .reason = last_, .text = texts::rounds_used(engine_.settings)};
  if (!one_answer_) return verdict;
  verdict.text = last_ == "empty" ? texts::no_code_behind_password() : prompt_.problem;
  if (last_ == "empty") trail_.record(EventKind::login_failed, "no_code");
  return verdict;
}

LoginVerdict CodeDialogue::broken_off(DialogueError error) {
  const bool gone = error == DialogueError::gone;
  const std::string reason = gone                                  ? "gone"
                             : error == DialogueError::is_password ? "answered_with_password"
                                                                   : "cannot_ask";
  trail_.record_afterwards(gone ? EventKind::login_abandoned : EventKind::login_failed, reason);
  return {.result = LoginResult::conversation, .reason = reason, .text = ""};
}

CodeDialogue::Step CodeDialogue::again(std::string problem, std::string_view reason) {
  prompt_.problem = std::move(problem);
  last_ = reason;
  return Step::again;
}

CodeDialogue::Step CodeDialogue::end(LoginVerdict verdict) {
  verdict_ = std::move(verdict);
  return Step::ended;
}

}  // namespace mfa
