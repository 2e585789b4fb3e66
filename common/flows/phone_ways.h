// Telephones at a prompt for a code: the words text, call and resend, and the text that nobody has to ask for.
//
// What a word brought about shows in the prompt. A call goes on meanwhile, and how it ended is said at the next prompt.
// With press-# calls the answer is given on the phone and taken with the next empty line, by whoever runs the prompt:
// sshd does not notice that a client has gone until it asks it something, and what was pressed is to let in nobody
// else. Where only one answer is given, the call is waited for. Where somebody else types (the helpdesk), a code is
// sent always: it is read out to them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/flows/code_prompt.h"
#include "common/flows/send_code.h"
#include "common/flows/verify.h"
#include "common/ports/dialogue.h"

namespace mfa {

class PhoneWays {
 public:
  enum class Step : std::uint8_t {
    no_word,  // the answer is something else
    done,     // it was, and the prompt says what came of it
    approved,
    outdated,  // nothing is sent any more, and nothing taken: what the dialogue rests on has ended
    store_failed,
  };

  // `epoch`: the person's when the dialogue began.
  PhoneWays(Engine& engine, Dialogue& dialogue, const Account& account, CodePurpose purpose, Event about,
            std::uint32_t epoch)
      : engine_(engine),
        dialogue_(dialogue),
        account_(account),
        purpose_(std::move(purpose)),
        about_(std::move(about)),
        epoch_(epoch) {}

  PhoneWays(const PhoneWays&) = delete;
  PhoneWays& operator=(const PhoneWays&) = delete;
  // What # would have answered rings no longer.
  ~PhoneWays();

  void typed_by_another() { by_another_ = true; }
  // Nothing can be asked behind the first answer.
  void asked_once() { waits_ = true; }

  // Before the first prompt: where a text is what is asked for, it is sent, once for each live code, but never for
  // somebody else who types. What cannot be had just now is left out of the prompt.
  [[nodiscard]] Step begin(texts::CodePrompt& prompt);
  [[nodiscard]] Step take(texts::CodePrompt& prompt, std::string_view typed);
  // Before each prompt: what became of a call that went on.
  void catch_up(texts::CodePrompt& prompt);

  [[nodiscard]] const std::string& purpose() const { return purpose_.key; }
  // After Step::approved.
  [[nodiscard]] Approval approval() const { return approval_; }
  // After Step::store_failed.
  [[nodiscard]] StoreError error() const { return error_; }

 private:
  // A call that was under way when it was last looked at.
  struct Ringing {
    std::shared_ptr<RingingCall> call;
    PhoneNumber number;
    std::uint32_t factor = 0;
    MessageMode mode = MessageMode::code;
    std::optional<texts::SentTo> before;  // what the prompt asked for until then
  };

  [[nodiscard]] bool rings() const { return ringing_ && !ringing_->call->end(); }
  [[nodiscard]] std::optional<MessageId> pressed() const;  // the call in which # was
  [[nodiscard]] std::string still_rings() const;
  [[nodiscard]] Step look_again(texts::CodePrompt& prompt);
  [[nodiscard]] Step resend(texts::CodePrompt& prompt);
  void unknown(texts::CodePrompt& prompt, PhoneUse use, std::string_view ending) const;
  [[nodiscard]] Step send(texts::CodePrompt& prompt, const texts::PhoneAtPrompt& phone, PhoneUse use, bool unasked);
  [[nodiscard]] std::string_view whose() const { return by_another_ ? texts::kTheir : texts::kYour; }
  [[nodiscard]] Step told(texts::CodePrompt& prompt, const texts::PhoneAtPrompt& phone, PhoneUse use,
                          const SendResult& result);
  void refused(texts::CodePrompt& prompt, const texts::PhoneAtPrompt& phone, PhoneUse use,
               const BudgetRefused& refused);
  // Says why and whether it can be tried again, and turns to what is open.
  [[nodiscard]] std::string in_vain(texts::CodePrompt& prompt, PhoneUse use, const PhoneNumber& number,
                                    const InVain& why);
  // Its code is asked for all the same.
  [[nodiscard]] std::string may_come(texts::CodePrompt& prompt, PhoneUse use, std::uint32_t factor,
                                     const PhoneNumber& number, const MayCome& lost);
  void leave_out_what_is_used_up(texts::CodePrompt& prompt) const;
  [[nodiscard]] std::optional<BudgetRefused> rest_of(const texts::CodePrompt& prompt, PhoneUse use) const;

  Engine& engine_;
  Dialogue& dialogue_;
  const Account& account_;
  const CodePurpose purpose_;
  const Event about_;
  const std::uint32_t epoch_;
  bool by_another_ = false;
  bool waits_ = false;
  Approval approval_;
  std::optional<Ringing> ringing_;
  StoreError error_{};
};

}  // namespace mfa
