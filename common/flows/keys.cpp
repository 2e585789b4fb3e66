#include "common/flows/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/domain/device.h"
#include "common/domain/recovery.h"
#include "common/flows/add_factor.h"
#include "common/flows/enrol.h"
#include "common/flows/enrolment_codes.h"
#include "common/flows/helpdesk.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

constexpr std::string_view kUsualName = "security key";

std::expected<SshKey, RequestError> security_key(const std::string& line) {
  auto key = parse_ssh_key(line);
  if (!key)
    return std::unexpected(
        refused("That is no SSH public key.", "Give the line of a .pub file, as ssh-keygen -t ed25519-sk writes it."));
  if (!key->hardware_type())
    return std::unexpected(refused(say("That key is of type {}, not one of a security key.", key->type),
                                   "Make one with the key plugged in: ssh-keygen -t ed25519-sk"));
  return *std::move(key);
}

std::optional<RequestError> already_there(const std::vector<Factor>& factors, const SshKey& key) {
  for (const Factor& factor : factors) {
    const auto* known = std::get_if<KeyFactor>(&factor.detail);
    if (known != nullptr && known->fingerprint == key.fingerprint)
      return refused(say("That key is registered already, as {}.", factor.id()));
  }
  return std::nullopt;
}

// For somebody else. `code`: kept where nothing that the person has could be typed.
struct ForAnother {
  const Clerk& both;
  const std::string& code;
};

// `another`: null for one's own.
std::expected<RegisteredReply, RequestError> keep(Engine& engine, const Asker& asker, const SshKey& key,
                                                  Addition addition, const ForAnother* another) {
  const UnixTime now = engine.clock.now();
  RegisteredReply reply{.factor = "",
                        .kind = std::string(name_of(FactorKind::key)),
                        .detail = key.type + " " + key.fingerprint,
                        .recovery_codes = shown(addition.codes),
                        .enrolment_code = "",
                        .until = {}};
  addition.factor.detail = KeyFactor{.type = key.type, .fingerprint = key.fingerprint};
  auto added = writing(engine.store, [&](Transaction& tx) -> Added {
    const Found found = find_person(tx, addition.account);
    if (found.person && !found.mismatch) {
      if (auto error = already_there(tx.factors(found.person->id), key))
        return {.refusal = std::move(error), .id = "", .codes_kept = false};
    }
    if (another == nullptr) return add_factor(tx, engine, now, addition);
    if (auto error = no_act_left(tx, engine, another->both))
      return {.refusal = std::move(error), .id = "", .codes_kept = false};
    Added result = add_factor(tx, engine, now, addition);
    if (result.refusal) return result;
    Event about = request_event(engine, addition.account, now, addition.kind);
    about.actor = addition.actor;
    reply.until = hand_over_code(tx, *find_person(tx, addition.account).person, another->code, about);
    return result;
  });
  if (!added) return std::unexpected(store_failed(engine, asker, added.error()));
  if (added->refusal) return std::unexpected(*std::move(added->refusal));
  reply.factor = added->id;
  if (another != nullptr) {
    Event act = request_event(engine, addition.account, now, addition.kind);
    act.actor = addition.actor;
    act.factor = added->id;
    tell_by_text(engine, addition.account, another->both.phones, act);
  }
  if (!added->codes_kept) reply.recovery_codes.clear();
  if (reply.until) reply.enrolment_code = shown_recovery_code(another->code);
  return reply;
}

}  // namespace

std::expected<RegisteredReply, RequestError> enrol_key(Engine& engine, const Asker& asker, const std::string& line,
                                                       const std::string& name) {
  if (!engine.settings.key_self_enrol)
    return std::unexpected(refused("Security keys are registered by the helpdesk here.",
                                   say("Ask {}.", texts::helpdesk(engine.settings))));
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  const auto key = security_key(line);
  if (!key) return std::unexpected(key.error());
  const auto factors = reading(engine.store, [&](Transaction& tx) {
    const Found found = find_person(tx, *account);
    return found.person && !found.mismatch ? tx.factors(found.person->id) : std::vector<Factor>{};
  });
  if (!factors) return std::unexpected(store_failed(engine, asker, factors.error()));
  if (auto error = already_there(*factors, *key)) return std::unexpected(*std::move(error));
  if (auto free = name_for_new_factor(*factors, name, kUsualName); !free) return std::unexpected(free.error());
  const auto proven = step_up(engine, asker, *account, access_of(Verb::key).step_up);
  if (!proven) return std::unexpected(proven.error());
  auto enrolment_code = prove_enrolment_code(engine, asker, *account);
  if (!enrolment_code) return std::unexpected(enrolment_code.error());
  auto codes = new_recovery_codes(engine);
  if (!codes) return std::unexpected(codes.error());
  return keep(engine, asker, *key,
              {.account = *account,
               .factor = {},
               .wanted_name = name,
               .usual_name = kUsualName,
               .codes = *std::move(codes),
               .kind = EventKind::factor_added,
               .actor = "",
               .reason = "",
               .enrolment_code = *std::move(enrolment_code),
               .claim = claim_of(engine, *account, *proven),
               .terminal = asker.terminal},
              nullptr);
}

std::expected<RegisteredReply, RequestError> helpdesk_key(Engine& engine, const Asker& asker,
                                                          const HelpdeskKey& request) {
  const Act act{.verb = Verb::helpdesk_key, .reason = request.reason, .checked = request.checked};
  const auto key = security_key(request.line);
  if (!key) return std::unexpected(key.error());
  auto both = may_act(engine, asker, request.user, act);
  if (!both) return std::unexpected(both.error());
  const auto factors = factors_of(engine, asker, *both);
  if (!factors) return std::unexpected(factors.error());
  if (auto error = already_there(*factors, *key)) return std::unexpected(*std::move(error));
  if (auto free = name_for_new_factor(*factors, request.name, kUsualName, both->subject.name.value); !free)
    return std::unexpected(free.error());
  if (auto error = go_ahead(engine, asker, *both)) return std::unexpected(*std::move(error));
  auto code = new_enrolment_code(engine);
  if (!code) return std::unexpected(std::move(code.error()));
  const ForAnother another{.both = *both, .code = *code};
  // No recovery codes: they would be the clerk's to read.
  auto reply = keep(engine, asker, *key,
                    {.account = both->subject,
                     .factor = {},
                     .wanted_name = request.name,
                     .usual_name = kUsualName,
                     .codes = {},
                     .kind = EventKind::helpdesk_key_added,
                     .actor = both->clerk.name.value,
                     .reason = reason_of(*both, act),
                     .enrolment_code = {},
                     .claim = std::nullopt,
                     .terminal = std::nullopt},
                    &another);
  wipe(*code);
  return reply;
}

}  // namespace mfa
