#include "common/flows/login.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/flows/identity.h"
#include "common/flows/texts.h"
#include "common/flows/verify.h"

namespace mfa {
namespace {

constexpr int kRounds = 3;   // guesses in one dialogue (product.md, Limits)
constexpr int kPrompts = 6;  // prompts in one dialogue: a word or an empty line costs one of these, not a round
constexpr std::chrono::hours kBetweenReports{1};  // of one user's own programs

// What the store knows of a person when the dialogue begins; what is decided later is read again inside its
// transaction.
struct Record {
  bool mismatch = false;
  History history;
  std::vector<Factor> factors;
  std::size_t recovery_codes = 0;
  std::uint32_t failed_since_login = 0;
  std::optional<std::chrono::seconds> locked_for;
};

class Login {
 public:
  Login(Engine& engine, const LoginFacts& facts, Caller caller, Dialogue& dialogue)
      : engine_(engine), facts_(facts), caller_(caller), dialogue_(dialogue) {}

  LoginVerdict run() {
    const auto account = identify(engine_.accounts, facts_.user);
    about_ = describe(account ? account->name.value : "");
    if (!account && account.error() == IdentityError::unknown) return stranger();
    if (!account && account.error() == IdentityError::unmapped) return refuse(LoginResult::denied, "unmapped_uid");
    if (!account) return refuse(LoginResult::unavailable, "user_lookup_failed");
    if (!facts_.from_root && caller_.uid != account->uid) return refuse(LoginResult::denied, "not_the_caller");
    return known(*account);
  }

 private:
  // Without a user: nothing of what was typed goes into the trail before it is known to be a name.
  Event describe(std::string user) const {
    Event event;
    event.user = std::move(user);
    event.service = facts_.from_root ? facts_.service : "(unprivileged)";
    event.from = facts_.from_root ? to_string(origin_of(facts_)) : "";
    event.server = engine_.server;
    return event;
  }

  // Of an unprivileged program nothing is believed but its uid.
  PolicyFacts policy_facts(std::optional<Username> user) const {
    PolicyFacts facts;
    facts.user = std::move(user);
    facts.server = engine_.server;
    facts.now = engine_.clock.now();
    if (facts_.from_root) {
      facts.service = facts_.service;
      facts.origin = origin_of(facts_);
      facts.first_factor = first_factor_of(facts_);
    }
    return facts;
  }

  LoginVerdict known(const Account& account) {
    PolicyFacts facts = policy_facts(account.name);
    const Judgement early = decide_without_history(engine_, facts, account);
    if (const auto* decision = std::get_if<Decision>(&early)) {
      note_observed(*decision);
      return settled(*decision);
    }

    const auto record = load(account);
    if (!record) return store_failed(record.error());
    if (record->mismatch)
      return refuse(LoginResult::denied, "identity_mismatch", texts::other_person(engine_.settings));
    const Decision decision = decide(engine_, facts, account, record->history);
    note_observed(decision);
    if (decision.outcome == Outcome::skip) return nothing_asked(account, facts, decision);
    if (decision.outcome != Outcome::require) return settled(decision);
    if (record->locked_for)
      return refuse(LoginResult::locked, "locked", texts::locked(*record->locked_for, engine_.settings));
    return ask(account, *record, decision);
  }

  std::expected<Record, StoreError> load(const Account& account) {
    const UnixTime now = engine_.clock.now();
    return reading(engine_.store, [&](Transaction& tx) {
      Record record;
      const Found found = find_person(tx, account);
      record.mismatch = found.mismatch;
      if (!found.person || found.mismatch) return record;
      record.factors = default_first(tx.factors(found.person->id), *found.person);
      for (const Factor& factor : record.factors) record.history.enrolled.insert(factor.kind());
      record.recovery_codes = tx.recovery_codes_left(found.person->id);
      record.failed_since_login = found.person->failed_since_login;
      if (const auto until = locked_out(found.person->lockout, now)) record.locked_for = *until - now;
      return record;
    });
  }

  // A decision that asks for nothing more.
  LoginVerdict settled(const Decision& decision) {
    switch (decision.outcome) {
      case Outcome::skip:
        return skipped(decision);
      case Outcome::enrol:
        return refuse(LoginResult::denied, "nothing_enrolled",
                      texts::nothing_enrolled(engine_.settings, engine_.server));
      case Outcome::require:
      case Outcome::deny:
        break;
    }
    const auto result = decision.reason == Reason::group_unknown ? LoginResult::unavailable : LoginResult::denied;
    return refuse(
        result, std::string(name_of(decision.reason)),
        result == LoginResult::denied ? texts::denied(engine_.settings) : texts::unavailable(engine_.settings));
  }

  // Nothing is enrolled under this name. If it is a second name of its uid, the first name's policy counts as well:
  // an alias is no way around.
  LoginVerdict nothing_asked(const Account& account, const PolicyFacts& facts, const Decision& decision) {
    const auto first = identify(engine_.accounts, account.uid);
    if (!first) return refuse(LoginResult::unavailable, "user_lookup_failed", texts::unavailable(engine_.settings));
    if (first->name != account.name) {
      PolicyFacts other = facts;
      other.user = first->name;
      other.groups.reset();
      if (decide(engine_, other, *first, {}).outcome != Outcome::skip)
        return refuse(LoginResult::denied, "alias", texts::other_person(engine_.settings));
    }
    return skipped(decision);
  }

  LoginVerdict skipped(const Decision& decision) {
    Event event = about_;
    event.kind = EventKind::login_skipped;
    event.at = engine_.clock.now();
    event.reason = std::string(name_of(decision.reason));
    if (facts_.from_root) engine_.journal.record(event, std::nullopt);
    return {.result = LoginResult::skipped, .reason = event.reason, .text = ""};
  }

  // Asks as it would ask a person with an app, and never finds the answer right: before the password is accepted, an
  // account that does not exist looks like one that does.
  LoginVerdict stranger() {
    if (!facts_.from_root) return refuse(LoginResult::denied, "unknown_user");
    // The rules' answer for a member of no group who has enrolled.
    PolicyFacts facts = policy_facts(Username{facts_.user});
    facts.groups.emplace();
    for (const std::string& group : groups_mentioned(engine_.settings.rules))
      facts.groups->emplace(group, Membership::not_member);
    const Decision decision = decide(engine_, facts, std::nullopt, {{FactorKind::totp}});
    if (decision.outcome != Outcome::require || decision.reason != Reason::rule_requires)
      return refuse(LoginResult::denied, "unknown_user");
    Record record;
    record.recovery_codes = kRecoveryCodesShownToStrangers;
    std::uint32_t tries = engine_.settings.lockout.tries;
    return converse(facts_.user, record, [&](const Answer& answer) -> Verification {
      if (!could_be_code(answer)) return NotACode{};
      if (tries > 0) --tries;
      return WrongAnswer{.tries_left = tries, .locked_until = engine_.clock.now() + engine_.settings.lockout.first};
    });
  }

  LoginVerdict ask(const Account& account, const Record& record, const Decision& decision) {
    VerifyFor purpose{.account = account,
                      .factors = decision.factors,
                      .passed = EventKind::login_passed,
                      .failed = EventKind::login_failed,
                      .about = about_,
                      .first_wrong = true,
                      .from_root = facts_.from_root};
    return converse(account.name.value, record, [&](const Answer& answer) -> std::expected<Verification, StoreError> {
      if (!could_be_code(answer)) return NotACode{};
      const UnixTime now = engine_.clock.now();
      auto result =
          writing(engine_.store, [&](Transaction& tx) { return verify(tx, engine_.settings, now, purpose, answer); });
      if (result && std::holds_alternative<WrongAnswer>(*result)) purpose.first_wrong = false;
      return result;
    });
  }

  // The dialogue: prompts, words and answers, until one answer decides or the rounds are used up.
  template <class Check>
  LoginVerdict converse(const std::string& user, const Record& record, Check check) {
    texts::CodePrompt prompt{
        .user = user, .server = engine_.server, .problem = "", .notices = {}, .apps = {}, .recovery = false};
    prompt.recovery = record.recovery_codes > 0;
    for (const Factor& factor : record.factors) prompt.apps.push_back(factor.name);
    if (record.factors.empty()) prompt.apps.emplace_back(texts::kDefaultFactorName);
    if (record.failed_since_login > 0) prompt.notices.push_back(texts::failed_logins(record.failed_since_login));

    std::string last = "no_answer";
    int rounds = 0;
    for (int prompts = 0; rounds < kRounds && prompts < kPrompts; ++prompts) {
      const auto typed = dialogue_.ask({.text = texts::code_prompt(prompt), .echo = true});
      prompt.notices.clear();
      if (!typed && typed.error() != DialogueError::too_long) return broken_off(typed.error());
      if (!typed) {
        prompt.problem = texts::too_long();
        last = "too_long";
        ++rounds;
        continue;
      }
      const Answer answer = read_answer(typed->text());
      if (answer.shape == AnswerShape::word && answer.normal.text() == "notme") return not_me();
      if (answer.shape == AnswerShape::word && answer.normal.text() == "help") {
        prompt.problem = texts::help(engine_.settings, prompt.recovery);
        continue;
      }
      if (answer.shape == AnswerShape::word && answer.normal.text() == "recovery") {
        prompt.problem = texts::recovery_help(engine_.settings, prompt.recovery);
        continue;
      }
      if (answer.shape == AnswerShape::empty) {
        prompt.problem = texts::empty_answer();
        last = "empty";
        continue;
      }
      ++rounds;
      if (answer.shape == AnswerShape::unreadable) {
        note_refused("unreadable", answer.length, answer.bytes);
        prompt.problem = texts::unreadable();
        last = "unreadable";
        continue;
      }
      const std::expected<Verification, StoreError> result = check(answer);
      if (!result) return store_failed(result.error());
      if (auto verdict = judged(*result, answer, prompt, last)) return *std::move(verdict);
    }
    return {.result = LoginResult::wrong, .reason = last, .text = texts::rounds_used(engine_.settings)};
  }

  // What a verification means for the dialogue: its end, or what the next prompt says first.
  std::optional<LoginVerdict> judged(const Verification& result, const Answer& answer, texts::CodePrompt& prompt,
                                     std::string& last) {
    const Settings& settings = engine_.settings;
    if (const auto* right = std::get_if<RightAnswer>(&result))
      return LoginVerdict{.result = LoginResult::passed,
                          .reason = right->factor,
                          .text = right->factor == "recovery" ? texts::recovery_left(right->recovery_left) : ""};
    if (const auto* locked = std::get_if<LockedAnswer>(&result))
      return LoginVerdict{.result = LoginResult::locked,
                          .reason = "locked",
                          .text = texts::locked(locked->until - engine_.clock.now(), settings)};
    if (std::holds_alternative<NoSuchPerson>(result))
      return refuse(LoginResult::denied, "identity_mismatch", texts::other_person(settings));
    if (const auto* wrong = std::get_if<WrongAnswer>(&result)) {
      note_refused("wrong", answer.length, answer.bytes);
      if (wrong->tries_left == 0)
        return LoginVerdict{.result = LoginResult::locked,
                            .reason = "too_many_wrong",
                            .text = texts::locked(wrong->locked_until - engine_.clock.now(), settings)};
      prompt.problem = texts::wrong(wrong->tries_left);
      last = "wrong";
    } else if (std::holds_alternative<ReplayedAnswer>(result)) {
      prompt.problem = texts::replayed();
      last = "replayed";
    } else {
      note_refused("not_a_code", answer.length, answer.bytes);
      prompt.problem = texts::not_a_code();
      last = "not_a_code";
    }
    return std::nullopt;
  }

  LoginVerdict broken_off(DialogueError error) {
    const bool gone = error == DialogueError::gone;
    const std::string reason = gone                                  ? "gone"
                               : error == DialogueError::is_password ? "answered_with_password"
                                                                     : "cannot_ask";
    record_event(gone ? EventKind::login_abandoned : EventKind::login_failed, reason);
    return {.result = LoginResult::conversation, .reason = reason, .text = ""};
  }

  // An unprivileged program can say so as often as it likes: one row an hour tells all there is to tell.
  LoginVerdict not_me() {
    Event event = about_;
    event.kind = EventKind::reported;
    event.at = engine_.clock.now();
    event.reason = "notme";
    const auto done = engine_.store.write([&](Transaction& tx) {
      if (facts_.from_root || !tx.reported_since(event.user, event.at - kBetweenReports)) tx.append(event);
    });
    if (done) return {.result = LoginResult::denied, .reason = "notme", .text = texts::reported(engine_.settings)};
    if (facts_.from_root) engine_.journal.record(event, std::nullopt);
    return {.result = LoginResult::unavailable, .reason = "notme", .text = texts::unavailable(engine_.settings)};
  }

  LoginVerdict refuse(LoginResult result, std::string reason, std::string text = "") {
    record_event(EventKind::login_refused, reason);
    return {.result = result, .reason = std::move(reason), .text = std::move(text)};
  }

  LoginVerdict store_failed(StoreError error) {
    if (facts_.from_root) engine_.journal.note(Severity::error, "login denied, store " + std::string(name_of(error)));
    return {.result = LoginResult::unavailable,
            .reason = "store_" + std::string(name_of(error)),
            .text = texts::unavailable(engine_.settings)};
  }

  // A row if the store takes one, a line to syslog in any case.
  // What an unprivileged program can bring about as often as it likes is neither: it would fill both, in the name of
  // whomever it asks about.
  void record_event(EventKind kind, const std::string& reason) {
    if (!facts_.from_root) return;
    Event event = about_;
    event.kind = kind;
    event.at = engine_.clock.now();
    event.reason = reason;
    if (!event.user.empty() && engine_.store.write([&](Transaction& tx) { tx.append(event); })) return;
    engine_.journal.record(event, std::nullopt);
  }

  void note_observed(const Decision& decision) {
    if (!facts_.from_root) return;
    for (const std::string& observed : decision.observed)
      engine_.journal.note(Severity::info, "observed user=" + about_.user + " " + observed);
  }

  // The length and the class of an answer that was not right; never its bytes, since people type passwords here.
  void note_refused(std::string_view why, std::size_t length, std::string_view bytes) {
    if (!facts_.from_root) return;
    engine_.journal.note(Severity::info, "answer refused user=" + about_.user + " why=" + std::string(why) +
                                             " length=" + std::to_string(length) + " class=" + std::string(bytes));
  }

  static constexpr std::size_t kRecoveryCodesShownToStrangers = 10;

  Engine& engine_;
  const LoginFacts& facts_;
  Caller caller_;
  Dialogue& dialogue_;
  Event about_;
};

}  // namespace

LoginVerdict login(Engine& engine, const LoginFacts& facts, Caller caller, Dialogue& dialogue) {
  return Login(engine, facts, caller, dialogue).run();
}

}  // namespace mfa
