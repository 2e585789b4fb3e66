#include "cli/history_text.h"

#include <algorithm>
#include <array>

#include "cli/plain_text.h"
#include "cli/render.h"
#include "cli/table.h"
#include "cli/times.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

struct Words {
  std::string_view name;
  std::string_view words;
};

constexpr std::array kEvents{
    Words{"login.passed", marked("logged in")},
    Words{"login.failed", marked("login failed")},
    Words{"login.refused", marked("login refused")},
    Words{"login.skipped", marked("logged in, nothing asked")},
    Words{"login.abandoned", marked("login broken off")},
    Words{"login.locked_out", marked("locked out")},
    Words{"login.reported", marked("reported as not you")},
    Words{"login.trusted", marked("logged in from a trusted device")},
    Words{"trust.granted", marked("device remembered")},
    Words{"trust.ended", marked("device no longer trusted")},
    Words{"password.failed", marked("wrong password from a trusted device")},
    Words{"password.changed", marked("password changed")},
    Words{"message.sent", marked("text or call sent to you")},
    Words{"message.failed", marked("text or call could not be sent")},
    Words{"factor.added", marked("factor added")},
    Words{"factor.removed", marked("factor removed")},
    Words{"factor.renamed", marked("factor renamed")},
    Words{"factor.default", marked("default factor chosen")},
    Words{"recovery.made", marked("new recovery codes made")},
    Words{"test.passed", marked("code tried: right")},
    Words{"test.failed", marked("code tried: not right")},
    Words{"step_up.passed", marked("proved who you are")},
    Words{"step_up.failed", marked("did not prove who you are")},
    Words{"enrolment.code_made", marked("enrolment code made for you")},
    Words{"enrolment.refused", marked("enrolment refused")},
    Words{"mfa.disabled", marked("asking for codes switched off")},
    Words{"mfa.enabled", marked("asking for codes switched on")},
    Words{"admin.provisioned", marked("factor added by an administrator")},
    Words{"admin.imported", marked("factor brought over by an administrator")},
    Words{"helpdesk.show", marked("looked at by the helpdesk")},
    Words{"helpdesk.unlock", marked("lockout ended by the helpdesk")},
    Words{"helpdesk.reset", marked("second factor reset by the helpdesk")},
    Words{"helpdesk.bypass", marked("bypass code made by the helpdesk")},
    Words{"helpdesk.identify", marked("identified by the helpdesk")},
    Words{"helpdesk.identify_failed", marked("not identified by the helpdesk")},
    Words{"helpdesk.travel", marked("journey noted by the helpdesk")},
    Words{"helpdesk.exempt", marked("exemption by the helpdesk")},
    Words{"helpdesk.key", marked("security key added by the helpdesk")},
    Words{"helpdesk.token", marked("hardware token added by the helpdesk")},
    Words{"helpdesk.phone", marked("phone added by the helpdesk")},
    Words{"admin.test_sent", marked("text or call sent as a test")},
    Words{"helpdesk.refused", marked("act of the helpdesk refused")},
    Words{"store.created", marked("store made")},
    Words{"store.upgraded", marked("store upgraded")},
    Words{"store.key_rotated", marked("new key of the store")},
    Words{"store.backed_up", marked("backup of the store made")},
    Words{"store.restored", marked("store restored from a backup")},
    Words{"admin.renamed", marked("login name or uid changed")},
    Words{"admin.retired", marked("all that was kept removed")},
    Words{"records.purged", marked("detail of old events purged")},
};

// As people read them. Others are read as they are.
constexpr std::array kReasons{
    Words{"wrong", marked("wrong code")},
    Words{"replayed", marked("code used before")},
    Words{"code_expired", marked("code that was sent too long ago")},
    Words{"sms", marked("text")},
    Words{"sms failed", marked("text")},
    Words{"sms refused", marked("text")},
    Words{"sms unclear", marked("text, which may have come all the same")},
    Words{"not_proven", marked("no proof of who did it")},
    Words{"too_many_acts", marked("too many in a day")},
    Words{"call failed", marked("call")},
    Words{"call refused", marked("call, not answered")},
    Words{"call unclear", marked("call, which may have come all the same")},
    Words{"outdated", marked("something changed since it began")},
    Words{"locked", marked("locked out")},
    Words{"too_many_wrong", marked("too many wrong codes")},
    Words{"gone", marked("no answer")},
    Words{"cannot_ask", marked("the program shows no questions")},
    Words{"answered_with_password", marked("the program shows no questions")},
    Words{"notme", marked("notme at a login")},
    Words{"report", marked("mfa-enroll report")},
    Words{"password_changed", marked("new password")},
    Words{"failed_attempts", marked("wrong passwords or codes from it")},
    Words{"reported", marked("a report")},
    Words{"one_factor", marked("a key alone")},
    Words{"burst", marked("right after a code")},
    Words{"sms notice", marked("text that tells of a change")},
    Words{"call notice", marked("call that tells of a change")},
    Words{"sms notice failed", marked("text that tells of a change")},
    Words{"call notice failed", marked("call that tells of a change")},
    Words{"call", marked("call")},
    Words{"no_code", marked("no code")},
    Words{"rule_skips", marked("rule skips")},
    Words{"disabled", marked("disabled")},
    Words{"exempt", marked("exempt")},
    Words{"rule_denies", marked("rule denies")},
    Words{"rule_requires", marked("rule requires")},
    Words{"enrolled", marked("enrolled")},
    Words{"nothing_enrolled", marked("nothing enrolled")},
    Words{"required_and_none", marked("required and none")},
    Words{"group_unknown", marked("group unknown")},
    Words{"country_unknown", marked("country unknown")},
    Words{"google_authenticator", marked("google authenticator")},
    Words{"oath", marked("oath")},
    Words{"csv", marked("csv")},
    Words{"unknown_user", marked("unknown user")},
    Words{"no_such_account", marked("no such account")},
    Words{"user_lookup_failed", marked("user lookup failed")},
    Words{"unmapped_uid", marked("unmapped uid")},
    Words{"identity_mismatch", marked("identity mismatch")},
    Words{"alias", marked("alias")},
    Words{"enrol_elsewhere", marked("enrol elsewhere")},
    Words{"enrolment_broken_off", marked("enrolment broken off")},
    Words{"enrolment_without_code", marked("enrolment without code")},
    Words{"enrolled_meanwhile", marked("enrolled meanwhile")},
    Words{"no_randomness", marked("no randomness")},
    Words{"expired", marked("expired")},
    Words{"other_country", marked("other country")},
    Words{"other_network", marked("other network")},
    Words{"place_unknown", marked("place unknown")},
    Words{"too_many_devices", marked("too many devices")},
    Words{"not_offered", marked("not offered")},
    Words{"forgotten", marked("forgotten")},
    Words{"reset", marked("reset")},
    Words{"notice", marked("notice")},
    Words{"new_number", marked("new number")},
    Words{"failed", marked("failed")},
    Words{"unclear", marked("unclear")},
    Words{"refused", marked("refused")},
    Words{"wrong_password", marked("wrong password")},
    Words{"nothing_to_prove", marked("nothing to prove")},
    Words{"not_helpdesk", marked("not helpdesk")},
    Words{"oneself", marked("oneself")},
    Words{"colleague", marked("colleague")},
    Words{"system_account", marked("system account")},
    Words{"protected", marked("protected")},
    Words{"out_of_scope", marked("out of scope")},
    Words{"no_reason", marked("no reason")},
    Words{"not_identified", marked("not identified")},
    Words{"more_about_them", marked("more about them")},
    Words{"more_of_these", marked("more of these")},
    Words{"lookup_failed", marked("lookup failed")},
};

template <std::size_t N>
std::string_view words_of(const std::array<Words, N>& table, std::string_view name) {
  const auto* found = std::ranges::find(table, name, &Words::name);
  return found == table.end() ? std::string_view{} : in_words(found->words);
}

// The acts of the helpdesk have what the clerk typed.
bool is_typed(const Json& event) {
  const std::string name = text_of(event, "event");
  return name.starts_with("helpdesk.") && name != "helpdesk.refused" && name != "helpdesk.identify_failed";
}

// Of "sms ending 4567 new_number", and what became of it: "text to a new number, ending 4567". Empty: it is no such
// reason.
std::string number_text(std::string_view reason) {
  constexpr std::string_view kNew = " new_number";
  const bool call = !reason.starts_with("sms");
  bool unanswered = false;
  bool unclear = false;
  for (const std::string_view end : {" failed", " refused", " unclear"})
    if (reason.ends_with(end)) {
      unanswered = end == " refused" && call;
      unclear = end == " unclear";
      reason.remove_suffix(end.size());
    }
  if (!reason.ends_with(kNew)) return {};
  reason.remove_suffix(kNew.size());
  const auto space = reason.find(' ');
  if (space == std::string_view::npos) return {};
  const std::string ending = ending_text(reason.substr(space + 1));
  if (unanswered) return say("call to a new number, {}, not answered", ending);
  if (unclear)
    return call ? say("call to a new number, {}, which may have come all the same", ending)
                : say("text to a new number, {}, which may have come all the same", ending);
  return call ? say("call to a new number, {}", ending) : say("text to a new number, {}", ending);
}

// Words of scripts are joined by "_"; a clerk's reason is a sentence.
std::string reason_text(const Json& event) {
  std::string reason = text_of(event, "reason");
  if (is_typed(event)) return printable_line(reason);
  if (const std::string_view known = words_of(kReasons, reason); !known.empty()) return std::string(known);
  if (auto number = number_text(reason); !number.empty()) return number;
  // "ending 4567 sms": of a test.
  for (const std::string_view end : {" sms", " call"})
    if (reason.starts_with("ending ") && reason.ends_with(end))
      return ending_text(std::string_view(reason).substr(0, reason.size() - end.size())) + " " +
             std::string(words_of(kReasons, end.substr(1)));
  // "helpdesk phone: not_proven"
  if (const auto colon = reason.rfind(": "); colon != std::string::npos) {
    const std::string_view known = words_of(kReasons, std::string_view(reason).substr(colon + 2));
    if (!known.empty()) return printable_line(std::string_view(reason).substr(0, colon + 2)) + std::string(known);
  }
  if (!reason.contains(' ')) std::ranges::replace(reason, '_', ' ');
  return printable_line(reason);
}

std::string why_text(const Json& event) {
  const std::string actor = text_of(event, "actor");
  std::string reason = reason_text(event);
  if (actor.empty()) return reason;
  return reason.empty() ? say("by {}", printable_line(actor)) : say("by {}: {}", printable_line(actor), reason);
}

}  // namespace

bool is_reason(std::string_view word) { return std::ranges::find(kReasons, word, &Words::name) != kReasons.end(); }

bool is_event(std::string_view name) {
  return std::ranges::any_of(kEvents, [name](const Words& event) {
    return event.name == name || (event.name.starts_with(name) && event.name[name.size()] == '.');
  });
}

std::string event_in_words(std::string_view event) {
  const std::string_view words = words_of(kEvents, event);
  return words.empty() ? printable_line(event) : std::string(words);
}

std::string events_text(const std::vector<Json>& events, const Style& style) {
  std::vector<Row> rows{{"  ", say("WHEN"), say("WHAT"), say("SERVICE"), say("FROM"), say("FACTOR"), say("WHY")}};
  for (const Json& event : events) {
    const auto at = parse_time(text_of(event, "at"));
    rows.push_back({"  ", at ? local_time(*at) : "?", event_in_words(text_of(event, "event")),
                    printable_line(text_of(event, "service")), printable_line(text_of(event, "from")),
                    printable_line(text_of(event, "factor")), why_text(event)});
  }
  return table(rows, style);
}

std::string history_text(const std::vector<Json>& events, bool older, const Style& style) {
  if (events.empty()) return older ? say("Nothing since then.\n") : say("Nothing has been recorded of you here.\n");
  std::string text = events_text(events, style);
  if (older) text += say("\nOlder ones: mfa-enroll history --all\n");
  return text + say("\nSomething that was not you? mfa-enroll report\n");
}

}  // namespace mfa::cli
