#include "cli/history_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "cli/plain_text.h"
#include "cli/table.h"
#include "cli/times.h"

namespace mfa::cli {

namespace {

struct Words {
  std::string_view name;
  std::string_view words;
};

constexpr std::array kEvents{
    Words{"login.passed", "logged in"},
    Words{"login.failed", "login failed"},
    Words{"login.refused", "login refused"},
    Words{"login.skipped", "logged in, nothing asked"},
    Words{"login.abandoned", "login broken off"},
    Words{"login.locked_out", "locked out"},
    Words{"login.reported", "reported as not you"},
    Words{"login.trusted", "logged in from a trusted device"},
    Words{"trust.granted", "device remembered"},
    Words{"trust.ended", "device no longer trusted"},
    Words{"password.failed", "wrong password from a trusted device"},
    Words{"password.changed", "password changed"},
    Words{"message.sent", "text or call sent to you"},
    Words{"message.failed", "text or call could not be sent"},
    Words{"factor.added", "factor added"},
    Words{"factor.removed", "factor removed"},
    Words{"factor.renamed", "factor renamed"},
    Words{"factor.default", "default factor chosen"},
    Words{"recovery.made", "new recovery codes made"},
    Words{"test.passed", "code tried: right"},
    Words{"test.failed", "code tried: not right"},
    Words{"step_up.passed", "proved who you are"},
    Words{"step_up.failed", "did not prove who you are"},
    Words{"enrolment.code_made", "enrolment code made for you"},
    Words{"enrolment.refused", "enrolment refused"},
    Words{"mfa.disabled", "asking for codes switched off"},
    Words{"mfa.enabled", "asking for codes switched on"},
    Words{"admin.provisioned", "factor added by an administrator"},
    Words{"admin.imported", "factor brought over by an administrator"},
    Words{"helpdesk.show", "looked at by the helpdesk"},
    Words{"helpdesk.unlock", "lockout ended by the helpdesk"},
    Words{"helpdesk.reset", "second factor reset by the helpdesk"},
    Words{"helpdesk.bypass", "bypass code made by the helpdesk"},
    Words{"helpdesk.identify", "identified by the helpdesk"},
    Words{"helpdesk.identify_failed", "not identified by the helpdesk"},
    Words{"helpdesk.travel", "journey noted by the helpdesk"},
    Words{"helpdesk.exempt", "exemption by the helpdesk"},
    Words{"helpdesk.key", "security key added by the helpdesk"},
    Words{"helpdesk.token", "hardware token added by the helpdesk"},
    Words{"helpdesk.phone", "phone added by the helpdesk"},
    Words{"admin.test_sent", "text or call sent as a test"},
    Words{"helpdesk.refused", "act of the helpdesk refused"},
    Words{"store.created", "store made"},
    Words{"store.upgraded", "store upgraded"},
    Words{"store.key_rotated", "new key of the store"},
    Words{"store.backed_up", "backup of the store made"},
    Words{"store.restored", "store restored from a backup"},
    Words{"admin.renamed", "login name or uid changed"},
    Words{"admin.retired", "all that was kept removed"},
    Words{"records.purged", "detail of old events purged"},
};

// Reasons whose own word says too little; the others are read as they are.
constexpr std::array kReasons{
    Words{"wrong", "wrong code"},
    Words{"replayed", "code used before"},
    Words{"code_expired", "code that was sent too long ago"},
    Words{"sms", "text"},
    Words{"sms failed", "text"},
    Words{"sms refused", "text"},
    Words{"not_proven", "no proof of who did it"},
    Words{"too_many_acts", "too many in a day"},
    Words{"call failed", "call"},
    Words{"call refused", "call, not answered"},
    Words{"locked", "locked out"},
    Words{"too_many_wrong", "too many wrong codes"},
    Words{"gone", "no answer"},
    Words{"cannot_ask", "the program shows no questions"},
    Words{"answered_with_password", "the program shows no questions"},
    Words{"notme", "notme at a login"},
    Words{"report", "mfa-enroll report"},
    Words{"password_changed", "new password"},
    Words{"failed_attempts", "wrong passwords or codes from it"},
    Words{"reported", "a report"},
    Words{"one_factor", "a key alone"},
    Words{"burst", "right after a code"},
};

template <std::size_t N>
std::string_view in_words(const std::array<Words, N>& table, std::string_view name) {
  const auto* found = std::ranges::find(table, name, &Words::name);
  return found == table.end() ? std::string_view{} : found->words;
}

// Of "sms ending 4567 new_number", and what became of it: "text to a new number, ending 4567". Empty: it is no such
// reason.
std::string number_text(std::string_view reason) {
  constexpr std::string_view kNew = " new_number";
  std::string_view how;
  for (const std::string_view end : {" failed", " refused"})
    if (reason.ends_with(end)) {
      how = end == " refused" && reason.starts_with("call") ? ", not answered" : "";
      reason.remove_suffix(end.size());
    }
  if (!reason.ends_with(kNew)) return {};
  reason.remove_suffix(kNew.size());
  const auto space = reason.find(' ');
  if (space == std::string_view::npos) return {};
  return fmt::format("{} to a new number, {}{}", reason.starts_with("sms") ? "text" : "call", reason.substr(space + 1),
                     how);
}

// Words of scripts are joined by "_"; a clerk's reason is a sentence.
std::string reason_text(const Json& event) {
  std::string reason = text_of(event, "reason");
  if (const std::string_view known = in_words(kReasons, reason); !known.empty()) return std::string(known);
  if (const auto number = number_text(reason); !number.empty()) return printable_line(number);
  // "ending 4567 sms": of a test.
  if (reason.starts_with("ending ") && reason.ends_with(" sms"))
    return printable_line(reason.substr(0, reason.size() - 3)) + "text";
  // "helpdesk phone: not_proven"
  if (const auto colon = reason.rfind(": "); colon != std::string::npos) {
    const std::string_view known = in_words(kReasons, std::string_view(reason).substr(colon + 2));
    if (!known.empty()) return printable_line(std::string_view(reason).substr(0, colon + 2)) + std::string(known);
  }
  if (!reason.contains(' ')) std::ranges::replace(reason, '_', ' ');
  return printable_line(reason);
}

std::string why_text(const Json& event) {
  const std::string actor = text_of(event, "actor");
  std::string reason = reason_text(event);
  if (actor.empty()) return reason;
  return reason.empty() ? fmt::format("by {}", printable_line(actor))
                        : fmt::format("by {}: {}", printable_line(actor), reason);
}

}  // namespace

bool is_event(std::string_view name) {
  return std::ranges::any_of(kEvents, [name](const Words& event) {
    return event.name == name || (event.name.starts_with(name) && event.name[name.size()] == '.');
  });
}

std::string event_in_words(std::string_view event) {
  const std::string_view words = in_words(kEvents, event);
  return words.empty() ? printable_line(event) : std::string(words);
}

std::string events_text(const std::vector<Json>& events, const Style& style) {
  std::vector<Row> rows{{"  ", "WHEN", "WHAT", "SERVICE", "FROM", "FACTOR", "WHY"}};
  for (const Json& event : events) {
    const auto at = parse_time(text_of(event, "at"));
    rows.push_back({"  ", at ? local_time(*at) : "?", event_in_words(text_of(event, "event")),
                    printable_line(text_of(event, "service")), printable_line(text_of(event, "from")),
                    printable_line(text_of(event, "factor")), why_text(event)});
  }
  return table(rows, style);
}

std::string history_text(const std::vector<Json>& events, bool older, const Style& style) {
  if (events.empty()) return older ? "Nothing since then.\n" : "Nothing has been recorded of you here.\n";
  std::string text = events_text(events, style);
  if (older) text += "\nOlder ones: mfa-enroll history --all\n";
  return text + "\nSomething that was not you? mfa-enroll report\n";
}

}  // namespace mfa::cli
