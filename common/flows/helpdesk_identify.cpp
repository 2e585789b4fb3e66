#include "common/flows/helpdesk_identify.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "common/domain/answer.h"
#include "common/flows/choose_language.h"
#include "common/flows/phone_ways.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/flows/verify.h"
#include "common/language/language.h"

namespace mfa {
namespace {

constexpr int kRounds = 3;   // guesses
constexpr int kPrompts = 8;  // a word costs one of these, not a round

// Kinds whose codes can be read out. A recovery code is worth more than that: it is for its owner alone.
const std::set<FactorKind>& kinds_read_out() {
  static const std::set<FactorKind> kKinds{FactorKind::totp, FactorKind::hotp, FactorKind::sms, FactorKind::call};
  return kKinds;
}

struct Standing {
  bool mismatch = false;
  texts::CodePrompt prompt;
  std::optional<UnixTime> locked_until;
  std::uint32_t epoch = 0;
};

std::expected<Standing, StoreError> standing(Engine& engine, const Account& subject) {
  return reading(engine.store, [&](Transaction& tx) {
    Standing result;
    result.prompt = texts::empty_prompt(engine.settings, subject.name.value, engine.server);
    result.prompt.press = false;  // a code is read out always: # would tell the clerk nothing
    const Found found = find_person(tx, subject);
    result.mismatch = found.mismatch;
    if (!found.person || found.mismatch) return result;
    for (const Factor& factor : default_first(tx.factors(found.person->id), *found.person))
      texts::add_factor(result.prompt, factor, engine.settings, kinds_read_out());
    result.epoch = found.person->epoch;
    result.locked_until = locked_out(found.person->lockout, engine.clock.now());
    return result;
  });
}

RequestError other_way(const std::string& text, const std::string& user) {
  return refused(text, say("Identify {} otherwise, and say how with --checked \"student card\".", user));
}

std::optional<RequestError> why_impossible(const Standing& known, const Account& subject) {
  const std::string& user = subject.name.value;
  if (known.mismatch) return changed_hands(subject);
  if (known.prompt.ways.empty())
    return other_way(say("{} has no app, token or phone whose code could be read out.", user), user);
  if (known.locked_until)
    return refused(say("{} is locked out after wrong codes.", user),
                   fmt::format("mfa-enroll helpdesk unlock {}", user));
  return std::nullopt;
}

// Why it was not right, for the clerk; what ends it, or what the next prompt says.
struct Problem {
  std::string text;
  bool over = false;
};

Problem problem_of(const Verification& result, const Engine& engine, const std::string& user,
                   const texts::CodePrompt& prompt) {
  if (const auto* wrong = std::get_if<WrongAnswer>(&result)) {
    if (wrong->tries_left > 0) return {.text = say("That code is not right."), .over = false};
    return {.text = say("That code is not right, and {} is locked out now.", user), .over = true};
  }
  if (std::holds_alternative<ReplayedAnswer>(result))
    return {.text = say("That code was already used. Ask for the next one."), .over = false};
  if (std::holds_alternative<ReplacedAnswer>(result) && prompt.sent)
    return {.text = texts::replaced(texts::can_resend(prompt)), .over = false};
  if (std::holds_alternative<ExpiredAnswer>(result))
    return {.text = texts::expired(texts::can_resend(prompt)), .over = false};
  if (const auto* locked = std::get_if<LockedAnswer>(&result))
    return {.text = say("{} is locked out for {}.", user, texts::duration(locked->until - engine.clock.now())),
            .over = true};
  if (std::holds_alternative<NoSuchPerson>(result) || std::holds_alternative<EndedMeanwhile>(result))
    return {.text = say("Something changed meanwhile; begin anew."), .over = true};
  return {.text = say("That is not a code. It is digits that they read out."), .over = false};
}

// In words for who gets the code.
CodePurpose purpose_for(Engine& engine, const Account& subject) {
  const Speaking speaking(language_of(engine, {.uid = subject.uid}));
  return identify_purpose(engine.server);
}

// The prompts, until a code is right or nothing more is asked.
class Identification {
 public:
  Identification(Engine& engine, const Asker& asker, Clerk& both, const Event& about, Standing known)
      : engine_(engine),
        asker_(asker),
        both_(both),
        phones_(engine, asker.dialogue, both.subject, purpose_for(engine, both.subject), about, known.epoch),
        purpose_{.account = both.subject,
                 .factors = kinds_read_out(),
                 .passed = EventKind::helpdesk_identified,
                 .failed = EventKind::helpdesk_identify_failed,
                 .about = about,
                 .first_wrong = false,
                 .past_first_factor = false,
                 .from_root = false,
                 .phone_purpose = phones_.purpose(),
                 .epoch = known.epoch},
        prompt_(std::move(known.prompt)) {
    phones_.typed_by_another();
  }

  std::expected<IdentifiedReply, RequestError> run() {
    if (phones_.begin(prompt_) == PhoneWays::Step::store_failed)
      return std::unexpected(store_failed(engine_, asker_, phones_.error()));
    int rounds = kRounds;
    for (int prompts = kPrompts; rounds > 0 && prompts > 0; --prompts) {
      phones_.catch_up(prompt_);
      const auto typed = asker_.dialogue.ask({.text = texts::identify(prompt_), .echo = true});
      if (!typed && typed.error() != DialogueError::too_long) return std::unexpected(dialogue_failed(typed.error()));
      const PhoneWays::Step step = typed ? phones_.take(prompt_, typed->text()) : PhoneWays::Step::no_word;
      if (step == PhoneWays::Step::store_failed) return std::unexpected(store_failed(engine_, asker_, phones_.error()));
      if (step == PhoneWays::Step::outdated) {
        prompt_.problem = problem_of(EndedMeanwhile{}, engine_, both_.subject.name.value, prompt_).text;
        break;
      }
      if (step != PhoneWays::Step::no_word) continue;
      --rounds;
      const UnixTime until = engine_.clock.now() + kIdentifiedLasts;
      auto result = take(read_answer(typed ? typed->text() : ""), until);
      if (!result) return std::unexpected(std::move(result.error()));
      if (const auto* right = std::get_if<RightAnswer>(&*result))
        return IdentifiedReply{.user = both_.subject.name.value, .factor = right->factor, .until = until};
      Problem next = problem_of(*result, engine_, both_.subject.name.value, prompt_);
      prompt_.problem = std::move(next.text);
      if (next.over) break;
    }
    return std::unexpected(other_way(prompt_.problem, both_.subject.name.value));
  }

 private:
  // One answer, decided and spent in one transaction with what it proves.
  std::expected<Verification, RequestError> take(const Answer& answer, UnixTime until) {
    if (answer.shape != AnswerShape::digits) return NotACode{};
    if (auto error = look_again(engine_, both_)) return std::unexpected(*std::move(error));
    auto taken = writing(engine_.store, [&](Transaction& tx) -> Verification {
      if (both_.claim && why_outdated(tx, both_.clerk, *both_.claim)) return NoSuchPerson{};
      Verification result = verify(tx, engine_.settings, engine_.clock.now(), purpose_, answer);
      const Found found = find_person(tx, both_.subject);
      if (std::holds_alternative<RightAnswer>(result) && found.person && !found.mismatch)
        tx.keep_identified(found.person->id, both_.clerk.uid, until);
      return result;
    });
    if (!taken) return std::unexpected(store_failed(engine_, asker_, taken.error()));
    return *std::move(taken);
  }

  Engine& engine_;
  const Asker& asker_;
  Clerk& both_;
  PhoneWays phones_;
  const VerifyFor purpose_;
  texts::CodePrompt prompt_;
};

}  // namespace

std::expected<IdentifiedReply, RequestError> helpdesk_identify(Engine& engine, const Asker& asker,
                                                               const HelpdeskRequest& request) {
  const Act act{.verb = Verb::helpdesk_identify, .reason = request.reason, .checked = request.checked};
  auto both = may_act(engine, asker, request.user, act);
  if (!both) return std::unexpected(both.error());
  auto known = standing(engine, both->subject);
  if (!known) return std::unexpected(store_failed(engine, asker, known.error()));
  if (auto error = why_impossible(*known, both->subject)) return std::unexpected(*std::move(error));
  if (auto error = go_ahead(engine, asker, *both)) return std::unexpected(*std::move(error));
  const Event about = act_event(engine, *both, act, EventKind::helpdesk_identified);
  return Identification(engine, asker, *both, about, *std::move(known)).run();
}

}  // namespace mfa
