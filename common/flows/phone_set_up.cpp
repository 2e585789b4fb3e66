#include "common/flows/phone_set_up.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "common/domain/answer.h"
#include "common/domain/country_names.h"
#include "common/flows/identity.h"
#include "common/flows/send_code.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

constexpr int kWrong = 5;            // answers of one step that will not do
constexpr int kPrompts = 20;         // of all kinds, in one step
constexpr int kDigitsOfANumber = 6;  // more than any prefix of a country has
constexpr int kAllPrompts = 40;      // in all steps, however often one goes back

std::string default_country(const Settings& settings) {
  if (!settings.phone.default_country.empty() || settings.phone.countries.empty())
    return settings.phone.default_country;
  return settings.phone.countries.front();
}

// The code of the country that is meant and may be texted or called; or why there is none.
std::expected<std::string, std::string> country_of(const Settings& settings, std::string_view typed) {
  if (typed.empty()) return default_country(settings);
  const auto meant = countries_meant(typed, in_words);
  for (const std::string_view code : meant)
    if (std::ranges::find(settings.phone.countries, code) != settings.phone.countries.end()) return std::string(code);
  return std::unexpected(meant.empty() ? texts::no_such_country(settings)
                                       : texts::country_not_listed(settings, meant.size() == 1 ? meant.front() : ""));
}

// Of the number that is being registered, in one transaction: the try is counted, then the code compared.
struct Compared {
  enum class How : std::uint8_t { right, wrong, worn_out, gone } how = How::gone;
  std::uint32_t tries_left = 0;  // of a wrong one
};
Compared compare(Transaction& tx, UnixTime now, const Account& account, const PhoneNumber& number,
                 const std::string& purpose, const Secret& typed) {
  const Found found = find_person(tx, account);
  if (!found.person || found.mismatch) return {};
  auto code = tx.phone_code(found.person->id, kUnfinishedPhone);
  if (!code || code->purpose != purpose || code->number != number || code->code.empty()) return {};
  const CodeState state = state_of(*code, now);
  if (state == CodeState::worn_out) return {.how = Compared::How::worn_out};
  if (state != CodeState::live) return {};
  const bool right = code->code == typed;
  if (right) {
    code->used = true;
  } else {
    ++code->tries;
  }
  tx.keep_phone_code(found.person->id, kUnfinishedPhone, *code);
  if (right) return {.how = Compared::How::right};
  if (state_of(*code, now) == CodeState::worn_out) return {.how = Compared::How::worn_out};
  return {.how = Compared::How::wrong, .tries_left = kPhoneCodeTries - code->tries};
}

// What was read, unless something stands against its use.
std::expected<NumberFacts, UnusableNumber> usable(const Settings& settings,
                                                  std::expected<NumberFacts, NumberRefusal> read, PhoneUse use) {
  auto refusal = read ? objection(*read, use, settings.phone.countries) : std::optional(read.error());
  if (!refusal) return *std::move(read);
  return std::unexpected(UnusableNumber{.why = *refusal == NumberRefusal::country_not_listed
                                                   ? texts::country_not_listed(settings, read ? read->country : "")
                                                   : std::string(in_words(sentence(*refusal))),
                                        .refusal = refusal});
}

class PhoneSetUp {
 public:
  PhoneSetUp(Engine& engine, Dialogue& dialogue, const Account& account, const PhoneWanted& wanted, const Event& about)
      : engine_(engine),
        dialogue_(dialogue),
        account_(account),
        wanted_(wanted),
        about_(about),
        purpose_(registration_purpose(engine.server)) {}
  PhoneSetUp(const PhoneSetUp&) = delete;
  PhoneSetUp& operator=(const PhoneSetUp&) = delete;
  ~PhoneSetUp() {
    if (ringing_) ringing_->nobody_waits();
  }

  std::expected<PhoneProven, PhoneStopped> run() {
    const auto epoch = reading(engine_.store, [&](Transaction& tx) {
      const Found found = find_person(tx, account_);
      return found.person && !found.mismatch ? found.person->epoch : 0;
    });
    if (!epoch) return std::unexpected(PhoneStopped{.how = PhoneEnd::store_failed, .error = epoch.error()});
    epoch_ = *epoch;
    Step step = given();
    while (step != Step::proven) {
      if (stopped_) return std::unexpected(*stopped_);
      step = step == Step::country  ? ask_country()
             : step == Step::number ? ask_number()
             : step == Step::code   ? ask_code()
                                    : Step::stopped;
    }
    return PhoneProven{.phone = phone(), .written = facts_.written};
  }

 private:
  enum class Step : std::uint8_t { country, number, code, proven, stopped };

  PhoneFactor phone() const { return {.number = facts_.number, .use = wanted_.use, .language = spoken()}; }

  // What a command line gave already.
  Step given() {
    if (!wanted_.country.empty()) {
      auto country = country_of(engine_.settings, wanted_.country);
      if (!country) return stop(PhoneEnd::no_number, country.error());
      country_ = *std::move(country);
    } else {
      country_ = default_country(engine_.settings);
    }
    if (!wanted_.number.empty()) return take_number(wanted_.number) ? Step::code : Step::number;
    return wanted_.country.empty() ? Step::country : Step::number;
  }

  Step ask_country() {
    int wrong = 0;
    for (int prompts = 0; wrong < kWrong && prompts < kPrompts; ++prompts) {
      const auto typed = ask(texts::ask_country(problem_, default_country(engine_.settings), engine_.settings));
      if (!typed) return Step::stopped;
      clear();
      const Answer answer = read_answer(typed->text());
      if (is_word(answer, "back")) return stop(PhoneEnd::back, "");
      if (wants_app(answer)) return stop(PhoneEnd::app, "");
      if (is_word(answer, "help")) {
        problem_ = texts::country_help(engine_.settings, wanted_.chosen, wanted_.app);
        continue;
      }
      // Some type the number at once.
      if (std::ranges::count_if(typed->text(), [](char c) { return c >= '0' && c <= '9'; }) >= kDigitsOfANumber) {
        if (take_number(typed->text())) return Step::code;
        if (stopped_) return Step::stopped;
        ++wrong;
        continue;
      }
      auto country = country_of(engine_.settings, answer.shape == AnswerShape::empty ? "" : typed->text());
      if (country) {
        country_ = *std::move(country);
        return Step::number;
      }
      say(country.error());
      ++wrong;
    }
    return stop(PhoneEnd::no_number, reason_);
  }

  Step ask_number() {
    int wrong = 0;
    for (int prompts = 0; wrong < kWrong && prompts < kPrompts; ++prompts) {
      const auto typed = ask(texts::ask_number(problem_, country_, wanted_.use, by_hash()));
      if (!typed) return Step::stopped;
      clear();
      const Answer answer = read_answer(typed->text());
      if (is_word(answer, "back")) return Step::country;
      if (wants_app(answer)) return stop(PhoneEnd::app, "");
      if (is_word(answer, "help")) {
        problem_ = texts::number_help(wanted_.use, wanted_.app);
        continue;
      }
      if (take_number(typed->text())) return Step::code;
      if (stopped_) return Step::stopped;
      if (++wrong == kWrong - 1) problem_ = texts::lines({problem_}, texts::last_number());
    }
    return stop(PhoneEnd::no_number, reason_);
  }

  // Read, found usable, and its code sent; or why not is the problem.
  bool take_number(std::string_view typed) {
    auto facts = usable_number(engine_, typed, country_, wanted_.use);
    if (!facts) {
      const bool landline = facts.error().refusal == NumberRefusal::landline_for_texts;
      say(std::move(facts.error().why),
          landline && can_set_up(engine_.settings, PhoneUse::call) ? texts::landlines_are_called(wanted_.chosen) : "");
      return false;
    }
    facts_ = *std::move(facts);
    auto against = reading(engine_.store, [&](Transaction& tx) {
      const Found found = find_person(tx, account_);
      return why_not_this_number(tx, found.person ? found.person->id : PersonId{}, phone());
    });
    if (!against) {
      static_cast<void>(stop(PhoneEnd::store_failed, "", against.error()));
      return false;
    }
    if (*against) {
      say(**std::move(against));
      return false;
    }
    return send(/*unasked=*/true);
  }

  void clear() {
    problem_.clear();
    reason_.clear();
  }
  // `words`: what can be typed here about it, which means nothing any more where this was the last prompt.
  void say(std::string reason, const std::string& words = "") {
    reason_ = std::move(reason);
    problem_ = words.empty() ? reason_ : texts::lines({reason_}, words);
  }
  bool wants_app(const Answer& answer) const { return wanted_.app && is_word(answer, "app"); }

  bool rings() const { return ringing_ && !ringing_->end(); }
  bool by_hash() const { return wanted_.use == PhoneUse::call && engine_.settings.phone.calls == MessageMode::press; }
  std::string ringing(bool still) const {
    return by_hash() ? texts::ringing_for_hash(facts_.written, still)
                     : texts::ringing(facts_.written, texts::kYour, still);
  }
  std::optional<MessageId> pressed() const {
    const auto end = ringing_ ? ringing_->end() : std::nullopt;
    const auto* approved = end ? std::get_if<WasApproved>(&*end) : nullptr;
    return approved != nullptr ? std::optional(approved->message) : std::nullopt;
  }

  // What became of a call that went on while its code was asked for.
  void catch_up() {
    const auto end = ringing_ ? ringing_->end() : std::nullopt;
    if (!end || std::holds_alternative<WasApproved>(*end)) return;
    if (!std::holds_alternative<WasSent>(*end)) {
      const std::string before = reason_;
      not_reached(why_in_vain(*end));
      if (!before.empty()) problem_ = texts::lines({before}, problem_);
    }
    ringing_.reset();
  }

  // Why nothing came of it, and what is left.
  void not_reached(const InVain& why) {
    const auto rest = rest_of_calls();
    const auto* taken = std::get_if<NotTaken>(&why);
    const auto* unsent = std::get_if<NotSent>(&why);
    const auto* lost = std::get_if<MayCome>(&why);
    const bool over = rest || (unsent != nullptr && unsent->silent) || (lost != nullptr && lost->silent);
    can_resend_ = !over && (lost == nullptr || !used_up());
    std::string reason =
        taken != nullptr  ? texts::not_taken(wanted_.use, facts_.written, taken->why, rest)
        : lost == nullptr ? texts::not_sent(wanted_.use, {.wait = rest, .again = !over}, engine_.settings)
        : lost->lives.count() > 0
            ? texts::may_come(wanted_.use, facts_.written, lost->lives, {.again = can_resend_}, engine_.settings)
            : texts::call_lost(facts_.written, rest);
    say(std::move(reason), texts::app_instead(wanted_.chosen, wanted_.app));
  }

  // Of what did not end well.
  template <class Result>
  static InVain why_in_vain(const Result& result) {
    if (const auto* taken = std::get_if<NotTaken>(&result)) return *taken;
    if (const auto* lost = std::get_if<MayCome>(&result)) return *lost;
    const auto* unsent = std::get_if<NotSent>(&result);
    return unsent != nullptr ? *unsent : NotSent{};
  }

  // The number that is being registered, or its owner, can get no more for now.
  bool used_up() { return resting(engine_, account_, wanted_.use, {&facts_.number, 1}, Sender::registers).has_value(); }

  // After one that came to nothing.
  std::optional<std::chrono::seconds> rest_of_calls() {
    if (wanted_.use != PhoneUse::call) return std::nullopt;
    const auto rest = resting(engine_, account_, PhoneUse::call, {&facts_.number, 1});
    return rest && rest->why == BudgetRefusal::call_unanswered ? std::optional(rest->wait) : std::nullopt;
  }

  // Whether a code is on its way, or live from before.
  bool send(bool unasked) {
    if (rings() || (pressed() && rung_ == facts_.number)) {
      const bool same = rung_ == facts_.number;
      say(pressed() ? "" : same ? ringing(/*still=*/true) : texts::other_number_rings());
      return same;
    }
    ringing_.reset();
    can_resend_ = true;
    const MessageMode mode = by_hash() ? MessageMode::press : MessageMode::code;
    const SendResult result = send_code(engine_, {.account = account_,
                                                  .factor = kUnfinishedPhone,
                                                  .number = facts_.number,
                                                  .use = wanted_.use,
                                                  .mode = mode,
                                                  .language = spoken(),
                                                  .purpose = purpose_,
                                                  .about = about_,
                                                  .unasked = unasked,
                                                  .epoch = epoch_});
    if (const auto* error = std::get_if<StoreError>(&result)) {
      static_cast<void>(stop(PhoneEnd::store_failed, "", *error));
      return false;
    }
    if (std::holds_alternative<Outdated>(result)) {
      static_cast<void>(stop(PhoneEnd::no_code, texts::login_outdated()));
      return false;
    }
    if (const auto* sent = std::get_if<WasSent>(&result)) {
      can_resend_ = !used_up();
      say(sent->before ? texts::sent_before(wanted_.use, facts_.written, can_resend_)
                       : texts::sent(wanted_.use, facts_.written, sent->lives));
      return true;
    }
    if (const auto* rings = std::get_if<IsRinging>(&result)) {
      ringing_ = rings->call;
      rung_ = facts_.number;
      say(ringing(/*still=*/false));
      return true;
    }
    if (const auto* refused = std::get_if<BudgetRefused>(&result)) return take_refusal(*refused, unasked);
    not_reached(why_in_vain(result));
    const auto* lost = std::get_if<MayCome>(&result);
    return lost != nullptr && lost->lives.count() > 0;
  }

  // Whether a code that went before is asked for all the same.
  bool take_refusal(const BudgetRefused& refused, bool unasked) {
    const bool too_soon = refused.why == BudgetRefusal::too_soon;
    const bool rings = refused.why == BudgetRefusal::rings;
    can_resend_ = too_soon || rings;
    // Where the number is asked for, there is no word to have it sent again.
    say(too_soon && unasked ? texts::number_tried_just_now(refused.wait)
                            : texts::over_budget(refused, wanted_.use, facts_.written, by_hash(), {}, engine_.settings),
        too_soon || rings ? "" : texts::app_instead(wanted_.chosen, wanted_.app));
    return (too_soon && !unasked) || (rings && refused.same_code);
  }

  texts::HashAsked hash_asked() const {
    return pressed() ? texts::HashAsked::pressed : rings() ? texts::HashAsked::rings : texts::HashAsked::over;
  }

  bool take_approval(MessageId message) {
    const auto taken = writing(engine_.store, [&](Transaction& tx) {
      const Found found = find_person(tx, account_);
      return found.person && !found.mismatch && tx.end_message(found.person->id, message, MessageEnd::taken);
    });
    if (!taken) static_cast<void>(stop(PhoneEnd::store_failed, "", taken.error()));
    return taken.value_or(false);
  }

  Step ask_code() {
    int wrong = 0;
    for (int prompts = 0; wrong < kWrong && prompts < kPrompts; ++prompts) {
      catch_up();
      const auto typed = ask(by_hash() ? texts::phone_hash(problem_, hash_asked(), can_resend_)
                                       : texts::phone_code(problem_, can_resend_));
      if (!typed) return Step::stopped;
      clear();
      const Answer answer = read_answer(typed->text());
      if (is_word(answer, "back")) return Step::number;
      if (wants_app(answer)) return stop(PhoneEnd::app, "");
      if (is_word(answer, "help")) {
        problem_ = texts::phone_code_help(wanted_.use, by_hash(), can_resend_, wanted_.app);
      } else if (is_word(answer, "resend")) {
        static_cast<void>(send(/*unasked=*/false));
        if (stopped_) return Step::stopped;
      } else if (answer.shape == AnswerShape::empty && ringing_) {
        if (rings()) say(ringing(/*still=*/true));
        const auto message = pressed();
        if (!message) continue;
        ringing_.reset();
        if (take_approval(*message)) return Step::proven;
        if (stopped_) return Step::stopped;
      } else {
        if (answer.shape == AnswerShape::digits) ++wrong;
        if (take_code(answer, static_cast<std::uint32_t>(kWrong - wrong))) return Step::proven;
        if (stopped_) return Step::stopped;
      }
    }
    return stop(PhoneEnd::no_code, reason_);
  }

  // `answers_left`: that this step takes after a wrong one.
  bool take_code(const Answer& answer, std::uint32_t answers_left) {
    if (answer.shape != AnswerShape::digits || by_hash()) {
      say(texts::not_the_phone_code(by_hash()));
      return false;
    }
    const UnixTime now = engine_.clock.now();
    const auto compared = writing(engine_.store, [&](Transaction& tx) {
      return compare(tx, now, account_, facts_.number, purpose_.key, answer.normal);
    });
    if (!compared) {
      static_cast<void>(stop(PhoneEnd::store_failed, "", compared.error()));
      return false;
    }
    using How = Compared::How;
    if (compared->how == How::right) return true;
    const bool last = answers_left == 0;
    say(compared->how == How::worn_out ? texts::worn_out(!last && can_resend_)
        : compared->how != How::wrong  ? texts::phone_code_gone(!last && can_resend_)
        : last                         ? texts::wrong(0, 0)
                                       : texts::wrong_phone_code(std::min(compared->tries_left, answers_left)));
    return false;
  }

  std::optional<Secret> ask(const std::string& text) {
    if (++prompts_ > kAllPrompts) {
      static_cast<void>(stop(PhoneEnd::no_number, reason_));
      return std::nullopt;
    }
    auto typed = dialogue_.ask({.text = text, .echo = true});
    if (typed) return *std::move(typed);
    if (typed.error() == DialogueError::too_long) return Secret(std::string_view("?"));  // no answer to any step
    static_cast<void>(stop(typed.error() == DialogueError::gone ? PhoneEnd::broken_off : PhoneEnd::conversation, ""));
    return std::nullopt;
  }

  Step stop(PhoneEnd how, std::string why, StoreError error = {}) {
    stopped_ = PhoneStopped{.how = how, .why = std::move(why), .error = error};
    return Step::stopped;
  }

  Engine& engine_;
  Dialogue& dialogue_;
  const Account& account_;
  const PhoneWanted& wanted_;
  const Event& about_;
  const CodePurpose purpose_;
  std::string country_;  // its code
  NumberFacts facts_;
  std::string problem_;  // what the next prompt says first
  std::string reason_;   // the same without what can be typed
  std::shared_ptr<RingingCall> ringing_;
  PhoneNumber rung_;
  bool can_resend_ = true;
  std::uint32_t epoch_ = 0;  // the person's when this began
  int prompts_ = 0;
  std::optional<PhoneStopped> stopped_;
};

}  // namespace

std::expected<PhoneProven, PhoneStopped> set_up_phone(Engine& engine, Dialogue& dialogue, const Account& account,
                                                      const PhoneWanted& wanted, const Event& about) {
  return PhoneSetUp(engine, dialogue, account, wanted, about).run();
}

bool can_set_up(const Settings& settings, PhoneUse use) {
  return !settings.phone.countries.empty() && can_send(settings, use);
}

std::expected<NumberFacts, UnusableNumber> usable_number(Engine& engine, std::string_view typed,
                                                         std::string_view country, PhoneUse use) {
  if (engine.settings.phone.countries.empty()) return std::unexpected(UnusableNumber{.why = texts::no_countries()});
  const auto from = country_of(engine.settings, country);
  if (!from) return std::unexpected(UnusableNumber{.why = from.error()});
  return usable(engine.settings, engine.numbers.read(typed, *from), use);
}

std::vector<std::expected<NumberFacts, UnusableNumber>> usable_numbers(Engine& engine,
                                                                       std::span<const WrittenPhone> phones) {
  std::vector<std::expected<NumberFacts, UnusableNumber>> all(
      phones.size(), std::unexpected(UnusableNumber{.why = texts::no_countries()}));
  if (engine.settings.phone.countries.empty() || phones.empty()) return all;
  std::vector<std::string> typed;
  typed.reserve(phones.size());
  for (const WrittenPhone& phone : phones) typed.push_back(phone.number);
  auto read = engine.numbers.read_all(typed, default_country(engine.settings));
  for (std::size_t i = 0; i < all.size() && i < read.size(); ++i)
    all[i] = usable(engine.settings, std::move(read[i]), phones[i].use);
  return all;
}

std::optional<std::string> why_not_this_number(Transaction& tx, PersonId person, const PhoneFactor& phone,
                                               std::string_view whose) {
  for (const Factor& factor : tx.factors(person)) {
    const auto* known = std::get_if<PhoneFactor>(&factor.detail);
    if (known != nullptr && known->number == phone.number && known->use == phone.use)
      return texts::phone_there_already(factor.id(), whose);
  }
  if (tx.others_with_number(person, phone.number) >= kMostPeopleOfANumber) return texts::number_serves_others();
  return std::nullopt;
}

}  // namespace mfa
