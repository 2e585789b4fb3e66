#include "common/flows/hand_over.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/flows/proven.h"
#include "common/flows/step_up.h"
#include "common/flows/trusting.h"
#include "common/language/language.h"

namespace mfa {
namespace {

Event act_on(const Engine& engine, const std::string& user, UnixTime now, EventKind kind) {
  Event event = request_event(engine, {.name = {user}, .uid = {}, .gid = {}}, now, kind);
  event.actor = "root";
  return event;
}

std::size_t live_devices(Transaction& tx, const Person& person, UnixTime now) {
  const auto trusts = tx.trusts(person.id);
  return static_cast<std::size_t>(
      std::ranges::count_if(trusts, [now](const Trust& trust) { return !trust.ended && trust.until > now; }));
}

RequestError unknown_here(const std::string& user) {
  return refused(say("Nothing is kept of anybody by the name of {}.", user),
                 "Names are kept as they were when something was set up; capital letters count.");
}

// Nothing: the row may become this account's.
std::optional<RequestError> why_not(Transaction& tx, const Person& person, const Account& account) {
  const bool same_name = person.name == account.name;
  if (same_name && person.uid == account.uid)
    return refused(say("{} has that name and that uid already.", account.name.value));
  const auto other = tx.person_by_name(account.name);
  if (!same_name && other)
    return refused(
        say("Something is kept of somebody by the name of {} already (uid {}).", account.name.value, other->uid.value),
        say("If that is nobody any more: mfa-enroll admin retire {}", account.name.value));
  const auto owner = tx.person_by_uid(account.uid);
  if (owner && owner->id != person.id)
    return refused(say("The uid {} is kept as that of {}.", account.uid.value, owner->name.value),
                   say("If that is nobody any more: mfa-enroll admin retire {}", owner->name.value));
  if (!same_name && person.uid != account.uid)
    return refused(say("{} had the uid {}, {} has {}: not the same account.", person.name.value, person.uid.value,
                       account.name.value, account.uid.value),
                   say("Somebody else now? mfa-enroll admin retire {}", person.name.value));
  return std::nullopt;
}

}  // namespace

std::expected<RenamedReply, RequestError> rename_person(Engine& engine, const Asker& asker, const std::string& user,
                                                        const std::string& to) {
  using Result = std::expected<RenamedReply, RequestError>;
  if (!may(asker.caller.uid, Verb::rename_person))
    return std::unexpected(refused("Only root may say whose a name is.", "Run it with sudo."));
  const auto account = find_account(engine, to);
  if (!account) return std::unexpected(account.error());
  // A second name of a uid is nobody's own.
  const auto first = identify(engine.accounts, account->uid);
  if (!first) return std::unexpected(lookup_failed());
  if (first->name != account->name)
    return std::unexpected(
        refused(say("{} is a second name of {}.", account->name.value, first->name.value), "Give the first one."));
  const UnixTime now = engine.clock.now();
  auto result = writing(engine.store, [&](Transaction& tx) -> Result {
    auto person = tx.person_by_name({user});
    if (!person) return std::unexpected(unknown_here(user));
    if (auto error = why_not(tx, *person, *account)) return std::unexpected(*std::move(error));
    Event about = act_on(engine, account->name.value, now, EventKind::person_renamed);
    about.reason = person->name == account->name ? fmt::format("uid was {}", person->uid.value)
                                                 : fmt::format("{}{}", kWas, person->name.value);
    if (person->name != account->name) {
      Event before = act_on(engine, person->name.value, now, EventKind::person_renamed);
      before.reason = fmt::format("{}{}", kIsNow, account->name.value);
      tx.append(before);
    }
    tx.append(about);
    RenamedReply reply{.user = account->name.value, .was = person->name.value, .factors = {}, .devices = 0};
    tx.rename_person(person->id, account->name, account->uid);
    person->name = account->name;
    person->uid = account->uid;
    outdate(tx, *person);
    for (const Factor& factor : tx.factors(person->id)) reply.factors.push_back(factor.id());
    reply.devices = live_devices(tx, *person, now);
    return reply;
  });
  if (!result) return std::unexpected(store_failed(engine, asker, result.error()));
  return *std::move(result);
}

std::expected<RetiredReply, RequestError> retire_person(Engine& engine, const Asker& asker, const std::string& user) {
  using Result = std::expected<RetiredReply, RequestError>;
  if (!may(asker.caller.uid, Verb::retire_person))
    return std::unexpected(refused("Only root may remove what is kept of somebody.", "Run it with sudo."));
  const UnixTime now = engine.clock.now();
  auto result = writing(engine.store, [&](Transaction& tx) -> Result {
    auto person = tx.person_by_name({user});
    if (!person) return std::unexpected(unknown_here(user));
    RetiredReply reply{.user = user, .uid = person->uid, .removed = {}, .recovery_codes = 0, .devices = 0};
    Event about = act_on(engine, user, now, EventKind::person_retired);
    about.reason = fmt::format("uid {}", person->uid.value);
    for (const Factor& factor : tx.factors(person->id)) {
      reply.removed.push_back(factor.id());
      about.factor += (about.factor.empty() ? "" : ",") + factor.id();
    }
    reply.recovery_codes = tx.recovery_codes_left(person->id);
    reply.devices = live_devices(tx, *person, now);
    tx.append(about);
    end_all_trust(tx, *person, TrustEnd::reset, about);
    tx.remove_person(person->id);
    return reply;
  });
  if (!result) return std::unexpected(store_failed(engine, asker, result.error()));
  return *std::move(result);
}

}  // namespace mfa
