#include "common/flows/guided.h"

#include <string>
#include <utility>
#include <vector>

#include "common/flows/add_factor.h"
#include "common/flows/app_set_up.h"
#include "common/flows/assess.h"
#include "common/flows/choose_factor.h"
#include "common/flows/enrol.h"
#include "common/flows/phones.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

constexpr int kSteps = 4;
constexpr int kTurns = 5;  // from one way back to the choice and to another

template <class T>
using Or = std::expected<T, RequestError>;

class GuidedSetUp {
 public:
  GuidedSetUp(Engine& engine, const Asker& asker, const Account& account)
      : engine_(engine), asker_(asker), account_(account) {}

  Or<FactorReply> run() {
    if (auto error = why_not()) return std::unexpected(*std::move(error));
    asker_.dialogue.step(1, kSteps, in_words(texts::kStepProve));
    auto proven = step_up(engine_, asker_, account_, access_of(Verb::guided).step_up);
    if (!proven) return std::unexpected(proven.error());
    if (proven->factor) return std::unexpected(enrolled_already());
    basis_ = *std::move(proven);
    auto enrolment_code = prove_enrolment_code(engine_, asker_, account_);
    if (!enrolment_code) return std::unexpected(enrolment_code.error());
    for (int turn = 0; turn < kTurns; ++turn) {
      asker_.dialogue.step(2, kSteps, in_words(texts::kStepChoose));
      if (auto error = app_instead_ ? std::nullopt : choose()) return std::unexpected(*std::move(error));
      if (std::exchange(app_instead_, false)) choice_ = Choice::app;
      asker_.dialogue.step(3, kSteps, in_words(choice_ == Choice::app ? texts::kStepApp : texts::kStepPhone));
      if (auto error = choice_ == Choice::app ? prove_the_app() : prove_the_phone())
        return std::unexpected(*std::move(error));
      if (proven_) return keep_proven(*std::move(enrolment_code));
    }
    return std::unexpected(refused("Nothing was set up.", "Start again: mfa-enroll"));
  }

 private:
  // What stands against it whatever is proven: said before anyone types a password.
  std::optional<RequestError> why_not() {
    bool mismatch = false;
    bool enrolled = false;
    const auto read = engine_.store.read([&](Transaction& tx) {
      const Found found = find_person(tx, account_);
      mismatch = found.mismatch;
      enrolled = found.person && !tx.factors(found.person->id).empty();
    });
    if (!read) return store_failed(engine_, asker_, read.error());
    if (mismatch) return refused(texts::other_person(engine_.settings));
    if (enrolled) return enrolled_already();
    const auto assessed = assess(engine_, usual_view(engine_, account_), account_);
    if (!assessed) return store_failed(engine_, asker_, assessed.error());
    if (assessed->way == Way::enrol) kinds_ = assessed->decision.may_enrol;
    if (choices_for(engine_.settings, kinds_).empty())
      return refused(texts::nothing_enrolled(engine_.settings, engine_.server));
    return std::nullopt;
  }

  static RequestError enrolled_already() {
    return refused("You have a second factor already.", "See it with: mfa-enroll status");
  }

  std::optional<RequestError> choose() {
    const auto offered = choices_now(engine_, account_, kinds_);
    const auto choice = choose_factor(asker_.dialogue, offered, /*may_wait=*/false, [&](std::string_view problem) {
      return texts::choose_first_factor(problem, offered);
    });
    if (!choice) return set_up_ended(choice.error());
    choice_ = *choice;
    if (choice_ != Choice::none) return std::nullopt;
    return refused("Nothing was chosen, and nothing was set up.", "Start again: mfa-enroll");
  }

  // Nothing: it was proven, or the person went back to the choice.
  std::optional<RequestError> prove_the_app() {
    const std::string place = asker_.terminal ? "terminal:" + asker_.terminal->value : "";
    const auto keys = keys_to_prove(engine_, account_, place);
    if (!keys) return no_key(keys.error());
    const OtpauthUri uri = app_uri(engine_, account_, keys->shown);
    const auto app = prove_app(engine_, asker_.dialogue, uri, DrawnBy::client, keys->before);
    if (!app && app.error() == SetUpEnd::back) return std::nullopt;
    if (!app) return set_up_ended(app.error());
    proven_.emplace();
    proven_->detail = *app;
    usual_name_ = texts::kDefaultFactorName;
    return std::nullopt;
  }

  // Nothing: it was proven, or the person went back to the choice.
  std::optional<RequestError> prove_the_phone() {
    const bool app = offers(engine_.settings, kinds_, Choice::app);
    const PhoneWanted wanted{
        .use = choice_ == Choice::text ? PhoneUse::text : PhoneUse::call, .chosen = true, .app = app};
    const Event about = request_event(engine_, account_, engine_.clock.now(), EventKind::message_sent);
    const auto phone = set_up_phone(engine_, asker_.dialogue, account_, wanted, about);
    app_instead_ = !phone && phone.error().how == PhoneEnd::app;
    if (!phone && (app_instead_ || phone.error().how == PhoneEnd::back)) return std::nullopt;
    if (!phone)
      return phone_stopped(engine_, asker_, phone.error(), app ? say("mfa-enroll, and choose app") : "mfa-enroll");
    proven_.emplace();
    proven_->detail = phone->phone;
    usual_name_ = texts::kDefaultPhoneName;
    return std::nullopt;
  }

  Or<FactorReply> keep_proven(Secret enrolment_code) {
    const auto name = ask_name(asker_.dialogue, {}, usual_name_);
    if (!name) return std::unexpected(set_up_ended(name.error()));
    auto codes = new_recovery_codes(engine_);
    if (!codes) return std::unexpected(codes.error());
    asker_.dialogue.step(kSteps, kSteps, in_words(texts::kStepCodes));
    const auto saved = hand_over_all(*codes);
    if (!saved) {
      for (std::string& code : *codes) wipe(code);
      return std::unexpected(set_up_ended(saved.error()));
    }
    auto reply = keep({.account = account_,
                       .factor = *std::move(proven_),
                       .wanted_name = *name,
                       .usual_name = usual_name_,
                       .codes = *codes,
                       .kind = EventKind::factor_added,
                       .actor = "",
                       .reason = "",
                       .enrolment_code = std::move(enrolment_code),
                       .claim = claim_of(engine_, account_, basis_),
                       .terminal = asker_.terminal});
    for (std::string& code : *codes) wipe(code);
    return reply;
  }

  std::expected<void, SetUpEnd> hand_over_all(const std::vector<std::string>& codes) {
    std::vector<std::string> shown_codes = shown(codes);
    auto saved = hand_over(asker_.dialogue, shown_codes);
    for (std::string& code : shown_codes) wipe(code);
    return saved;
  }

  RequestError no_key(const std::string& reason) {
    if (reason == "identity_mismatch") return refused(texts::other_person(engine_.settings));
    engine_.journal.note(Severity::error, "guided set-up failed, " + reason);
    return {.kind = RequestError::Kind::unavailable,
            .text = say("A second factor cannot be set up right now; nothing was changed."),
            .hint = say("Try again soon, or ask {}.", texts::helpdesk(engine_.settings))};
  }

  Or<FactorReply> keep(Addition addition) {
    const UnixTime now = engine_.clock.now();
    const auto added = writing(engine_.store, [&](Transaction& tx) { return add_factor(tx, engine_, now, addition); });
    for (std::string& code : addition.codes) wipe(code);
    if (!added) return std::unexpected(store_failed(engine_, asker_, added.error()));
    if (added->refusal) return std::unexpected(*added->refusal);
    return FactorReply{.factor = added->id, .name = addition.wanted_name};
  }

  Engine& engine_;
  const Asker& asker_;
  const Account& account_;
  std::set<FactorKind> kinds_;  // that would count; empty: all
  Choice choice_ = Choice::none;
  bool app_instead_ = false;  // of a phone that was chosen
  Proven basis_;              // what the password proved
  std::optional<Factor> proven_;
  std::string_view usual_name_;
};

}  // namespace

std::expected<FactorReply, RequestError> guided_set_up(Engine& engine, const Asker& asker) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  return GuidedSetUp(engine, asker, *account).run();
}

}  // namespace mfa
