#include "common/flows/helpdesk_grants.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <utility>

#include "common/domain/country_names.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

// Kept in one transaction with its event, unless something stands against it by then.
std::optional<RequestError> grant(Engine& engine, const Asker& asker, const Clerk& both, const Event& event,
                                  const std::function<std::optional<RequestError>(Transaction&, Person&)>& keep) {
  auto done = writing(engine.store, [&](Transaction& tx) -> std::optional<RequestError> {
    if (auto error = no_act_left(tx, engine, both)) return error;
    const Found found = find_person(tx, both.subject);
    if (found.mismatch) return changed_hands(both.subject);
    Person person =
        found.person ? *found.person : tx.add_person(both.subject.name, both.subject.uid, engine.clock.now());
    if (auto error = keep(tx, person)) return error;
    tx.append(event);
    return std::nullopt;
  });
  if (!done) return store_failed(engine, asker, done.error());
  if (!*done) tell_by_text(engine, both.subject, both.phones, event);
  return *std::move(done);
}

// What stands in the trail before the clerk's own words.
Event with_terms(Event event, const std::string& terms) {
  event.reason = event.reason.empty() ? terms : terms + "; " + event.reason;
  return event;
}

// The trail is in English, whatever the clerk reads.
std::string uses_in_words(std::uint32_t uses, std::chrono::seconds length) {
  const Speaking english(kEnglish);
  return fmt::format("{} login{} within {}", uses, uses == 1 ? "" : "s", texts::window(length));
}

std::string until_in_words(Engine& engine, bool ends, UnixTime until) {
  const Speaking english(kEnglish);
  return ends ? "ended" : "until " + engine.clock.time_in_words(until);
}

RequestError nothing_to_stand_in_for(const Account& subject) {
  return refused(say("{} has no second factor that a code could stand in for.", subject.name.value),
                 say("To begin one: mfa-enroll helpdesk reset {}", subject.name.value));
}

// Said before anybody confirms anything, and decided again where it is noted.
std::optional<RequestError> too_many_journeys(Transaction& tx, const Person& person, const std::string& country,
                                              UnixTime now) {
  const auto others = tx.journeys(person.id);
  const auto count = std::ranges::count_if(
      others, [&](const Journey& other) { return other.country != country && other.until > now; });
  if (static_cast<std::size_t>(count) < kMostJourneys) return std::nullopt;
  return refused(say("{} has {} journeys noted already.", person.name.value, kMostJourneys),
                 "End one, with a day that is past: --until 2000-01-01");
}

RequestError not_one_country(const std::string& text, std::span<const std::string_view> meant) {
  if (meant.empty()) return refused(say("There is no country {}.", text), "Give its code of two letters: --country AU");
  return refused(say("{} may mean one of these: {}", text, fmt::join(meant, ", ")), "Give one of these codes.");
}

}  // namespace

std::expected<BypassReply, RequestError> helpdesk_bypass(Engine& engine, const Asker& asker,
                                                         const HelpdeskRequest& request, std::chrono::seconds length,
                                                         std::uint32_t uses) {
  if (length <= std::chrono::seconds(0) || length > kLongestBypass || uses < 1 || uses > kMostBypassUses)
    return std::unexpected(refused(
        say("A bypass code is good for {} and {} logins at most.", texts::window(kLongestBypass), kMostBypassUses),
        "Say less with --for 24h --uses 1."));
  const Act act{.verb = Verb::helpdesk_bypass, .reason = request.reason, .checked = request.checked};
  auto both = may_act(engine, asker, request.user, act);
  if (!both) return std::unexpected(both.error());
  const auto factors = factors_of(engine, asker, *both);
  if (!factors) return std::unexpected(factors.error());
  if (factors->empty()) return std::unexpected(nothing_to_stand_in_for(both->subject));
  if (auto error = go_ahead(engine, asker, *both)) return std::unexpected(*std::move(error));
  std::array<std::uint8_t, kBypassBytes> random{};
  if (!engine.random.fill(random))
    return std::unexpected(RequestError{.kind = RequestError::Kind::unavailable,
                                        .text = say("The system gives no randomness."),
                                        .hint = say("Try again soon.")});
  BypassReply reply{.user = both->subject.name.value,
                    .code = bypass_code(random),
                    .uses = uses,
                    .until = engine.clock.now() + length};
  Event event = with_terms(act_event(engine, *both, act, EventKind::helpdesk_bypass), uses_in_words(uses, length));
  event.factor = "bypass";
  auto failed = grant(engine, asker, *both, event, [&](Transaction& tx, Person& person) -> std::optional<RequestError> {
    if (tx.factors(person.id).empty()) return nothing_to_stand_in_for(both->subject);
    tx.keep_bypass_code(person.id, reply.code, {.until = reply.until, .uses = uses});
    return std::nullopt;
  });
  if (!failed) return reply;
  wipe(reply.code);
  return std::unexpected(*std::move(failed));
}

std::expected<JourneyReply, RequestError> helpdesk_travel(Engine& engine, const Asker& asker,
                                                          const HelpdeskRequest& request, const std::string& country,
                                                          UnixTime until) {
  const auto meant = countries_meant(country, in_words);
  if (meant.size() != 1) return std::unexpected(not_one_country(country, meant));
  const std::string code(meant.front());
  const UnixTime now = engine.clock.now();
  const bool ends = until <= now;
  if (!ends && !still_holds(until, now, kLongestJourney))
    return std::unexpected(refused("A journey is noted for a year at most.", "Give an earlier day with --until."));
  const Act act{.verb = Verb::helpdesk_travel, .reason = request.reason, .checked = request.checked};
  auto both = may_act(engine, asker, request.user, act);
  if (!both) return std::unexpected(both.error());
  if (auto error = go_ahead(engine, asker, *both)) return std::unexpected(*std::move(error));
  const Event event = with_terms(act_event(engine, *both, act, EventKind::helpdesk_travel),
                                 fmt::format("{} {}", code, until_in_words(engine, ends, until)));
  auto failed = grant(engine, asker, *both, event, [&](Transaction& tx, Person& person) -> std::optional<RequestError> {
    if (auto error = ends ? std::nullopt : too_many_journeys(tx, person, code, now)) return error;
    for (const Journey& old : tx.journeys(person.id)) {
      if (old.country == code || old.until <= now) tx.remove_journey(person.id, old.country);
    }
    if (ends) return std::nullopt;
    tx.add_journey(person.id, {.country = code, .until = until});
    return std::nullopt;
  });
  if (failed) return std::unexpected(*std::move(failed));
  return JourneyReply{
      .user = both->subject.name.value, .country = code, .until = ends ? std::nullopt : std::optional(until)};
}

std::expected<ExemptReply, RequestError> helpdesk_exempt(Engine& engine, const Asker& asker,
                                                         const HelpdeskRequest& request, UnixTime until) {
  const UnixTime now = engine.clock.now();
  const bool ends = until <= now;
  if (!ends && !still_holds(until, now, kLongestExemption))
    return std::unexpected(refused("Nobody is exempt for more than 30 days.", "Give an earlier day with --until."));
  const Act act{.verb = Verb::helpdesk_exempt, .reason = request.reason, .checked = request.checked};
  auto both = may_act(engine, asker, request.user, act);
  if (!both) return std::unexpected(both.error());
  if (auto error = go_ahead(engine, asker, *both)) return std::unexpected(*std::move(error));
  const Event event =
      with_terms(act_event(engine, *both, act, EventKind::helpdesk_exempt), until_in_words(engine, ends, until));
  auto failed = grant(engine, asker, *both, event, [&](Transaction& tx, Person& person) -> std::optional<RequestError> {
    person.exempt_until = ends ? std::nullopt : std::optional(until);
    tx.save(person);
    return std::nullopt;
  });
  if (failed) return std::unexpected(*std::move(failed));
  return ExemptReply{.user = both->subject.name.value, .until = ends ? std::nullopt : std::optional(until)};
}

}  // namespace mfa
