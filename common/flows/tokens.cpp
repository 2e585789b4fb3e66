#include "common/flows/tokens.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "common/domain/answer.h"
#include "common/domain/hotp.h"
#include "common/domain/seed.h"
#include "common/flows/add_factor.h"
#include "common/flows/enrol.h"
#include "common/flows/helpdesk.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

constexpr int kSeeds = 3;     // that may be no seed
constexpr int kPresses = 6;   // whoever has typed the seed guesses nothing, so nothing is counted
constexpr int kPrompts = 20;  // of one kind

std::string why(SeedError error) {
  switch (error) {
    case SeedError::too_short:
      return say("That seed is too short: a token has one of {} bytes at least.", kShortestSeed);
    case SeedError::too_long:
      return say("That seed is too long.");
    case SeedError::neither:
      break;
  }
  return say("That is no seed: neither hexadecimal digits, two for each byte, nor base32 (A to Z and 2 to 7).");
}

std::expected<Secret, RequestError> ask_seed(const Engine& engine, const Asker& asker) {
  std::string problem;
  int wrong = 0;
  for (int prompts = 0; wrong < kSeeds && prompts < kPrompts; ++prompts) {
    const auto typed = asker.dialogue.ask({.text = texts::token_seed(problem), .echo = true});
    if (!typed && typed.error() != DialogueError::too_long) return std::unexpected(dialogue_failed(typed.error()));
    if (typed && is_word(read_answer(typed->text()), "help")) {
      problem = texts::token_seed_help(engine.settings);
      continue;
    }
    auto seed = typed ? read_seed(typed->text()) : std::unexpected(SeedError::too_long);
    if (seed) return *std::move(seed);
    problem = why(seed.error());
    ++wrong;
  }
  return std::unexpected(refused(problem, "Take it from the maker's file or from the token's packing."));
}

// Asks until two codes that follow each other are those of the token. Its counter is behind the second then.
std::expected<void, RequestError> prove(const Asker& asker, HotpFactor& token) {
  std::string problem;
  Secret before;
  int presses = 0;
  for (int prompts = 0; presses < kPresses && prompts < kPrompts; ++prompts) {
    const auto typed =
        asker.dialogue.ask({.text = texts::token_code(problem, token.digits, before.empty()), .echo = true});
    if (!typed && typed.error() != DialogueError::too_long) return std::unexpected(dialogue_failed(typed.error()));
    const Answer answer = read_answer(typed ? typed->text() : "");
    if (is_word(answer, "help")) {
      problem = texts::token_code_help();
      continue;
    }
    problem.clear();
    ++presses;
    if (answer.shape != AnswerShape::digits) {
      problem = texts::not_token_digits(token.digits);
    } else if (answer.normal.size() != static_cast<std::size_t>(token.digits)) {
      problem = texts::other_token_digits(token.digits, answer.normal.size());
    } else if (answer.normal == before) {
      problem = texts::same_token_code();
    } else {
      const auto counter = confirm_hotp(token.key, token.digits, before.text(), answer.normal.text());
      if (counter) {
        token.state = {.next = {counter->value + 1}, .resync = std::nullopt};
        return {};
      }
      if (!before.empty()) problem = texts::not_in_a_row();
      before = answer.normal;
    }
  }
  return std::unexpected(refused("No two right codes in a row came; the token was not added.",
                                 "Check the seed and how many digits the token shows (--digits), then try again."));
}

// A code would count once for each.
std::optional<RequestError> already_there(const std::vector<Factor>& factors, const HotpFactor& token) {
  for (const Factor& factor : factors) {
    const auto* known = std::get_if<HotpFactor>(&factor.detail);
    if (known != nullptr && same_codes(known->key, token.key))
      return refused(say("That token is registered already, as {}.", factor.id()));
  }
  return std::nullopt;
}

// `clerk`: who does it for somebody else; null for all others.
std::expected<RegisteredReply, RequestError> keep(Engine& engine, const Asker& asker, const HotpFactor& token,
                                                  Addition addition, const Clerk* clerk) {
  const UnixTime now = engine.clock.now();
  RegisteredReply reply{.factor = "",
                        .kind = std::string(name_of(FactorKind::hotp)),
                        .detail = fmt::format("{} digits, counter {}", token.digits, token.state.next.value),
                        .recovery_codes = shown(addition.codes),
                        .enrolment_code = "",
                        .until = {}};
  addition.factor.detail = token;
  auto added = writing(engine.store, [&](Transaction& tx) -> Added {
    const Found found = find_person(tx, addition.account);
    if (found.person && !found.mismatch) {
      if (auto error = already_there(tx.factors(found.person->id), token))
        return {.refusal = std::move(error), .id = "", .codes_kept = false};
    }
    if (clerk != nullptr) {
      if (auto error = no_act_left(tx, engine, *clerk))
        return {.refusal = std::move(error), .id = "", .codes_kept = false};
    }
    return add_factor(tx, engine, now, addition);
  });
  for (std::string& code : addition.codes) wipe(code);
  const bool told = added && !added->refusal && added->codes_kept;
  for (std::string& code : reply.recovery_codes) {
    if (!told) wipe(code);
  }
  if (!told) reply.recovery_codes.clear();
  if (!added) return std::unexpected(store_failed(engine, asker, added.error()));
  if (added->refusal) return std::unexpected(*std::move(added->refusal));
  reply.factor = added->id;
  if (clerk != nullptr) {
    Event act = request_event(engine, addition.account, now, addition.kind);
    act.actor = addition.actor;
    act.factor = added->id;
    tell_by_text(engine, addition.account, clerk->phones, act);
  }
  return reply;
}

std::expected<std::vector<Factor>, RequestError> factors_of(Engine& engine, const Asker& asker,
                                                            const Account& account) {
  auto factors = reading(engine.store, [&](Transaction& tx) {
    const Found found = find_person(tx, account);
    return found.person && !found.mismatch ? tx.factors(found.person->id) : std::vector<Factor>{};
  });
  if (!factors) return std::unexpected(store_failed(engine, asker, factors.error()));
  return *std::move(factors);
}

// Asked before anything is typed or spent, and again where it is kept.
std::expected<void, RequestError> name_is_free(Engine& engine, const Asker& asker, const Account& account,
                                               const std::string& name, std::string_view whose) {
  const auto factors = factors_of(engine, asker, account);
  if (!factors) return std::unexpected(factors.error());
  if (auto free = name_for_new_factor(*factors, name, texts::kDefaultTokenName, whose); !free)
    return std::unexpected(free.error());
  return {};
}

// The token in the hand of whoever is asked: its seed, then two codes.
std::expected<HotpFactor, RequestError> ask_token(const Engine& engine, const Asker& asker, int digits) {
  auto seed = ask_seed(engine, asker);
  if (!seed) return std::unexpected(seed.error());
  HotpFactor token{.key = *std::move(seed), .digits = digits, .state = {}};
  if (auto proven = prove(asker, token); !proven) return std::unexpected(proven.error());
  return token;
}

}  // namespace

std::expected<RegisteredReply, RequestError> enrol_hotp(Engine& engine, const Asker& asker, const std::string& name,
                                                        int digits) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  if (auto free = name_is_free(engine, asker, *account, name, ""); !free) return std::unexpected(free.error());
  const auto proven = step_up(engine, asker, *account, access_of(Verb::hotp).step_up);
  if (!proven) return std::unexpected(proven.error());
  auto enrolment_code = prove_enrolment_code(engine, asker, *account);
  if (!enrolment_code) return std::unexpected(enrolment_code.error());
  const auto token = ask_token(engine, asker, digits);
  if (!token) return std::unexpected(token.error());
  auto codes = new_recovery_codes(engine);
  if (!codes) return std::unexpected(codes.error());
  return keep(engine, asker, *token,
              {.account = *account,
               .factor = {},
               .wanted_name = name,
               .usual_name = texts::kDefaultTokenName,
               .codes = *std::move(codes),
               .kind = EventKind::factor_added,
               .actor = "",
               .reason = "",
               .enrolment_code = *std::move(enrolment_code),
               .claim = claim_of(engine, *account, *proven),
               .terminal = asker.terminal},
              nullptr);
}

std::expected<RegisteredReply, RequestError> helpdesk_token(Engine& engine, const Asker& asker,
                                                            const HelpdeskToken& request) {
  const Act act{.verb = Verb::helpdesk_token, .reason = request.reason, .checked = request.checked};
  auto both = may_act(engine, asker, request.user, act);
  if (!both) return std::unexpected(both.error());
  const std::string& user = both->subject.name.value;
  if (auto free = name_is_free(engine, asker, both->subject, request.name, user); !free)
    return std::unexpected(free.error());
  if (auto error = go_ahead(engine, asker, *both)) return std::unexpected(*std::move(error));
  const auto token = ask_token(engine, asker, request.digits);
  if (!token) return std::unexpected(token.error());
  if (auto error = look_again(engine, *both)) return std::unexpected(*std::move(error));
  // No recovery codes: they would be the clerk's to read.
  return keep(engine, asker, *token,
              {.account = both->subject,
               .factor = {},
               .wanted_name = request.name,
               .usual_name = texts::kDefaultTokenName,
               .codes = {},
               .kind = EventKind::helpdesk_token_added,
               .actor = both->clerk.name.value,
               .reason = reason_of(*both, act),
               .enrolment_code = {},
               .claim = std::nullopt,
               .terminal = std::nullopt},
              &*both);
}

std::expected<RegisteredReply, RequestError> provision_hotp(Engine& engine, const Asker& asker, const std::string& user,
                                                            const std::string& name, int digits) {
  if (!may(asker.caller.uid, Verb::provision))
    return std::unexpected(refused("Only root may enrol someone else.", "Run it with sudo."));
  const auto account = find_account(engine, user);
  if (!account) return std::unexpected(account.error());
  if (auto free = name_is_free(engine, asker, *account, name, account->name.value); !free)
    return std::unexpected(free.error());
  auto seed = ask_seed(engine, asker);
  if (!seed) return std::unexpected(seed.error());
  auto codes = new_recovery_codes(engine);
  if (!codes) return std::unexpected(codes.error());
  return keep(engine, asker, {.key = *std::move(seed), .digits = digits, .state = {}},
              {.account = *account,
               .factor = {},
               .wanted_name = name,
               .usual_name = texts::kDefaultTokenName,
               .codes = *std::move(codes),
               .kind = EventKind::provisioned,
               .actor = "root",
               .reason = "",
               .enrolment_code = {},
               .claim = std::nullopt,
               .terminal = std::nullopt},
              nullptr);
}

}  // namespace mfa
