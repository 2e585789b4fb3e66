#include "common/flows/step_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "common/flows/assess.h"
#include "common/flows/phone_ways.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

constexpr std::uint32_t kRounds = 3;   // guesses
constexpr std::uint32_t kPrompts = 6;  // a word costs one of these, not a round
constexpr int kPasswords = 3;

struct Standing {
  bool mismatch = false;
  texts::CodePrompt prompt;
  std::optional<StepUpMark> proven_lately;  // at this terminal
  bool code_handed_over = false;            // an enrolment code, which stands in where nothing else can be typed
  std::optional<std::chrono::seconds> locked_for;
  bool has_factor = false;
  std::uint32_t epoch = 0;
};

std::expected<Standing, StoreError> standing(Engine& engine, const Asker& asker, const Account& account) {
  const UnixTime now = engine.clock.now();
  return reading(engine.store, [&](Transaction& tx) {
    Standing result;
    result.prompt = texts::empty_prompt(engine.settings, account.name.value, engine.server);
    const Found found = find_person(tx, account);
    result.mismatch = found.mismatch;
    if (!found.person || found.mismatch) return result;
    result.has_factor = !tx.factors(found.person->id).empty();
    result.epoch = found.person->epoch;
    for (const Factor& factor : default_first(tx.factors(found.person->id), *found.person))
      texts::add_factor(result.prompt, factor, engine.settings, {});
    result.prompt.recovery = tx.recovery_codes_left(found.person->id) > 0;
    const auto code_until = tx.enrolment_code_until(found.person->id);
    result.code_handed_over = result.prompt.ways.empty() && !result.prompt.recovery && code_until && now < *code_until;
    if (const auto until = locked_out(found.person->lockout, now)) result.locked_for = *until - now;
    if (asker.terminal) {
      const auto mark = tx.step_up_at(found.person->id, *asker.terminal);
      // Not further ahead than one lasts either: a clock that was set back makes no step-up last longer.
      const bool in_time = mark && now < mark->until && mark->until - now <= kStepUpLasts;
      if (in_time && mark->epoch == result.epoch) result.proven_lately = mark;
    }
    return result;
  });
}

RequestError mismatch(const Engine& engine) { return refused(texts::other_person(engine.settings)); }

void record_failure(Engine& engine, const Account& account, const std::string& reason) {
  Event event = request_event(engine, account, engine.clock.now(), EventKind::step_up_failed);
  event.reason = reason;
  if (!engine.store.write([&](Transaction& tx) { tx.append(event); })) engine.journal.record(event, std::nullopt);
}

// Whether the account has a password and it was given. `version`: of the password, before it is compared, so that one
// that changes meanwhile is not taken for the one that was typed.
std::expected<bool, RequestError> prove_password(Engine& engine, const Asker& asker, const Account& account,
                                                 std::optional<std::string>& version, int tries = kPasswords) {
  const std::string problem = tries < kPasswords ? say("That password is not right.\n") : "";
  const auto typed =
      asker.dialogue.ask({.text = say("{}Password for {}: ", problem, account.name.value), .echo = false});
  if (!typed) return std::unexpected(dialogue_failed(typed.error()));
  version = password_version(engine, account);
  switch (asker.password.check(*typed)) {
    case PasswordAnswer::right:
      return true;
    case PasswordAnswer::none:
      return false;
    case PasswordAnswer::wrong:
      record_failure(engine, account, "wrong_password");
      if (tries > 1) return prove_password(engine, asker, account, version, tries - 1);
      return std::unexpected(refused("That password is not right.", "Nothing was changed. Try again."));
    case PasswordAnswer::too_often:
      return std::unexpected(refused("Too many wrong passwords.", say("Nothing was changed. Try again in {}.",
                                                                      texts::duration(asker.password.wait()))));
    case PasswordAnswer::unavailable:
      break;
  }
  return std::unexpected(
      RequestError{.kind = RequestError::Kind::unavailable,
                   .text = say("The password cannot be checked right now."),
                   .hint = asks_as_root(asker) ? say("Does mfad's monitor run? The system log may say why not.")
                                               : say("Try again soon, or ask {}.", texts::helpdesk(engine.settings))});
}

std::string why_not(const Verification& result, const Engine& engine, std::uint32_t rounds_left,
                    const texts::CodePrompt& prompt) {
  // Behind the last one no word can be typed.
  const bool resend = rounds_left > 0 && texts::can_resend(prompt);
  if (const auto* wrong = std::get_if<WrongAnswer>(&result)) {
    if (wrong->tries_left == 0) return texts::locked(wrong->locked_until - engine.clock.now(), engine.settings);
    const std::string problem = texts::wrong(rounds_left, wrong->tries_left);
    if (wrong->replaced && prompt.sent) return texts::lines({problem}, texts::replaced(resend));
    if (wrong->worn_out) return texts::lines({problem}, texts::worn_out(resend));
    const bool by_text = prompt.sent && prompt.sent->use == PhoneUse::text;
    return by_text && rounds_left > 0 ? texts::lines({problem}, texts::newest_counts()) : problem;
  }
  if (const auto* spent = std::get_if<ReplayedAnswer>(&result))
    return spent->recovery ? texts::recovery_code_used() : texts::replayed(spent->kind, resend);
  if (const auto* locked = std::get_if<LockedAnswer>(&result))
    return texts::locked(locked->until - engine.clock.now(), engine.settings);
  if (std::holds_alternative<NoSuchPerson>(result)) return texts::other_person(engine.settings);
  if (std::holds_alternative<EndedMeanwhile>(result))
    return say("Your password or something about your second factor has changed since you began. Begin again.");
  if (std::holds_alternative<ExpiredAnswer>(result)) return texts::expired(resend);
  if (std::holds_alternative<ReplacedAnswer>(result) && prompt.sent) return texts::replaced(resend);
  return texts::not_a_code(prompt);
}

std::string store_hint(const Engine& engine, const Asker& asker, bool missing) {
  if (missing)
    return asks_as_root(asker) ? say("Make it with: mfa-enroll admin init")
                               : say("An administrator makes it with: sudo mfa-enroll admin init");
  return asks_as_root(asker) ? say("The system log may say why.")
                             : say("Try again soon, or ask {}.", texts::helpdesk(engine.settings));
}

RequestError locked(const Engine& engine, std::chrono::seconds wait) {
  return refused(texts::locked(wait, engine.settings), say("Nothing was changed."));
}

bool ends(const Verification& result) {
  if (const auto* wrong = std::get_if<WrongAnswer>(&result)) return wrong->tries_left == 0;
  return std::holds_alternative<LockedAnswer>(result) || std::holds_alternative<NoSuchPerson>(result) ||
         std::holds_alternative<EndedMeanwhile>(result);
}

// Nothing that could be typed would be right.
std::optional<RequestError> nothing_answers(const Standing& known) {
  const texts::CodePrompt& prompt = known.prompt;
  if (!prompt.ways.empty() || prompt.recovery || !known.has_factor) return std::nullopt;
  return refused(prompt.keys.empty() ? say("Your phone cannot be reached from here, and you have no recovery codes.")
                                     : texts::key_counts_over_ssh(prompt.keys) +
                                           say(" Here it takes a recovery code, and you have none."),
                 say("Ask {}.", prompt.helpdesk));
}

// The prompts for a code at a shell, until one answer decides.
class FactorProof {
 public:
  FactorProof(Engine& engine, const Asker& asker, const VerifyFor& purpose, PhoneWays& phones, texts::CodePrompt prompt)
      : engine_(engine), asker_(asker), purpose_(purpose), phones_(phones), prompt_(std::move(prompt)) {}

  std::expected<RightAnswer, RequestError> run() {
    by_phone(phones_.begin(prompt_));
    std::uint32_t rounds = kRounds;
    for (std::uint32_t prompts = kPrompts; !ended_ && rounds > 0 && prompts > 0; --prompts) {
      phones_.catch_up(prompt_);
      const auto typed = asker_.dialogue.ask({.text = texts::code_prompt(prompt_), .echo = true});
      if (!typed && typed.error() != DialogueError::too_long) return std::unexpected(dialogue_failed(typed.error()));
      const auto step = typed ? phones_.take(prompt_, typed->text()) : PhoneWays::Step::no_word;
      if (step != PhoneWays::Step::no_word) {
        by_phone(step);
        continue;
      }
      const Answer answer = read_answer(typed ? typed->text() : "");
      if (texts::take_word(prompt_, answer, /*login=*/false)) continue;
      --rounds;
      rounds_left_ = std::min(rounds, prompts - 1);
      if (!could_be_code(answer)) {
        prompt_.problem = !typed                               ? texts::too_long(prompt_)
                          : answer.shape == AnswerShape::empty ? texts::empty_answer(prompt_)
                                                               : texts::not_a_code(prompt_);
        continue;
      }
      take([&](Transaction& tx, UnixTime now) { return verify(tx, engine_.settings, now, purpose_, answer); });
    }
    if (right_) return *right_;
    return std::unexpected(failure_.value_or(refused(prompt_.problem, say("Nothing was changed."))));
  }

 private:
  void by_phone(PhoneWays::Step step) {
    if (step == PhoneWays::Step::store_failed) fail(phones_.error());
    if (step == PhoneWays::Step::outdated) take([](Transaction&, UnixTime) { return Verification(EndedMeanwhile{}); });
    if (step != PhoneWays::Step::approved) return;
    take([&](Transaction& tx, UnixTime now) {
      return verify_approval(tx, engine_.settings, now, purpose_, phones_.approval());
    });
  }

  template <class Verify>
  void take(Verify verify_it) {
    const UnixTime now = engine_.clock.now();
    const auto result = writing(engine_.store, [&](Transaction& tx) { return verify_it(tx, now); });
    if (!result) return fail(result.error());
    if (const auto* right = std::get_if<RightAnswer>(&*result)) {
      right_ = *right;
      ended_ = true;
      return;
    }
    prompt_.problem = why_not(*result, engine_, rounds_left_, prompt_);
    ended_ = ends(*result);
  }

  void fail(StoreError error) {
    failure_ = store_failed(engine_, asker_, error);
    ended_ = true;
  }

  Engine& engine_;
  const Asker& asker_;
  const VerifyFor& purpose_;
  PhoneWays& phones_;
  texts::CodePrompt prompt_;
  bool ended_ = false;
  std::uint32_t rounds_left_ = kRounds;
  std::optional<RightAnswer> right_;
  std::optional<RequestError> failure_;
};

}  // namespace

RequestError refused(std::string_view text, std::string_view hint) {
  return {
      .kind = RequestError::Kind::refused, .text = std::string(in_words(text)), .hint = std::string(in_words(hint))};
}

bool asks_as_root(const Asker& asker) { return asker.caller.uid == Uid{0}; }

RequestError store_failed(Engine& engine, const Asker& asker, StoreError error) {
  engine.journal.note(Severity::error, "request failed, store " + std::string(name_of(error)));
  const bool missing = error == StoreError::missing;
  return {.kind = RequestError::Kind::unavailable,
          .text = missing ? say("There is no store yet; nothing was changed.")
                          : say("The store cannot be used; nothing was changed."),
          .hint = store_hint(engine, asker, missing)};
}

RequestError dialogue_failed(DialogueError error) {
  if (error == DialogueError::too_long) return refused(texts::too_long(), say("Nothing was changed."));
  return {
      .kind = RequestError::Kind::gone, .text = say("The dialogue was broken off; nothing was changed."), .hint = ""};
}

Event request_event(const Engine& engine, const Account& account, UnixTime now, EventKind kind) {
  Event event;
  event.kind = kind;
  event.at = now;
  event.user = account.name.value;
  event.service = "mfa-enroll";
  event.server = engine.server;
  return event;
}

std::optional<RequestError> no_change_left(Transaction& tx, const Engine& engine, const Account& account) {
  constexpr std::chrono::hours kHour{1};
  if (tx.changes_since(account.name.value, engine.clock.now() - kHour) < kMostChanges) return std::nullopt;
  return refused(say("You have made {} changes within an hour.", kMostChanges), say("Go on in an hour."));
}

RequestError lookup_failed() {
  return {.kind = RequestError::Kind::unavailable,
          .text = say("The directory of accounts does not answer."),
          .hint = say("Try again soon.")};
}

std::expected<Account, RequestError> find_account(Engine& engine, const std::string& user) {
  auto account = identify(engine.accounts, user);
  if (account) return *std::move(account);
  switch (account.error()) {
    case IdentityError::unknown:
      return std::unexpected(refused(say("There is no account {}.", user), say("Check the spelling: getent passwd")));
    case IdentityError::unmapped:
      return std::unexpected(refused(say("The account {} stands for nobody.", user)));
    case IdentityError::failed:
      break;
  }
  return std::unexpected(lookup_failed());
}

std::expected<Account, RequestError> who_asks(Engine& engine, const Asker& asker) {
  auto account = identify(engine.accounts, asker.caller.uid);
  if (account) return *std::move(account);
  if (account.error() == IdentityError::failed)
    return std::unexpected(RequestError{.kind = RequestError::Kind::unavailable,
                                        .text = say("Your account cannot be looked up right now."),
                                        .hint = say("Try again soon.")});
  return std::unexpected(
      refused("The system has no account for you.", say("Ask {}.", texts::helpdesk(engine.settings))));
}

std::expected<RightAnswer, RequestError> prove_factor(Engine& engine, const Asker& asker, const Account& account,
                                                      EventKind passed, EventKind failed) {
  const auto known = standing(engine, asker, account);
  if (!known) return std::unexpected(store_failed(engine, asker, known.error()));
  if (known->mismatch) return std::unexpected(mismatch(engine));
  if (known->locked_for) return std::unexpected(locked(engine, *known->locked_for));
  if (auto error = nothing_answers(*known)) return std::unexpected(*std::move(error));
  const std::set<FactorKind> any;
  VerifyFor purpose{.account = account,
                    .factors = any,
                    .passed = passed,
                    .failed = failed,
                    .about = request_event(engine, account, engine.clock.now(), passed),
                    .first_wrong = false,
                    .from_root = false,
                    .epoch = known->epoch};
  PhoneWays phones(engine, asker.dialogue, account,
                   passed == EventKind::factor_tested ? test_purpose(engine.server) : step_up_purpose(engine.server),
                   purpose.about, known->epoch);
  purpose.phone_purpose = phones.purpose();
  return FactorProof(engine, asker, purpose, phones, known->prompt).run();
}

namespace {

using CodeCheck = std::function<Verification(Transaction&, UnixTime, std::string_view)>;

// Until a code is right, which is the reply; each answer that could be one counts.
std::expected<Secret, RequestError> ask_enrolment_code(Engine& engine, const Asker& asker, const Account& account,
                                                       std::vector<std::string> notices, const CodeCheck& check) {
  texts::CodePrompt prompt = texts::empty_prompt(engine.settings, account.name.value, engine.server);
  prompt.enrolment_code = true;
  prompt.notices = std::move(notices);
  std::uint32_t rounds = kRounds;
  for (std::uint32_t prompts = kPrompts; rounds > 0 && prompts > 0; --prompts) {
    const auto typed = asker.dialogue.ask({.text = texts::code_prompt(prompt), .echo = true});
    if (!typed && typed.error() != DialogueError::too_long) return std::unexpected(dialogue_failed(typed.error()));
    const Answer answer = read_answer(typed ? typed->text() : "");
    if (answer.shape != AnswerShape::recovery) {
      prompt.problem = is_word(answer, "help") ? texts::enrolment_code_help(engine.settings)
                                               : texts::not_an_enrolment_code(engine.settings);
      continue;
    }
    --rounds;
    const UnixTime now = engine.clock.now();
    const auto result = writing(engine.store, [&](Transaction& tx) { return check(tx, now, answer.normal.text()); });
    if (!result) return std::unexpected(store_failed(engine, asker, result.error()));
    if (std::holds_alternative<RightAnswer>(*result)) return answer.normal;
    prompt.problem = why_not(*result, engine, std::min(rounds, prompts - 1), prompt);
    if (ends(*result)) break;
  }
  return std::unexpected(
      refused(rounds < kRounds ? prompt.problem : say("Nothing can be set up without an enrolment code."),
              say("Ask {} for one.", texts::helpdesk(engine.settings))));
}

// In place of a factor, by whoever has none that could be typed here. It is spent at once.
std::expected<void, RequestError> prove_by_code_handed_over(Engine& engine, const Asker& asker, const Account& account,
                                                            const std::vector<std::string>& keys) {
  const auto code = ask_enrolment_code(
      engine, asker, account, keys.empty() ? std::vector<std::string>{} : std::vector{texts::key_counts_over_ssh(keys)},
      [&](Transaction& tx, UnixTime now, std::string_view typed) {
        Event failed = request_event(engine, account, now, EventKind::step_up_failed);
        failed.reason = "wrong";
        Verification result = verify_enrolment_code(tx, engine.settings, now, account, failed, typed);
        const Found found = find_person(tx, account);
        if (std::holds_alternative<RightAnswer>(result) && found.person) {
          tx.drop_enrolment_code(found.person->id);
          Event passed = request_event(engine, account, now, EventKind::step_up_passed);
          passed.factor = "enrolment";
          tx.append(passed);
        }
        return result;
      });
  if (!code) return std::unexpected(code.error());
  return {};
}

// What was proven holds for five minutes at this terminal, if it still does: it took its time. Nothing: it does.
std::optional<RequestError> take_down(Engine& engine, const Asker& asker, const Account& account,
                                      const Proven& proven) {
  const Claim claim = claim_of(engine, account, proven);
  const UnixTime now = engine.clock.now();
  auto outdated = writing(engine.store, [&](Transaction& tx) {
    auto error = why_outdated(tx, account, claim);
    Found found = find_person(tx, account);
    if (error || found.mismatch) return error;
    // A password that cannot be seen here changes unseen, too: then the epoch alone tells, and needs a row.
    if (!found.person && proven.password_version.value_or("").empty())
      found.person = tx.add_person(account.name, account.uid, now);
    if (found.person && asker.terminal) keep_step_up(tx, *found.person, *asker.terminal, proven, now + kStepUpLasts);
    return error;
  });
  if (!outdated) return store_failed(engine, asker, outdated.error());
  return *std::move(outdated);
}

}  // namespace

std::expected<Secret, RequestError> prove_enrolment_code(Engine& engine, const Asker& asker, const Account& account) {
  const LoginView view = usual_view(engine, account);
  const auto assessed = assess(engine, view, account);
  if (!assessed) return std::unexpected(store_failed(engine, asker, assessed.error()));
  if (!assessed->record.factors.empty()) return Secret();  // one of them was proven
  if (enrol_at_shell(view, *assessed) != EnrolWay::with_code) return Secret();
  return ask_enrolment_code(engine, asker, account, {}, [&](Transaction& tx, UnixTime now, std::string_view code) {
    const Event refusal = request_event(engine, account, now, EventKind::enrolment_refused);
    return verify_enrolment_code(tx, engine.settings, now, account, refusal, code);
  });
}

void keep_step_up(Transaction& tx, const Person& person, const TerminalId& terminal, const Proven& proven,
                  UnixTime until) {
  if (!proven.password_version) return;
  tx.record_step_up(person.id, terminal,
                    {.until = until, .epoch = person.epoch, .password_version = *proven.password_version});
}

std::expected<Proven, RequestError> step_up(Engine& engine, const Asker& asker, const Account& account, StepUp needed) {
  if (needed == StepUp::none) return Proven{};
  const auto known = standing(engine, asker, account);
  if (!known) return std::unexpected(store_failed(engine, asker, known.error()));
  if (known->mismatch) return std::unexpected(mismatch(engine));
  // A security key proves itself in an SSH login only; here a recovery code stands in for it.
  const bool has_factor = known->has_factor;
  Proven proven{.factor = has_factor, .epoch = known->epoch, .password_version = {}};
  if (needed == StepUp::recent && known->proven_lately) {
    proven.password_version = password_version(engine, account);
    if (proven.password_version == known->proven_lately->password_version) return proven;
  }
  if (has_factor && known->locked_for) return std::unexpected(locked(engine, *known->locked_for));

  const auto password = prove_password(engine, asker, account, proven.password_version);
  if (!password) return std::unexpected(password.error());
  if (has_factor && known->code_handed_over) {
    if (auto code = prove_by_code_handed_over(engine, asker, account, known->prompt.keys); !code)
      return std::unexpected(code.error());
  } else if (has_factor) {
    const auto factor = prove_factor(engine, asker, account, EventKind::step_up_passed, EventKind::step_up_failed);
    if (!factor) return std::unexpected(factor.error());
  } else if (!*password) {
    record_failure(engine, account, "nothing_to_prove");
    return std::unexpected(refused(say("Your account has neither a password nor a factor to prove who you are."),
                                   say("Ask {}.", texts::helpdesk(engine.settings))));
  }
  if (auto error = take_down(engine, asker, account, proven)) return std::unexpected(*std::move(error));
  return proven;
}

}  // namespace mfa
