#include "common/flows/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/flows/identity.h"
#include "common/flows/proven.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/flows/trusting.h"
#include "common/language/language.h"

namespace mfa {
namespace {

DeviceEntry entry_of(const Trust& trust, const std::optional<std::string>& password_version = std::nullopt) {
  const bool ended = password_version && *password_version != trust.password_version;
  return {.id = fmt::format("device-{}", trust.number),
          .kind = std::string(name_of(trust.device.kind)),
          .label = trust.label,
          .server = trust.server,
          .since = trust.since,
          .until = trust.until,
          .ended = ended ? std::string(name_of(TrustEnd::password_changed)) : ""};
}

bool listed(const Trust& trust, UnixTime now) {
  return !trust.burst && !trust.ended && now >= trust.since && now < trust.until;
}

}  // namespace

std::vector<DeviceEntry> devices_of(std::span<const Trust> trusts, UnixTime now,
                                    const std::optional<std::string>& password_version) {
  std::vector<DeviceEntry> entries;
  for (const Trust& trust : trusts) {
    if (listed(trust, now)) entries.push_back(entry_of(trust, password_version));
  }
  return entries;
}

std::optional<std::string> version_for(Engine& engine, const Account& account, std::span<const Trust> trusts) {
  if (trusts.empty()) return std::nullopt;
  auto version = engine.versions.version_of(account.name);
  return version ? std::optional(*std::move(version)) : std::nullopt;
}

std::expected<DevicesReply, RequestError> devices(Engine& engine, const Asker& asker) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  const auto trusts = reading(engine.store, [&](Transaction& tx) {
    const Found found = find_person(tx, *account);
    return found.person && !found.mismatch ? tx.trusts(found.person->id) : std::vector<Trust>{};
  });
  if (!trusts) return std::unexpected(store_failed(engine, asker, trusts.error()));
  return DevicesReply{devices_of(*trusts, engine.clock.now(), version_for(engine, *account, *trusts))};
}

std::expected<DevicesReply, RequestError> forget_devices(Engine& engine, const Asker& asker,
                                                         const std::string& device) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  const UnixTime now = engine.clock.now();
  const Event about = request_event(engine, *account, now, EventKind::trust_ended);
  DevicesReply reply;
  const auto done = engine.store.write([&](Transaction& tx) {
    Found found = find_person(tx, *account);
    if (!found.person || found.mismatch) return;
    const std::vector<Trust> trusts = tx.trusts(found.person->id);
    for (const DeviceEntry& entry : devices_of(trusts, now)) {
      if (device.empty() || entry.id == device) reply.devices.push_back(entry);
    }
    if (device.empty()) {
      end_all_trust(tx, *found.person, TrustEnd::forgotten, about);
      return;
    }
    for (const Trust& trust : trusts) {
      if (listed(trust, now) && entry_of(trust).id == device)
        end_trust(tx, found.person->id, trust, TrustEnd::forgotten, about);
    }
  });
  if (!done) return std::unexpected(store_failed(engine, asker, done.error()));
  if (!device.empty() && reply.devices.empty())
    return std::unexpected(
        refused(say("You have no trusted device {}.", device), "See yours with: mfa-enroll devices"));
  return reply;
}

std::expected<NewPasswordReply, RequestError> password_changed(Engine& engine, const Asker& asker,
                                                               const std::string& user) {
  if (!may(asker.caller.uid, Verb::password_changed))
    return std::unexpected(refused("Only root may report someone's new password.", "Run it with sudo."));
  const auto account = find_account(engine, user);
  if (!account) return std::unexpected(account.error());
  const UnixTime now = engine.clock.now();
  Event about = request_event(engine, *account, now, EventKind::password_changed);
  about.actor = "root";
  NewPasswordReply reply;
  bool mismatch = false;
  const auto done = engine.store.write([&](Transaction& tx) {
    Found found = find_person(tx, *account);
    mismatch = found.mismatch;
    if (!found.person || found.mismatch) return;
    reply.devices = devices_of(tx.trusts(found.person->id), now);
    tx.append(about);
    found.person->reported.reset();
    const auto bypass = tx.bypass_code(found.person->id);
    reply.bypass_ended = bypass && bypass->until > now;
    tx.drop_bypass_code(found.person->id);
    outdate(tx, *found.person);
    end_all_trust(tx, *found.person, TrustEnd::password_changed, about);
  });
  if (!done) return std::unexpected(store_failed(engine, asker, done.error()));
  if (mismatch) return std::unexpected(refused(texts::other_person(engine.settings)));
  return reply;
}

}  // namespace mfa
