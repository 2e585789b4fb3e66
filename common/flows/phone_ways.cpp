#include "common/flows/phone_ways.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/domain/answer.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

using texts::CodePrompt;
using texts::PhoneAtPrompt;

FactorKind kind_of(PhoneUse use) { return use == PhoneUse::text ? FactorKind::sms : FactorKind::call; }

bool asks_for(const CodePrompt& prompt, PhoneUse use) {
  return !prompt.ways.empty() && prompt.ways.front().kind == kind_of(use);
}

bool serves(const PhoneAtPrompt& phone, PhoneUse use) { return use == PhoneUse::text ? phone.texts : phone.calls; }

// Whether the prompt has nothing to ask for, and says whom to ask.
bool says_whom_to_ask(const CodePrompt& prompt) { return prompt.ways.empty() && !prompt.recovery && !prompt.bypass; }

// `use` apart.
bool has_another_way(const CodePrompt& prompt, PhoneUse use) {
  return (prompt.sent && prompt.sent->use != use) || texts::has_other_ways(prompt, use);
}

// "text", "call 5678".
struct PhoneWord {
  PhoneUse use = PhoneUse::text;
  std::string_view ending;  // as in ending_at_prompt(); empty: none was given
};
std::optional<PhoneWord> read_phone_word(std::string_view typed) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = typed.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return std::nullopt;
  typed = typed.substr(first, typed.find_last_not_of(kBlank) + 1 - first);
  const std::size_t blank = std::min(typed.find_first_of(kBlank), typed.size());
  const Answer word = read_answer(typed.substr(0, blank));
  PhoneWord read;
  if (is_word(word, "call")) {
    read.use = PhoneUse::call;
  } else if (!is_word(word, "text") && !is_word(word, "sms")) {  // as the factor's id says
    return std::nullopt;
  }
  const std::size_t digits = std::min(typed.find_first_not_of(kBlank, blank), typed.size());
  read.ending = typed.substr(digits);
  const bool readable = std::ranges::all_of(read.ending, [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
  return readable ? std::optional(read) : std::nullopt;
}

// By what the prompt shows and nothing else: whoever has the password is not to find out the rest of the number.
const PhoneAtPrompt* phone_for(const CodePrompt& prompt, PhoneUse use, std::string_view ending) {
  const auto found = std::ranges::find_if(prompt.phones, [&](const PhoneAtPrompt& phone) {
    return serves(phone, use) && (ending.empty() || texts::ending_at_prompt(prompt, phone.number) == ending);
  });
  return found == prompt.phones.end() ? nullptr : &*found;
}

}  // namespace

PhoneWays::~PhoneWays() {
  if (ringing_) ringing_->call->nobody_waits();
}

std::optional<MessageId> PhoneWays::pressed() const {
  const auto end = ringing_ ? ringing_->call->end() : std::nullopt;
  const auto* approved = end ? std::get_if<WasApproved>(&*end) : nullptr;
  return approved != nullptr ? std::optional(approved->message) : std::nullopt;
}

std::string PhoneWays::still_rings() const {
  const std::string ending = masked(ringing_->number);
  return ringing_->mode == MessageMode::press ? texts::ringing_for_hash(ending, /*still=*/true)
                                              : texts::ringing(ending, whose(), /*still=*/true);
}

// An empty line: what has become of the call.
PhoneWays::Step PhoneWays::look_again(CodePrompt& prompt) {
  prompt.problem = rings() ? still_rings() : "";
  const auto message = pressed();
  if (!message) return Step::done;
  approval_ = {.factor = ringing_->factor, .message = *message};
  ringing_.reset();
  return Step::approved;
}

PhoneWays::Step PhoneWays::begin(CodePrompt& prompt) {
  const bool text_first = asks_for(prompt, PhoneUse::text);
  const std::optional<BudgetRefused> texts_rest = rest_of(prompt, PhoneUse::text);
  const std::optional<BudgetRefused> calls_rest = rest_of(prompt, PhoneUse::call);
  prompt.texts_rest = texts_rest.has_value();
  prompt.calls_rest = calls_rest.has_value();
  const PhoneAtPrompt* phone = text_first ? phone_for(prompt, PhoneUse::text, "") : nullptr;
  if (phone != nullptr && !by_another_) {
    const Step step = send(prompt, *phone, PhoneUse::text, /*unasked=*/true);
    if (step != Step::done) return step;
  }
  for (const auto& [use, rest] : {std::pair{PhoneUse::text, texts_rest}, std::pair{PhoneUse::call, calls_rest}}) {
    if (!rest) continue;
    const bool asked_for = asks_for(prompt, use);
    const PhoneAtPrompt* meant = phone_for(prompt, use, "");
    texts::leave_out(prompt, use);
    if (asked_for && !asks_for(prompt, use) && prompt.problem.empty() && meant != nullptr)
      prompt.problem = texts::over_budget(*rest, use, masked(meant->number), /*by_hash=*/false,
                                          {.others = has_another_way(prompt, use), .asks = says_whom_to_ask(prompt)},
                                          engine_.settings, whose());
  }
  return Step::done;
}

// Nothing: one may go out, as far as can be seen.
std::optional<BudgetRefused> PhoneWays::rest_of(const CodePrompt& prompt, PhoneUse use) const {
  std::vector<PhoneNumber> numbers;
  for (const PhoneAtPrompt& phone : prompt.phones)
    if (serves(phone, use)) numbers.push_back(phone.number);
  if (numbers.empty()) return std::nullopt;
  return resting(engine_, account_, use, numbers, by_another_ ? Sender::another : Sender::owner);
}

// So that no word is offered for it.
void PhoneWays::leave_out_what_is_used_up(CodePrompt& prompt) const {
  for (const PhoneUse use : {PhoneUse::text, PhoneUse::call})
    if (!texts::rests(prompt, use) && rest_of(prompt, use)) texts::leave_out(prompt, use);
}

PhoneWays::Step PhoneWays::resend(CodePrompt& prompt) {
  const auto last =
      prompt.sent ? std::ranges::find(prompt.phones, prompt.sent->factor, &PhoneAtPrompt::factor) : prompt.phones.end();
  if (last != prompt.phones.end()) return send(prompt, *last, prompt.sent->use, /*unasked=*/false);
  // Where one text is what there is, or was, its code is the one that is meant.
  const bool of_texts = prompt.used_up || (!prompt.ways.empty() && prompt.ways.front().kind == FactorKind::sms);
  if (of_texts && prompt.phones.front().texts)
    return send(prompt, prompt.phones.front(), PhoneUse::text, /*unasked=*/false);
  prompt.problem = texts::nothing_to_resend(prompt);
  return Step::done;
}

PhoneWays::Step PhoneWays::take(CodePrompt& prompt, std::string_view typed) {
  if (prompt.phones.empty()) return Step::no_word;
  const Answer answer = read_answer(typed);
  if (is_word(answer, "resend")) return resend(prompt);
  if (answer.shape == AnswerShape::empty && ringing_) return look_again(prompt);
  const auto word = read_phone_word(typed);
  if (!word) return Step::no_word;
  if (const PhoneAtPrompt* phone = phone_for(prompt, word->use, word->ending))
    return send(prompt, *phone, word->use, /*unasked=*/false);
  if (word->ending.empty()) return Step::no_word;  // explained as any way that the person does not have
  unknown(prompt, word->use, word->ending);
  return Step::done;
}

// No guess at anything: it is compared with what the prompt shows.
void PhoneWays::unknown(CodePrompt& prompt, PhoneUse use, std::string_view ending) const {
  std::vector<std::pair<std::string, std::string>> alike;  // ending and name
  for (const PhoneAtPrompt& phone : prompt.phones) {
    const std::string shown = texts::ending_at_prompt(prompt, phone.number);
    const bool ends_so = shown.starts_with(ending) && std::string_view(shown).substr(ending.size()).starts_with('-');
    if (!serves(phone, use) || !ends_so) continue;
    if (std::ranges::find(alike, shown, &std::pair<std::string, std::string>::first) == alike.end())
      alike.emplace_back(shown, phone.name);
  }
  prompt.problem = alike.size() > 1 ? texts::several_end_so(use, ending, alike, whose())
                                    : texts::no_phone_ending(prompt, use, ending, whose());
}

void PhoneWays::catch_up(CodePrompt& prompt) {
  const auto end = ringing_ ? ringing_->call->end() : std::nullopt;
  if (!end) return;
  if (std::holds_alternative<WasApproved>(*end)) {  // until they say that they are there
    if (prompt.sent && prompt.sent->use == PhoneUse::call) prompt.sent->pressed = true;
    return;
  }
  if (!std::holds_alternative<WasSent>(*end)) {
    const auto* lost = std::get_if<MayCome>(&*end);
    std::string news;
    if (lost != nullptr && ringing_->mode == MessageMode::code) {
      news = may_come(prompt, PhoneUse::call, ringing_->factor, ringing_->number, *lost);
    } else {
      if (prompt.sent && prompt.sent->use == PhoneUse::call) prompt.sent = ringing_->before;
      const auto* refused = std::get_if<NotTaken>(&*end);
      const auto* unsent = std::get_if<NotSent>(&*end);
      news = in_vain(prompt, PhoneUse::call, ringing_->number,
                     refused != nullptr  ? InVain(*refused)
                     : lost != nullptr   ? InVain(*lost)
                     : unsent != nullptr ? InVain(*unsent)
                                         : InVain(NotSent{}));
    }
    prompt.problem = prompt.problem.empty() ? news : texts::lines({prompt.problem}, news);
  }
  ringing_.reset();
}

PhoneWays::Step PhoneWays::send(CodePrompt& prompt, const PhoneAtPrompt& phone, PhoneUse use, bool unasked) {
  if (use == PhoneUse::call && (rings() || pressed())) {
    prompt.problem = rings() ? still_rings() : "";
    return Step::done;
  }
  // What became of the one before is said by how this one fares.
  if (use == PhoneUse::call) ringing_.reset();
  const MessageMode mode = use == PhoneUse::call && !by_another_ ? engine_.settings.phone.calls : MessageMode::code;
  const SendResult result = send_code(engine_, {.account = account_,
                                                .factor = phone.factor,
                                                .number = phone.number,
                                                .use = use,
                                                .mode = mode,
                                                .language = phone.language,
                                                .purpose = purpose_,
                                                .about = about_,
                                                .unasked = unasked,
                                                .waits = waits_,
                                                .for_another = by_another_,
                                                .epoch = epoch_,
                                                .rings = [&] {
                                                  if (mode == MessageMode::press)
                                                    dialogue_.show(texts::press_when_it_rings(masked(phone.number)));
                                                }});
  if (const auto* approved = std::get_if<WasApproved>(&result)) {
    approval_ = {.factor = phone.factor, .message = approved->message};
    return Step::approved;
  }
  return told(prompt, phone, use, result);
}

PhoneWays::Step PhoneWays::told(CodePrompt& prompt, const PhoneAtPrompt& phone, PhoneUse use,
                                const SendResult& result) {
  const std::string ending = masked(phone.number);
  if (const auto* error = std::get_if<StoreError>(&result)) {
    error_ = *error;
    return Step::store_failed;
  }
  if (std::holds_alternative<Outdated>(result)) return Step::outdated;
  if (const auto* taken = std::get_if<NotTaken>(&result)) {
    prompt.problem = in_vain(prompt, use, phone.number, *taken);
    return Step::done;
  }
  if (const auto* lost = std::get_if<MayCome>(&result)) {
    prompt.problem = lost->lives.count() > 0 ? may_come(prompt, use, phone.factor, phone.number, *lost)
                                             : in_vain(prompt, use, phone.number, *lost);
    return Step::done;
  }
  if (std::holds_alternative<NotSent>(result) || std::holds_alternative<NoPhone>(result)) {
    const auto* unsent = std::get_if<NotSent>(&result);
    prompt.problem = in_vain(prompt, use, phone.number, unsent != nullptr ? *unsent : NotSent{});
    return Step::done;
  }
  if (const auto way = std::ranges::find(prompt.ways, kind_of(use), &texts::Way::kind); way != prompt.ways.end()) {
    way->failed = false;
    std::rotate(prompt.ways.begin(), way, way + 1);
  }
  if (const auto* sent = std::get_if<WasSent>(&result)) {
    prompt.sent = {.factor = phone.factor, .use = use};
    leave_out_what_is_used_up(prompt);
    prompt.problem = sent->before ? texts::sent_before(use, ending, texts::can_resend(prompt), whose())
                                  : texts::sent(use, ending, sent->lives, whose());
  } else if (const auto* rings = std::get_if<IsRinging>(&result)) {
    const bool press = prompt.press && !by_another_;
    ringing_ = {.call = rings->call,
                .number = phone.number,
                .factor = phone.factor,
                .mode = press ? MessageMode::press : MessageMode::code,
                .before = prompt.sent};
    prompt.sent = {.factor = phone.factor, .use = use, .by_hash = press};
    prompt.problem = press ? texts::ringing_for_hash(ending) : texts::ringing(ending, whose());
  } else if (const auto* why = std::get_if<BudgetRefused>(&result)) {
    refused(prompt, phone, use, *why);
  }
  return Step::done;
}

std::string PhoneWays::in_vain(CodePrompt& prompt, PhoneUse use, const PhoneNumber& number, const InVain& why) {
  const auto rest = rest_of(prompt, use);
  const auto* unsent = std::get_if<NotSent>(&why);
  const auto* lost = std::get_if<MayCome>(&why);
  const bool over = rest || (unsent != nullptr && unsent->silent) || (lost != nullptr && lost->silent);
  if (over) texts::leave_out(prompt, use);
  texts::turn_away_from(prompt, use);
  const auto wait = rest ? std::optional(rest->wait) : std::nullopt;
  if (const auto* taken = std::get_if<NotTaken>(&why))
    return texts::not_taken(use, masked(number), taken->why, wait, whose());
  if (lost != nullptr) return texts::call_lost(masked(number), wait);
  return texts::not_sent(
      use, {.wait = wait, .others = has_another_way(prompt, use), .again = !over, .asks = says_whom_to_ask(prompt)},
      engine_.settings);
}

std::string PhoneWays::may_come(CodePrompt& prompt, PhoneUse use, std::uint32_t factor, const PhoneNumber& number,
                                const MayCome& lost) {
  if (const auto way = std::ranges::find(prompt.ways, kind_of(use), &texts::Way::kind); way != prompt.ways.end()) {
    way->failed = false;
    std::rotate(prompt.ways.begin(), way, way + 1);
  }
  prompt.sent = {.factor = factor, .use = use};
  leave_out_what_is_used_up(prompt);
  if (lost.silent) texts::leave_out(prompt, use);
  return texts::may_come(use, masked(number), lost.lives,
                         {.others = texts::has_other_ways(prompt, use), .again = texts::can_resend(prompt)},
                         engine_.settings, whose());
}

void PhoneWays::refused(CodePrompt& prompt, const PhoneAtPrompt& phone, PhoneUse use, const BudgetRefused& refused) {
  const bool too_soon = refused.why == BudgetRefusal::too_soon;
  // Of a login that was broken off: its code still lets in.
  if (too_soon && refused.same_code && !prompt.sent && use == PhoneUse::text) {
    prompt.sent = {.factor = phone.factor, .use = use};
    prompt.problem = texts::sent_before(use, masked(phone.number), texts::can_resend(prompt), whose());
    return;
  }
  const bool by_hash = use == PhoneUse::call && prompt.press && !by_another_;
  if (refused.why == BudgetRefusal::rings && refused.same_code) prompt.sent = {.factor = phone.factor, .use = use};
  // What is over for now is not asked for; a code that went before it still is.
  const bool of_one_number = refused.why == BudgetRefusal::number_used_up && prompt.phones.size() > 1;
  if (!too_soon && refused.why != BudgetRefusal::rings && !of_one_number) {
    texts::leave_out(prompt, PhoneUse::call);
    if (refused.why != BudgetRefusal::call_unanswered) texts::leave_out(prompt, PhoneUse::text);
  }
  const bool others = of_one_number || has_another_way(prompt, use);
  prompt.problem = texts::over_budget(refused, use, masked(phone.number), by_hash,
                                      {.others = others, .asks = says_whom_to_ask(prompt)}, engine_.settings, whose());
}

}  // namespace mfa
