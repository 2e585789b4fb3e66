#include "common/flows/enrol_at_login.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/flows/add_factor.h"
#include "common/flows/app_set_up.h"
#include "common/flows/choose_factor.h"
#include "common/flows/code_dialogue.h"
#include "common/flows/enrol.h"
#include "common/flows/enrolment_codes.h"
#include "common/flows/notices.h"
#include "common/flows/phone_set_up.h"
#include "common/flows/reporting.h"
#include "common/flows/texts.h"
#include "common/flows/verify.h"

namespace mfa {
namespace {

constexpr int kTurns = 5;  // from one way back to the choice and to another

class LoginEnrolment {
 public:
  LoginEnrolment(Engine& engine, LoginTrail& trail, Dialogue& dialogue, const Account& account,
                 const Assessment& assessed)
      : engine_(engine), trail_(trail), dialogue_(dialogue), account_(account), assessed_(assessed) {}

  std::optional<LoginVerdict> run() {
    const Settings& settings = engine_.settings;
    if (assessed_.enrol == EnrolWay::elsewhere)
      return refuse("enrol_elsewhere", texts::enrol_elsewhere(settings, engine_.server));
    if (assessed_.enrol == EnrolWay::none)
      return refuse("nothing_enrolled", texts::nothing_enrolled(settings, engine_.server));
    const bool to_prove = !assessed_.record.factors.empty();
    const auto& person = assessed_.record.person;
    basis_ = {.factor = to_prove,
              .epoch = person ? person->epoch : 0,
              .password_version = password_version(engine_, account_)};
    if (to_prove && can_type()) {
      if (auto verdict = prove_what_there_is()) return verdict;
    } else if (to_prove || assessed_.enrol == EnrolWay::with_code) {
      if (auto verdict = ask_enrolment_code()) return verdict;
    }
    if (auto failed = begin_window()) return failed;
    for (int turn = 0; turn < kTurns; ++turn) {
      if (auto verdict = app_instead_ ? std::nullopt : choose()) return verdict;
      if (std::exchange(app_instead_, false)) choice_ = Choice::app;
      if (choice_ == Choice::later) return std::nullopt;
      if (auto verdict = choice_ == Choice::app ? prove_the_app() : prove_the_phone()) return verdict;
      if (proven_) return keep_proven();
    }
    return broken_off(SetUpEnd::no_code);
  }

 private:
  LoginVerdict refuse(std::string reason, std::string text) {
    return trail_.refuse(LoginResult::denied, std::move(reason), std::move(text));
  }

  [[nodiscard]] bool can_type() const {
    return assessed_.record.recovery_codes > 0 || std::ranges::any_of(assessed_.record.factors, can_be_typed);
  }

  // Nothing: it was proven.
  std::optional<LoginVerdict> prove_what_there_is() {
    texts::CodePrompt prompt = texts::empty_prompt(engine_.settings, account_.name.value, engine_.server);
    prompt.recovery = assessed_.record.recovery_codes > 0;
    prompt.notices.push_back(texts::prove_first());
    for (const Factor& factor : assessed_.record.factors) texts::add_factor(prompt, factor, engine_.settings, {});
    VerifyFor purpose{.account = account_,
                      .factors = assessed_.decision.factors,
                      .passed = EventKind::step_up_passed,
                      .failed = EventKind::login_failed,
                      .about = trail_.event(EventKind::step_up_passed),
                      .epoch = basis_.epoch};
    PhoneWays phones(engine_, dialogue_, account_, enrolment_purpose(purpose.about.service, engine_.server),
                     purpose.about, basis_.epoch);
    purpose.phone_purpose = phones.purpose();
    CodeDialogue codes(engine_, trail_, dialogue_, [this] { return not_me(engine_, trail_, account_); });
    codes.reach(phones, [&](const Approval& approval) {
      return writing(engine_.store, [&](Transaction& tx) {
        return verify_approval(tx, engine_.settings, engine_.clock.now(), purpose, approval);
      });
    });
    LoginVerdict verdict = codes.run(prompt, [&](const Answer& answer) -> std::expected<Verification, StoreError> {
      if (!could_be_code(answer)) return NotACode{};
      const UnixTime now = engine_.clock.now();
      auto result =
          writing(engine_.store, [&](Transaction& tx) { return verify(tx, engine_.settings, now, purpose, answer); });
      if (result && std::holds_alternative<WrongAnswer>(*result)) purpose.first_wrong = false;
      return result;
    });
    if (verdict.result == LoginResult::passed) return std::nullopt;
    return verdict;
  }

  // Wrong ones count as wrong codes do. It is spent when the enrolment is done.
  std::optional<LoginVerdict> ask_enrolment_code() {
    CodeDialogue codes(engine_, trail_, dialogue_, [this] { return not_me(engine_, trail_, account_); });
    texts::CodePrompt prompt = texts::empty_prompt(engine_.settings, account_.name.value, engine_.server);
    prompt.enrolment_code = true;
    // After a reset this is the next login, and whose doing that was must not wait for the one after.
    prompt.notices = change_notices(engine_.clock, assessed_.record.untold, assessed_.record.factors);
    if (!prompt.notices.empty()) prompt.notices.push_back(texts::not_wanted(texts::SayBy::word));
    told_ = !prompt.notices.empty();
    LoginVerdict verdict = codes.run(prompt, [&](const Answer& answer) -> std::expected<Verification, StoreError> {
      if (answer.shape != AnswerShape::recovery) return NotACode{};
      const UnixTime now = engine_.clock.now();
      auto result = writing(engine_.store, [&](Transaction& tx) {
        return verify_enrolment_code(tx, engine_.settings, now, account_, trail_.event(EventKind::enrolment_refused),
                                     answer.normal.text());
      });
      if (result && std::holds_alternative<RightAnswer>(*result)) enrolment_code_ = answer.normal;
      return result;
    });
    if (verdict.result == LoginResult::passed) return std::nullopt;
    return verdict;
  }

  // From here on the account is known, whatever becomes of it: its window runs from the first login that asked.
  std::optional<LoginVerdict> begin_window() {
    if (assessed_.record.person) return std::nullopt;
    const UnixTime now = engine_.clock.now();
    const auto done = engine_.store.write([&](Transaction& tx) {
      const Found found = find_person(tx, account_);
      if (!found.person && !found.mismatch) (void)tx.add_person(account_.name, account_.uid, now);
    });
    if (done) return std::nullopt;
    return trail_.store_failed(done.error());
  }

  // Which kind; or that it is put off, where it may be.
  std::optional<LoginVerdict> choose() {
    const auto offered = choices_now(engine_, account_, assessed_.decision.may_enrol);
    const bool may_wait = assessed_.enrol == EnrolWay::offer;
    std::optional<std::string> from;
    if (may_wait) {
      const UnixTime since = assessed_.decision.required_since.value_or(engine_.clock.now());
      from = texts::from_when(engine_.clock.date_in_words(since), since - engine_.clock.now());
    }
    const auto choice = choose_factor(dialogue_, offered, may_wait, [&](std::string_view problem) {
      return texts::choose_factor(account_.name.value, engine_.server, problem, from, offered);
    });
    if (!choice) return broken_off(choice.error());
    choice_ = *choice;
    if (choice_ != Choice::none) return std::nullopt;
    return LoginVerdict{
        .result = LoginResult::wrong, .reason = "no_choice", .text = texts::not_set_up(engine_.settings)};
  }

  // Nothing: it was proven, or the person went back to the choice.
  std::optional<LoginVerdict> prove_the_app() {
    const auto& device = assessed_.device;
    const std::string place = device ? std::string(name_of(device->kind)) + ":" + device->id : "";
    const auto keys = keys_to_prove(engine_, account_, place);
    if (!keys) return unavailable(keys.error());
    const OtpauthUri uri = app_uri(engine_, account_, keys->shown);
    const auto app = prove_app(engine_, dialogue_, uri, DrawnBy::prompt, keys->before);
    if (!app && app.error() == SetUpEnd::back) return std::nullopt;
    if (!app) return broken_off(app.error());
    proven_.emplace();
    proven_->detail = *app;
    usual_name_ = texts::kDefaultFactorName;
    done_ = texts::set_up_done();
    return std::nullopt;
  }

  // Nothing: it was proven, or the person went back to the choice.
  std::optional<LoginVerdict> prove_the_phone() {
    const PhoneWanted wanted{
        .use = choice_ == Choice::text ? PhoneUse::text : PhoneUse::call, .chosen = true, .app = app_is_offered()};
    const auto phone = set_up_phone(engine_, dialogue_, account_, wanted, trail_.event(EventKind::message_sent));
    if (phone) {
      proven_.emplace();
      proven_->detail = phone->phone;
      usual_name_ = texts::kDefaultPhoneName;
      done_ = texts::phone_set_up_done(masked(phone->phone.number));
      return std::nullopt;
    }
    switch (phone.error().how) {
      case PhoneEnd::app:
        app_instead_ = true;
        return std::nullopt;
      case PhoneEnd::back:
        return std::nullopt;
      case PhoneEnd::broken_off:
        return broken_off(SetUpEnd::broken_off);
      case PhoneEnd::conversation:
        return broken_off(SetUpEnd::conversation);
      case PhoneEnd::store_failed:
        return trail_.store_failed(phone.error().error);
      case PhoneEnd::no_number:
      case PhoneEnd::no_code:
        break;
    }
    LoginVerdict verdict = broken_off(SetUpEnd::no_code);
    if (verdict.result == LoginResult::wrong) verdict.text = texts::not_set_up(engine_.settings, app_is_offered());
    if (!phone.error().why.empty()) verdict.text = texts::lines({texts::folded(phone.error().why)}, verdict.text);
    return verdict;
  }

  [[nodiscard]] bool app_is_offered() const {
    return offers(engine_.settings, assessed_.decision.may_enrol, Choice::app);
  }

  LoginVerdict keep_proven() {
    const auto name = ask_name(dialogue_, assessed_.record.factors, usual_name_);
    if (!name) return broken_off(name.error());
    std::vector<std::string> codes;
    if (assessed_.record.recovery_codes == 0) {
      auto made = new_recovery_codes(engine_);
      if (!made) return unavailable("no_randomness");
      codes = *std::move(made);
      const auto saved = hand_over(dialogue_, shown(codes));
      if (!saved) {
        for (std::string& code : codes) wipe(code);
        return broken_off(saved.error());
      }
    }
    proven_->last_used = engine_.clock.now();
    LoginVerdict verdict = keep({.account = account_,
                                 .factor = *std::move(proven_),
                                 .wanted_name = *name,
                                 .usual_name = usual_name_,
                                 .codes = codes,
                                 .kind = EventKind::factor_added,
                                 .actor = "",
                                 .reason = "",
                                 .enrolment_code = enrolment_code_,
                                 .claim = claim_of(engine_, account_, basis_),
                                 .about = trail_.event(EventKind::factor_added),
                                 .terminal = std::nullopt});
    for (std::string& code : codes) wipe(code);
    return verdict;
  }

  LoginVerdict keep(const Addition& addition) {
    const UnixTime now = engine_.clock.now();
    Event passed = trail_.event(EventKind::login_passed);
    const auto added = writing(engine_.store, [&](Transaction& tx) -> std::optional<Added> {
      const Found found = find_person(tx, account_);
      if (!found.person || found.mismatch) return std::nullopt;
      const std::vector<TrailRow> news = untold(tx, *found.person);
      const bool all_told = news.empty() || (told_ && news.front().seq == assessed_.record.untold.front().seq);
      Added result = add_factor(tx, engine_, now, addition);
      if (result.refusal) return result;
      Person person = *find_person(tx, account_).person;
      person.failed_since_login = 0;
      if (all_told) note_told(person, untold(tx, person));  // what was done here needs no telling
      tx.save(person);
      passed.factor = result.id;
      tx.append(passed);
      return result;
    });
    if (!added) return trail_.store_failed(added.error());
    if (!*added) return refuse("identity_mismatch", texts::other_person(engine_.settings));
    if ((*added)->refusal) return refuse("enrolled_meanwhile", (*added)->refusal->text);
    return {.result = LoginResult::passed, .reason = (*added)->id, .text = done_};
  }

  LoginVerdict broken_off(SetUpEnd how) {
    // Not needed yet: the login goes on.
    if (how == SetUpEnd::no_code && assessed_.enrol == EnrolWay::offer)
      return {.result = LoginResult::skipped, .reason = "not_set_up", .text = texts::not_set_up_yet()};
    if (how == SetUpEnd::no_code) {
      trail_.record(EventKind::login_failed, "enrolment_without_code");
      return {.result = LoginResult::wrong, .reason = "no_code", .text = texts::not_set_up(engine_.settings)};
    }
    const bool gone = how == SetUpEnd::broken_off;
    trail_.record(EventKind::login_abandoned, gone ? "enrolment_broken_off" : "cannot_ask");
    return {.result = LoginResult::conversation, .reason = gone ? "gone" : "cannot_ask", .text = ""};
  }

  LoginVerdict unavailable(std::string reason) {
    return trail_.refuse(LoginResult::unavailable, std::move(reason), texts::unavailable(engine_.settings));
  }

  Engine& engine_;
  LoginTrail& trail_;
  Dialogue& dialogue_;
  const Account& account_;
  const Assessment& assessed_;
  Secret enrolment_code_;
  Proven basis_;  // what the login had proven when this began
  Choice choice_ = Choice::none;
  bool app_instead_ = false;  // of a phone that was chosen
  std::optional<Factor> proven_;
  std::string_view usual_name_;
  std::string done_;   // what is said at the end
  bool told_ = false;  // what happened since the last login
};

}  // namespace

std::optional<LoginVerdict> enrol_at_login(Engine& engine, LoginTrail& trail, Dialogue& dialogue,
                                           const Account& account, const Assessment& assessed) {
  return LoginEnrolment(engine, trail, dialogue, account, assessed).run();
}

}  // namespace mfa
