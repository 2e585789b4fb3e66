// The dialogue for a code: prompts, words and answers, until one answer decides or the rounds are used up.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>

#include "common/flows/login_trail.h"
#include "common/flows/phone_ways.h"
#include "common/flows/texts.h"
#include "common/flows/verify.h"

namespace mfa {

class CodeDialogue {
 public:
  // Decides an answer that is no word. Whatever it says of one that could not be a code is NotACode.
  using Check = std::function<std::expected<Verification, StoreError>(const Answer&)>;
  // "notme": ends the login. What it says is the verdict.
  using NotMe = std::function<LoginVerdict()>;

  CodeDialogue(Engine& engine, LoginTrail& trail, Dialogue& dialogue, NotMe not_me);

  // For programs that show one line of a prompt: the rest is shown apart from it.
  void show_one_line() { one_line_ = true; }
  // For programs that asked once and have no other answer: one prompt, which nobody sees.
  void take_one_answer() { one_answer_ = true; }
  // Telephones send and ring on words of theirs; `approve` takes it that # was pressed.
  using Approve = std::function<std::expected<Verification, StoreError>(const Approval&)>;
  void reach(PhoneWays& phones, Approve approve);
  // `prompt` without a problem; its notices are told once.
  [[nodiscard]] LoginVerdict run(texts::CodePrompt prompt, const Check& check);

 private:
  enum class Step : std::uint8_t { again, again_free, ended };
  [[nodiscard]] std::expected<Secret, DialogueError> ask();
  [[nodiscard]] Step take(std::expected<Secret, DialogueError> typed, const Check& check);
  [[nodiscard]] Step by_phone(PhoneWays::Step step);
  [[nodiscard]] Step judged(const Verification& result, const Answer& answer);
  [[nodiscard]] LoginVerdict broken_off(DialogueError error);
  LoginVerdict unanswered();
  Step again(std::string problem, std::string_view reason);
  Step end(LoginVerdict verdict);

  Engine& engine_;
  LoginTrail& trail_;
  Dialogue& dialogue_;
  NotMe not_me_;
  PhoneWays* phones_ = nullptr;
  Approve approve_;
  bool one_line_ = false;
  bool one_answer_ = false;
  std::uint32_t rounds_left_ = 0;  // after the answer at hand, should it be none
  texts::CodePrompt prompt_;
  std::string last_ = "no_answer";
  LoginVerdict verdict_;
};

}  // namespace mfa
