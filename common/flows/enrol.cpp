#include "common/flows/enrol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/domain/base32.h"
#include "common/domain/otpauth.h"
#include "common/domain/recovery.h"
#include "common/flows/add_factor.h"
#include "common/flows/identity.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

RequestError no_randomness(const Engine& engine) {
  return {.kind = RequestError::Kind::unavailable,
          .text = say("The system gives no randomness; nothing was changed."),
          .hint = say("Ask {}.", texts::helpdesk(engine.settings))};
}

void wipe_all(std::vector<std::string>& codes) {
  for (std::string& code : codes) wipe(code);
}

std::expected<EnrolledReply, RequestError> keep(Engine& engine, const Asker& asker, Addition addition) {
  const UnixTime now = engine.clock.now();
  const auto added = writing(engine.store, [&](Transaction& tx) { return add_factor(tx, engine, now, addition); });
  std::expected<EnrolledReply, RequestError> reply;
  if (!added) {
    reply = std::unexpected(store_failed(engine, asker, added.error()));
  } else if (added->refusal) {
    reply = std::unexpected(*added->refusal);
  } else {
    const Secret& key = std::get<TotpFactor>(addition.factor.detail).key;
    reply->factor = added->id;
    reply->kind = name_of(FactorKind::totp);
    reply->uri = otpauth_uri(app_uri(engine, addition.account, key));
    reply->secret = base32_encode(key.bytes());
    if (added->codes_kept) reply->recovery_codes = shown(addition.codes);
  }
  wipe_all(addition.codes);
  return reply;
}

}  // namespace

RequestError set_up_ended(SetUpEnd how) {
  if (how == SetUpEnd::back) return refused("Nothing was set up.");
  if (how != SetUpEnd::no_code) return dialogue_failed(DialogueError::gone);
  return refused("No right code came; the app was not added.",
                 "Set the phone's clock to automatic, delete the entry in the app, and try again.");
}

OtpauthUri app_uri(const Engine& engine, const Account& account, const Secret& key) {
  return {.issuer = engine.settings.issuer.empty() ? engine.server : engine.settings.issuer,
          .account = account.name.value,
          .key = key,
          .parameters = engine.settings.totp};
}

std::expected<Secret, RequestError> new_totp_key(Engine& engine) {
  Secret key(std::string(kTotpKeyBytes, '\0'));
  if (!engine.random.fill(key.writable())) return std::unexpected(no_randomness(engine));
  return key;
}

std::expected<std::vector<std::string>, RequestError> new_recovery_codes(Engine& engine) {
  std::vector<std::string> codes;
  codes.reserve(kRecoveryCodes);  // a code that moved would leave itself behind
  while (codes.size() < kRecoveryCodes) {
    std::array<std::uint8_t, kRecoveryCodeBytes> random{};
    if (!engine.random.fill(random)) return std::unexpected(no_randomness(engine));
    std::string code = recovery_code(random);
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(std::move(code));
  }
  return codes;
}

std::vector<std::string> shown(const std::vector<std::string>& codes) {
  std::vector<std::string> result;
  result.reserve(codes.size());
  for (const std::string& code : codes) result.push_back(shown_recovery_code(code));
  return result;
}

std::expected<EnrolledReply, RequestError> enrol_totp(Engine& engine, const Asker& asker, const std::string& name) {
  const auto account = identify(engine.accounts, asker.caller.uid);
  if (!account) return std::unexpected(refused("The system does not know who you are."));
  const auto factors = reading(engine.store, [&](Transaction& tx) {
    const Found found = find_person(tx, *account);
    return found.person && !found.mismatch ? tx.factors(found.person->id) : std::vector<Factor>{};
  });
  if (!factors) return std::unexpected(store_failed(engine, asker, factors.error()));
  if (auto free = name_for_new_factor(*factors, name, texts::kDefaultFactorName); !free)
    return std::unexpected(free.error());
  const auto proven = step_up(engine, asker, *account, access_of(Verb::totp).step_up);
  if (!proven) return std::unexpected(proven.error());
  auto enrolment_code = prove_enrolment_code(engine, asker, *account);
  if (!enrolment_code) return std::unexpected(enrolment_code.error());

  const auto key = new_totp_key(engine);
  if (!key) return std::unexpected(key.error());
  auto codes = new_recovery_codes(engine);
  if (!codes) return std::unexpected(codes.error());
  const auto app = prove_app(engine, asker.dialogue, app_uri(engine, *account, *key), DrawnBy::client);
  if (!app) {
    wipe_all(*codes);
    return std::unexpected(set_up_ended(app.error()));
  }
  Factor factor;
  factor.detail = *app;
  return keep(engine, asker,
              {.account = *account,
               .factor = std::move(factor),
               .wanted_name = name,
               .usual_name = texts::kDefaultFactorName,
               .codes = *std::move(codes),
               .kind = EventKind::factor_added,
               .actor = "",
               .reason = "",
               .enrolment_code = *std::move(enrolment_code),
               .claim = claim_of(engine, *account, *proven),
               .terminal = asker.terminal});
}

std::expected<EnrolledReply, RequestError> provision_totp(Engine& engine, const Asker& asker, const std::string& user,
                                                          const std::string& name) {
  if (!may(asker.caller.uid, Verb::provision))
    return std::unexpected(refused("Only root may enrol someone else.", "Run it with sudo."));
  const auto account = find_account(engine, user);
  if (!account) return std::unexpected(account.error());
  const auto key = new_totp_key(engine);
  if (!key) return std::unexpected(key.error());
  auto codes = new_recovery_codes(engine);
  if (!codes) return std::unexpected(codes.error());
  Factor factor;
  factor.detail = TotpFactor{.key = *key, .parameters = engine.settings.totp, .last_step = TimeStep{-1}};
  return keep(engine, asker,
              {.account = *account,
               .factor = std::move(factor),
               .wanted_name = name,
               .usual_name = texts::kDefaultFactorName,
               .codes = *std::move(codes),
               .kind = EventKind::provisioned,
               .actor = "root",
               .reason = "",
               .enrolment_code = {},
               .claim = std::nullopt,
               .terminal = std::nullopt});
}

}  // namespace mfa
