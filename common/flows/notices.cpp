#include "common/flows/notices.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/domain/country_names.h"
#include "common/domain/grant.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

constexpr std::size_t kMostLooked = 50;  // rows: what is older is told to be in the history
constexpr std::size_t kMostLines = 3;
constexpr std::string_view kEnded = "ended";  // flows/helpdesk_grants: what was granted is over

bool by_helpdesk(EventKind kind) {
  const auto number = static_cast<std::uint16_t>(kind);
  return number >= kFirstHelpdeskAct && number <= kLastHelpdeskAct;
}

std::string with_article(std::optional<FactorKind> kind) {
  if (!kind) return say("a factor");
  switch (*kind) {
    case FactorKind::totp:
      return say("an authenticator app");
    case FactorKind::hotp:
      return say("a hardware token");
    case FactorKind::sms:
    case FactorKind::call:
      return say("a phone");
    case FactorKind::key:
      return say("a security key");
  }
  return {};
}

// The names that we give are kept in English.
bool is_usual_name(FactorKind kind, std::string_view name) {
  const Speaking english(kEnglish);
  return name == texts::kind_in_words(kind);
}

// "an authenticator app (iPhone)"; of a factor that is no more its id.
std::string factor_in_words(const std::string& id, std::span<const Factor> factors) {
  if (id.empty()) return with_article(std::nullopt);
  const auto found = std::ranges::find(factors, id, &Factor::id);
  const auto kind = factor_kind(std::string_view(id).substr(0, id.rfind('-')));
  const std::string_view name = found == factors.end() ? std::string_view(id) : std::string_view(found->name);
  if (kind && is_usual_name(*kind, name)) return with_article(kind);
  return fmt::format("{} ({})", with_article(kind), name);
}

// A word of ours at the beginning of a sentence.
std::string capital(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

// Of ids with commas between them.
std::string removed_in_words(const std::string& ids) {
  if (ids.empty()) return say("there was none");
  return ids.contains(',') ? say("all of them were removed") : say("{} was removed", factor_in_words(ids, {}));
}

// "FJ until …" and "FJ ended", as flows/helpdesk_grants records it.
std::string travel_in_words(std::string_view reason, const std::string& when) {
  const std::string_view code = reason.substr(0, reason.find(' '));
  const std::string_view terms = reason.substr(std::min(code.size() + 1, reason.size()));
  const std::string_view name = country_name(code);
  const std::string_view country = name.empty() ? code : mfa::in_words(name);
  return terms.starts_with(kEnded) ? say("The helpdesk ended on {} the journey to {} that it had noted.", when, country)
                                   : say("The helpdesk noted on {} that you travel to {}.", when, country);
}

std::string in_words(const Event& event, const std::string& when, std::span<const Factor> factors) {
  const std::string who = by_helpdesk(event.kind) ? say("The helpdesk") : say("An administrator");
  const std::string factor = factor_in_words(event.factor, factors);
  switch (event.kind) {
    case EventKind::factor_added:
      return say("{} was added on {}.", capital(factor), when);
    case EventKind::factor_removed:
      return say("{} was removed on {}.", capital(factor), when);
    case EventKind::recovery_codes_made:
      return say("New recovery codes were made on {}; the old ones stopped working.", when);
    case EventKind::asking_disabled:
      return say("On {} asking for a code was switched off where that is left to you.", when);
    case EventKind::helpdesk_unlocked:
      return say("The helpdesk ended a lockout of yours on {}.", when);
    case EventKind::helpdesk_bypass:
      return say("The helpdesk made a bypass code for your account on {}.", when);
    case EventKind::helpdesk_travel:
      return travel_in_words(event.reason, when);
    case EventKind::helpdesk_exempt:
      return event.reason.starts_with(kEnded)
                 ? say("The helpdesk ended on {} that your account does without a second factor.", when)
                 : say("The helpdesk noted on {} that your account does without a second factor.", when);
    case EventKind::helpdesk_reset:
      if (tells_of_ended(event.reason))
        return say("The helpdesk reset your second factor on {}: {}. What it had allowed before is over.", when,
                   removed_in_words(event.factor));
      return say("The helpdesk reset your second factor on {}: {}.", when, removed_in_words(event.factor));
    case EventKind::person_renamed:
      return say("An administrator noted on {} that your login name or uid has changed.", when);
    case EventKind::provisioned:
    case EventKind::imported:
    case EventKind::helpdesk_key_added:
    case EventKind::helpdesk_token_added:
    case EventKind::helpdesk_phone_added:
      return say("{} added {} on {}.", who, factor, when);
    default:
      break;
  }
  return say("{} changed something about your second factor on {}.", who, when);
}

// Codes that came with a new factor: that says enough.
bool came_with_another(std::span<const TrailRow> newest_first, std::size_t at) {
  if (newest_first[at].event.kind != EventKind::recovery_codes_made || at + 1 == newest_first.size()) return false;
  const TrailRow& before = newest_first[at + 1];
  const bool new_factor = before.event.kind == EventKind::factor_added || before.event.kind == EventKind::provisioned;
  return new_factor && before.seq + 1 == newest_first[at].seq && before.event.at == newest_first[at].event.at;
}

}  // namespace

std::vector<TrailRow> untold(Transaction& tx, const Person& person) {
  std::vector<TrailRow> rows = tx.told_about(person.name.value, person.told, kMostLooked);
  // Of somebody who had the name before.
  std::erase_if(rows, [&](const TrailRow& row) { return row.event.at < person.first_seen; });
  return rows;
}

std::vector<std::string> change_notices(Clock& clock, std::span<const TrailRow> untold,
                                        std::span<const Factor> factors) {
  std::vector<std::string> lines;
  bool more = false;
  for (std::size_t i = 0; i < untold.size() && !more; ++i) {
    if (came_with_another(untold, i)) continue;
    more = lines.size() == kMostLines;
    if (!more) lines.push_back(in_words(untold[i].event, clock.time_in_words(untold[i].event.at), factors));
  }
  if (lines.empty()) return lines;
  if (more) lines.push_back(say("Before that there were more changes: mfa-enroll history shows them."));
  std::ranges::reverse(lines);
  return lines;
}

void note_told(Person& person, std::span<const TrailRow> untold) {
  if (!untold.empty()) person.told = std::max(person.told, untold.front().seq);
}

std::string tell_in_passing(Transaction& tx, Clock& clock, Person person) {
  const std::vector<TrailRow> rows = untold(tx, person);
  const std::uint32_t failed = std::exchange(person.failed_since_login, 0);
  if (rows.empty() && failed == 0) return {};
  std::vector<std::string> lines = change_notices(clock, rows, tx.factors(person.id));
  if (!lines.empty()) lines.push_back(texts::not_wanted(texts::SayBy::command));
  if (failed > 0) lines.push_back(texts::failed_logins(failed, texts::SayBy::command));
  note_told(person, rows);
  tx.save(person);
  return texts::lines(lines, "");
}

}  // namespace mfa
