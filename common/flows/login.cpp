#include "common/flows/login.h"

#include <optional>
#include <utility>

#include "common/flows/assess.h"
#include "common/flows/choose_language.h"
#include "common/flows/code_dialogue.h"
#include "common/flows/enrol_at_login.h"
#include "common/flows/login_trail.h"
#include "common/flows/notices.h"
#include "common/flows/one_answer.h"
#include "common/flows/passwords.h"
#include "common/flows/reporting.h"
#include "common/flows/ssh_dialogue.h"
#include "common/flows/texts.h"
#include "common/flows/verify.h"

namespace mfa {
namespace {

constexpr int kMostLooks = 3;
constexpr std::size_t kRecoveryCodesShownToStrangers = 10;

// To what the program can show and ask.
void suit(CodeDialogue& codes, const LoginFacts& facts) {
  if (facts.one_answer) {
    codes.take_one_answer();
  } else if (shows_one_line(facts.service)) {
    codes.show_one_line();
  }
}

class Login {
 public:
  Login(Engine& engine, const LoginFacts& facts, const Account& account, Dialogue& dialogue)
      : engine_(engine),
        facts_(facts),
        account_(account),
        dialogue_(dialogue),
        trail_(engine, facts, account.name.value) {}

  LoginVerdict run() {
    const auto assessed = assess(engine_, view_of(engine_, facts_, account_.name), account_);
    if (!assessed) return trail_.store_failed(assessed.error());
    // A stranger does not learn what somebody has chosen.
    const auto& person = assessed->record.person;
    const Speaking speaking(
        language_of(engine_.settings, assessed->past_first_factor ? person : std::optional<Person>()));
    trail_.note_observed(assessed->decision);
    return follow(*assessed);
  }

 private:
  LoginVerdict follow(const Assessment& assessed) {
    const Settings& settings = engine_.settings;
    const std::string reason(name_of(assessed.decision.reason));
    switch (assessed.way) {
      case Way::skip:
        if (assessed.enrol == EnrolWay::offer && facts_.phase == Phase::authenticate) {
          if (auto verdict = enrol_at_login(engine_, trail_, dialogue_, account_, assessed)) {
            if (verdict->result != LoginResult::skipped) return *std::move(verdict);
            LoginVerdict skip = skipped(assessed);
            skip.text = texts::lines({verdict->text}, skip.text);
            return skip;
          }
        }
        return skipped(assessed);
      case Way::unknown:
        return trail_.refuse(LoginResult::unavailable, reason, texts::unavailable(settings));
      case Way::mismatch:
        return trail_.refuse(LoginResult::denied, "identity_mismatch", texts::other_person(settings));
      case Way::alias:
        return trail_.refuse(LoginResult::denied, "alias", texts::other_person(settings));
      case Way::enrol:
        if (facts_.phase == Phase::account) return one_factor();
        return enrol_at_login(engine_, trail_, dialogue_, account_, assessed).value_or(LoginVerdict{});
      case Way::trusted:
        return trusted(assessed);
      case Way::locked:
        if (facts_.phase == Phase::account) return one_factor();
        return trail_.refuse(LoginResult::locked, "locked",
                             texts::locked(assessed.locked_until - engine_.clock.now(), settings));
      case Way::key:
        return facts_.phase == Phase::account ? one_factor() : by_key(assessed);
      case Way::code:
        return facts_.phase == Phase::account ? one_factor() : by_code(assessed);
      case Way::deny:
        break;
    }
    return trail_.refuse(LoginResult::denied, reason, texts::denied(settings));
  }

  // The account phase of a login that never came to the auth phase: nothing can be asked any more.
  LoginVerdict one_factor() {
    return trail_.refuse(LoginResult::denied, "one_factor", texts::one_factor(engine_.settings));
  }

  // Who switched asking off still hears what happened.
  LoginVerdict skipped(const Assessment& assessed) {
    LoginVerdict verdict = trail_.skipped(assessed.decision);
    const auto& person = assessed.record.person;
    const bool news = person && (!assessed.record.untold.empty() || person->failed_since_login > 0);
    if (!news || facts_.phase != Phase::authenticate || !assessed.past_first_factor) return verdict;
    const auto done = engine_.store.write([&](Transaction& tx) {
      const Found found = find_person(tx, account_);
      if (found.person && !found.mismatch) verdict.text = tell_in_passing(tx, engine_.clock, *found.person);
    });
    if (!done) {
      verdict.text.clear();
      trail_.note(Severity::warning, "what there was to tell could not be noted as told");
    }
    return verdict;
  }

  LoginVerdict trusted(const Assessment& assessed) {
    const Event about = trail_.event(EventKind::login_trusted);
    std::string told;  // here too, or nobody would hear
    const auto used = writing(engine_.store, [&](Transaction& tx) {
      Found found = find_person(tx, account_);
      if (!found.person || found.mismatch) return false;
      if (!use_trust(tx, engine_.settings.trust, found.person->id, assessed.place, about)) return false;
      if (facts_.phase == Phase::account) return true;
      told = tell_in_passing(tx, engine_.clock, *found.person);
      return true;
    });
    if (!used) return trail_.store_failed(used.error());
    if (*used) return {.result = LoginResult::trusted, .reason = "trusted", .text = std::move(told)};
    return once_more();  // it ended in this moment: what holds now decides
  }

  // Something changed between the look and the use.
  LoginVerdict once_more() {
    if (++looks_ < kMostLooks) return run();
    return trail_.refuse(LoginResult::unavailable, "unsteady", texts::unavailable(engine_.settings));
  }

  LoginVerdict by_key(const Assessment& assessed) {
    const Event about = trail_.event(EventKind::login_passed);
    std::string told;
    const auto used = writing(engine_.store, [&](Transaction& tx) -> std::optional<std::string> {
      Found found = find_person(tx, account_);
      if (!found.person || found.mismatch) return std::nullopt;
      for (Factor& factor : tx.factors(found.person->id)) {
        if (factor.number != assessed.key_factor || factor.kind() != FactorKind::key) continue;
        factor.last_used = about.at;
        tx.save_factor(found.person->id, factor);
        Event passed = about;
        passed.factor = factor.id();
        tx.append(passed);
        told = tell_in_passing(tx, engine_.clock, *found.person);
        after_right(tx, assessed.place, std::nullopt);
        return factor.id();
      }
      return std::nullopt;
    });
    if (!used) return trail_.store_failed(used.error());
    if (!*used) return once_more();  // removed in this moment
    return {.result = LoginResult::passed, .reason = **used, .text = std::move(told)};
  }

  LoginVerdict by_code(const Assessment& assessed) {
    end_what_is_over_here(assessed);
    const TrustedPlace& place = assessed.place;
    VerifyFor purpose{.account = account_,
                      .factors = assessed.decision.factors,
                      .passed = EventKind::login_passed,
                      .failed = EventKind::login_failed,
                      .about = trail_.event(EventKind::login_passed),
                      .first_wrong = true,
                      .past_first_factor = assessed.past_first_factor,
                      .from_root = facts_.from_root,
                      .epoch = assessed.record.person ? assessed.record.person->epoch : 0};
    PhoneWays phones(engine_, dialogue_, account_, login_purpose(purpose.about.service, engine_.server), purpose.about,
                     purpose.epoch);
    purpose.phone_purpose = phones.purpose();
    std::optional<bool> remember;
    const auto take = [&](auto verify_it) {
      const UnixTime now = engine_.clock.now();
      auto result = writing(engine_.store, [&](Transaction& tx) {
        Verification verified = verify_it(tx, now);
        if (const auto* right = std::get_if<RightAnswer>(&verified)) {
          note_what_was_told(tx, assessed);
          if (right->factor != "bypass") after_right(tx, place, remember);
        }
        if (std::holds_alternative<WrongAnswer>(verified)) after_wrong(tx, place);
        return verified;
      });
      if (result && std::holds_alternative<WrongAnswer>(*result)) purpose.first_wrong = false;
      return result;
    };
    const auto check = [&](const Answer& answer) -> std::expected<Verification, StoreError> {
      if (!could_be_code(answer)) return NotACode{};
      if (place.may_be_trusted()) remember = answer.remember;
      return take([&](Transaction& tx, UnixTime now) { return verify(tx, engine_.settings, now, purpose, answer); });
    };
    CodeDialogue codes(engine_, trail_, dialogue_, [this] { return not_me(engine_, trail_, account_); });
    suit(codes, facts_);
    codes.reach(phones, [&](const Approval& approval) {
      return take(
          [&](Transaction& tx, UnixTime now) { return verify_approval(tx, engine_.settings, now, purpose, approval); });
    });
    const texts::CodePrompt prompt = prompt_for(assessed);
    LoginVerdict verdict = codes.run(prompt, check);
    if (verdict.result != LoginResult::passed) return verdict;
    if (facts_.one_answer) verdict.text = texts::lines(prompt.notices, verdict.text);
    // A device that a bypass code made trusted would outlast it.
    if (!place.may_be_trusted() || verdict.reason == "bypass") return verdict;
    if (!remember && !facts_.one_answer) ask_to_remember(place);
    if (too_many_devices_) verdict.text = texts::lines({verdict.text}, texts::too_many_devices());
    return verdict;
  }

  texts::CodePrompt prompt_for(const Assessment& assessed) const {
    texts::CodePrompt prompt = texts::empty_prompt(engine_.settings, account_.name.value, engine_.server);
    prompt.recovery = assessed.record.recovery_codes > 0;
    for (const Factor& factor : assessed.record.factors) {
      // A stranger may not have anybody's phone ring, nor learn how its number ends. Whoever's program it is is none.
      const bool phone = std::holds_alternative<PhoneFactor>(factor.detail);
      if (phone && !assessed.past_first_factor && facts_.from_root) continue;
      texts::add_factor(prompt, factor, engine_.settings, assessed.decision.factors);
    }
    // Not to whoever has shown nothing yet.
    if (!assessed.past_first_factor) return prompt;
    prompt.bypass = assessed.record.bypass;
    prompt.notices = change_notices(engine_.clock, assessed.record.untold, assessed.record.factors);
    // With one answer nobody reads a prompt: these are told after it.
    const auto how = facts_.one_answer ? texts::SayBy::command : texts::SayBy::word;
    if (!prompt.notices.empty()) prompt.notices.push_back(texts::not_wanted(how));
    const auto& person = assessed.record.person;
    if (assessed.record.reported && !person->reported_version.empty())
      prompt.notices.push_back(texts::still_reported());
    for (const TrustEnd why : assessed.trust.ended) prompt.notices.push_back(texts::trust_ended(why));
    const std::uint32_t failed = person ? person->failed_since_login : 0;
    if (failed > 0) prompt.notices.push_back(texts::failed_logins(failed, how));
    return prompt;
  }

  // Recorded before it is told. If that fails, so will the code.
  void end_what_is_over_here(const Assessment& assessed) {
    if (assessed.trust.ended.empty()) return;
    const Event about = trail_.event(EventKind::trust_ended);
    const auto done = engine_.store.write([&](Transaction& tx) {
      const Found found = find_person(tx, account_);
      if (found.person && !found.mismatch)
        end_what_is_over(tx, engine_.settings.trust, found.person->id, assessed.place, about);
    });
    if (!done) trail_.note(Severity::warning, "the end of trust could not be recorded");
  }

  void note_what_was_told(Transaction& tx, const Assessment& assessed) {
    if (!assessed.past_first_factor || assessed.record.untold.empty()) return;
    Found found = find_person(tx, account_);
    if (!found.person || found.mismatch) return;
    note_told(*found.person, assessed.record.untold);
    tx.save(*found.person);
  }

  // In the transaction of the right answer.
  void after_right(Transaction& tx, const TrustedPlace& place, std::optional<bool> remember) {
    if (!place.device) return;
    Found found = find_person(tx, account_);
    if (!found.person || found.mismatch) return;
    TrustedPlace now = place;
    now.facts.now = engine_.clock.now();
    note_told(tx, found.person->id, now);
    if (remember.value_or(false)) grant(tx, *found.person, now);
    if (engine_.settings.trust_burst.count() > 0) grant_burst(tx, *found.person, now, engine_.settings.trust_burst);
    next_trust_ = found.person->next_trust;
  }

  void after_wrong(Transaction& tx, const TrustedPlace& place) {
    const Found found = find_person(tx, account_);
    if (place.device && found.person && !found.mismatch)
      count_failure(tx, engine_.settings.trust, found.person->id, *place.device, trail_.event(EventKind::trust_ended));
  }

  void grant(Transaction& tx, Person& person, const TrustedPlace& place) {
    too_many_devices_ = !grant_trust(tx, engine_.settings.trust, person, place, *place.facts.offered,
                                     trail_.event(EventKind::trust_granted));
  }

  // Whatever comes of it, the login has passed. Where all trust of the person has ended since the code (a report, a new
  // password), the answer comes too late.
  void ask_to_remember(const TrustedPlace& place) {
    const auto ask = [&](std::string_view help) {
      return dialogue_.ask({.text = texts::remember(*place.facts.offered, help), .echo = true});
    };
    auto typed = ask("");
    if (typed && is_word(read_answer(typed->text()), "help")) typed = ask(texts::remember_help());
    if (!typed || !is_yes(typed->text())) return;
    TrustedPlace now = place;
    now.facts.now = engine_.clock.now();
    const auto done = engine_.store.write([&](Transaction& tx) {
      Found found = find_person(tx, account_);
      if (found.person && !found.mismatch && found.person->next_trust == next_trust_) grant(tx, *found.person, now);
    });
    if (!done) trail_.note(Severity::warning, "a device could not be remembered");
  }

  Engine& engine_;
  const LoginFacts& facts_;
  const Account& account_;
  Dialogue& dialogue_;
  LoginTrail trail_;
  bool too_many_devices_ = false;
  std::uint32_t next_trust_ = 0;  // the person's, when the code was right
  int looks_ = 0;
};

// What somebody of whom nothing is known would have where a code is asked of them: an app, or what else the rule takes.
// Nothing: no code is asked of them.
std::optional<FactorKind> likely_factor(Engine& engine, const PolicyFacts& policy) {
  for (const FactorKind kind : kFactorKinds) {
    if (!texts::words_of(kind)) continue;
    const Decision decision =
        decide(engine, policy, std::nullopt,
               {.enrolled = {kind}, .keys = {}, .asks_off = false, .exempt_until = {}, .journeys = {}});
    if (decision.outcome == Outcome::require && decision.reason == Reason::rule_requires) return kind;
  }
  return std::nullopt;
}

// Asks as it would ask a person with a factor, and never finds the answer right: before the password is accepted, an
// account that does not exist looks like one that does.
LoginVerdict stranger(Engine& engine, const LoginFacts& facts, Dialogue& dialogue) {
  LoginTrail trail(engine, facts, "");
  if (!facts.from_root || facts.phase == Phase::account) return trail.refuse(LoginResult::denied, "unknown_user");
  // The rules' answer for a member of no group who has enrolled.
  PolicyFacts policy = view_of(engine, facts, Username{facts.user}).policy;
  policy.groups.emplace();
  for (const std::string& group : groups_mentioned(engine.settings.rules))
    policy.groups->emplace(group, Membership::not_member);
  const auto kind = likely_factor(engine, policy);
  if (!kind) return trail.refuse(LoginResult::denied, "unknown_user");

  texts::CodePrompt prompt = texts::empty_prompt(engine.settings, facts.user, engine.server);
  prompt.recovery = kRecoveryCodesShownToStrangers > 0;
  // Telephones are named to nobody before the password.
  const std::string_view device = texts::words_of(*kind).value_or(texts::WayWords{}).device;
  if (*kind != FactorKind::sms && *kind != FactorKind::call)
    prompt.ways = {{.kind = *kind, .names = {std::string(device)}}};
  std::uint32_t tries = engine.settings.lockout.tries;
  CodeDialogue codes(engine, trail, dialogue, [&] {
    note_report_by_stranger(engine, trail.event(EventKind::reported, "notme"));
    return LoginVerdict{.result = LoginResult::denied, .reason = "notme", .text = texts::reported(engine.settings)};
  });
  suit(codes, facts);
  return codes.run(prompt, [&](const Answer& answer) -> Verification {
    if (!could_be_code(answer)) return NotACode{};
    if (tries > 0) --tries;
    return WrongAnswer{.tries_left = tries, .locked_until = engine.clock.now() + engine.settings.lockout.first};
  });
}

}  // namespace

LoginVerdict login(Engine& engine, const LoginFacts& facts, Caller caller, Dialogue& shown) {
  const Speaking speaking(engine.settings.language);
  SshDialogue over_ssh(shown, facts.user, engine.server);
  Dialogue& dialogue = facts.service == "sshd" ? over_ssh : shown;
  const auto account = identify(engine.accounts, facts.user);
  if (facts.phase == Phase::split) return codes_due(engine, facts, caller, account);
  if (facts.phase == Phase::failed_password) return count_failed_password(engine, facts, account);
  if (!account && account.error() == IdentityError::unknown && facts.phase != Phase::password_changed)
    return stranger(engine, facts, dialogue);
  LoginTrail trail(engine, facts, account ? account->name.value : "");
  if (!account && account.error() != IdentityError::failed)
    return trail.refuse(LoginResult::denied,
                        account.error() == IdentityError::unmapped ? "unmapped_uid" : "unknown_user");
  if (!account) return trail.refuse(LoginResult::unavailable, "user_lookup_failed");
  if (!facts.from_root && caller.uid != account->uid) return trail.refuse(LoginResult::denied, "not_the_caller");
  if (facts.phase == Phase::password_changed) {
    // Who can say so as often as they like could fill the trail. passwd(1) and its like are root's.
    if (!facts.from_root) return trail.refuse(LoginResult::denied, "not_root");
    return end_trust_for_new_password(engine, facts, *account);
  }
  return Login(engine, facts, *account, dialogue).run();
}

}  // namespace mfa
