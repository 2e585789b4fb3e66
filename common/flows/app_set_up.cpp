#include "common/flows/app_set_up.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "common/domain/answer.h"
#include "common/domain/base32.h"
#include "common/domain/totp.h"
#include "common/flows/add_factor.h"
#include "common/flows/enrol.h"
#include "common/flows/identity.h"
#include "common/flows/texts.h"
#include "common/qr/qr_text.h"

namespace mfa {
namespace {

constexpr int kRounds = 5;    // codes; the key's owner guesses nothing, so nothing is counted
constexpr int kPrompts = 20;  // of all kinds
constexpr int kNames = 3;
constexpr std::chrono::minutes kPendingLasts{15};
constexpr int kQuietZone = 1;  // modules: phones read it, and every row counts on 80x24

enum class Shows : std::uint8_t { picture, key, nothing };  // above the prompt, where we draw

struct Look {
  Shows shows = Shows::picture;
  bool plain = false;
  bool inverted = false;
};

QrLook qr_look(const Look& look) {
  if (look.plain) return look.inverted ? QrLook::ascii_inverted : QrLook::ascii;
  return look.inverted ? QrLook::blocks_inverted : QrLook::blocks;
}

// Nothing: libqrencode has no memory; the key is then shown instead.
std::optional<std::string> drawn(const OtpauthUri& uri, const Look& look) {
  std::string text = otpauth_uri(uri);
  const auto picture = qr_text(text, qr_look(look), kQuietZone);
  wipe(text);
  if (!picture) return std::nullopt;
  std::string rows;
  for (const std::string& row : picture->rows) rows += row + "\n";
  return rows;
}

std::string prompt_text(const OtpauthUri& uri, const Look& look, std::string_view problem) {
  const int digits = uri.parameters.digits;
  if (look.shows == Shows::nothing) return texts::app_again(problem);
  if (look.shows == Shows::picture) {
    if (auto picture = drawn(uri, look)) {
      std::string text = texts::app_picture(problem, *picture, digits);
      wipe(*picture);
      return text;
    }
  }
  std::string key = base32_encode(uri.key.bytes());
  std::string text = texts::app_key(problem, key, uri.account, digits);
  wipe(key);
  return text;
}

// The key on its way to whoever draws it; nothing of it stays behind here.
void offer(Dialogue& dialogue, const OtpauthUri& uri) {
  std::string text = otpauth_uri(uri);
  std::string key = base32_encode(uri.key.bytes());
  dialogue.offer(name_of(FactorKind::totp), text, key);
  wipe(text);
  wipe(key);
}

bool asks_for_help(const std::expected<Secret, DialogueError>& typed) {
  return typed && is_word(read_answer(typed->text()), "help");
}

// Nothing: it is not a code of that key now.
std::optional<TotpFactor> app_with(Engine& engine, const Secret& key, const TotpParameters& parameters,
                                   const Secret& code) {
  const TotpResult result =
      verify_totp(key, parameters, code.text(), engine.clock.now(), engine.settings.totp_window, TimeStep{-1});
  const auto* accepted = std::get_if<TotpAccepted>(&result);
  if (accepted == nullptr) return std::nullopt;
  return TotpFactor{.key = key, .parameters = parameters, .last_step = accepted->step};
}

// Whether the word was one of the ways out.
bool changes(Look& look, std::string_view word) {
  if (word == "k") {
    look.shows = Shows::key;
  } else if (word == "a") {
    look.plain = true;
    look.shows = Shows::picture;
  } else if (word == "i") {
    // Where no picture is shown, the prompt has promised blocks.
    const bool from_picture = look.shows == Shows::picture;
    look.inverted = from_picture && !look.inverted;
    look.plain = from_picture && look.plain;
    look.shows = Shows::picture;
  } else {
    return false;
  }
  return true;
}

}  // namespace

SetUpEnd end_of(DialogueError error) {
  return error == DialogueError::gone ? SetUpEnd::broken_off : SetUpEnd::conversation;
}

std::expected<KeysToProve, std::string> keys_to_prove(Engine& engine, const Account& account,
                                                      const std::string& place) {
  auto fresh = new_totp_key(engine);
  if (!fresh) return std::unexpected("no_randomness");
  const auto version = engine.versions.version_of(account.name);
  const UnixTime now = engine.clock.now();
  auto keys = writing(engine.store, [&](Transaction& tx) -> std::optional<KeysToProve> {
    Found found = find_person(tx, account);
    if (found.mismatch) return std::nullopt;
    // From here on the account is known: its window begins when it first was about to enrol.
    if (!found.person) found.person = tx.add_person(account.name, account.uid, now);
    KeysToProve result{.shown = *fresh, .before = std::nullopt};
    if (!version || place.empty()) return result;
    const auto pending = tx.pending_factor(found.person->id);
    const bool same = pending && pending->place == place && pending->password_version == *version &&
                      pending->parameters == engine.settings.totp && now < pending->until &&
                      pending->until - now <= kPendingLasts;
    if (same) result.before = pending->key;
    tx.keep_pending(found.person->id, {.key = *fresh,
                                       .parameters = engine.settings.totp,
                                       .until = now + kPendingLasts,
                                       .place = place,
                                       .password_version = *version});
    return result;
  });
  if (!keys) return std::unexpected("store_" + std::string(name_of(keys.error())));
  if (!*keys) return std::unexpected("identity_mismatch");
  return **std::move(keys);
}

std::expected<TotpFactor, SetUpEnd> prove_app(Engine& engine, Dialogue& dialogue, const OtpauthUri& uri,
                                              DrawnBy drawn_by, const std::optional<Secret>& before) {
  if (drawn_by == DrawnBy::client) offer(dialogue, uri);
  Look look;
  std::string problem;
  int rounds = 0;
  for (int prompts = 0; rounds < kRounds && prompts < kPrompts; ++prompts) {
    std::string text =
        drawn_by == DrawnBy::client ? texts::app_code(problem, uri.parameters.digits) : prompt_text(uri, look, problem);
    const auto typed = dialogue.ask({.text = text, .echo = true});
    wipe(text);
    problem.clear();
    if (!typed && typed.error() != DialogueError::too_long) return std::unexpected(end_of(typed.error()));
    const Answer answer = read_answer(typed ? typed->text() : "");
    if (answer.shape == AnswerShape::word && changes(look, answer.normal.text())) continue;
    look.shows = Shows::nothing;
    if (is_word(answer, "back")) return std::unexpected(SetUpEnd::back);
    if (is_word(answer, "help")) {
      problem = texts::app_help();
      continue;
    }
    if (answer.shape == AnswerShape::digits) {
      const auto shown = app_with(engine, uri.key, uri.parameters, answer.normal);
      const auto scanned_before = before ? app_with(engine, *before, uri.parameters, answer.normal) : std::nullopt;
      if (shown) return *shown;
      if (scanned_before) return *scanned_before;
      problem = texts::app_wrong();
    } else if (answer.shape != AnswerShape::empty) {
      problem = texts::not_a_code();
    }
    ++rounds;
  }
  return std::unexpected(SetUpEnd::no_code);
}

std::expected<std::string, SetUpEnd> ask_name(Dialogue& dialogue, const std::vector<Factor>& factors,
                                              std::string_view usual) {
  const auto free = name_for_new_factor(factors, "", usual);
  std::string otherwise = free.value_or(std::string(usual));
  std::string problem;
  int wrong = 0;
  for (int prompts = 0; wrong < kNames && prompts < kPrompts; ++prompts) {
    const auto typed = dialogue.ask({.text = texts::device_name(problem, otherwise), .echo = true});
    if (!typed && typed.error() != DialogueError::too_long) return std::unexpected(end_of(typed.error()));
    if (asks_for_help(typed)) {
      problem = texts::name_help();
      continue;
    }
    const std::string wanted(typed ? typed->text() : std::string_view("\x01"));
    if (wanted.empty()) return otherwise;
    const auto name = name_for_new_factor(factors, wanted, usual);
    if (name) return *name;
    problem = name.error().text;
    ++wrong;
  }
  return otherwise;
}

std::expected<void, SetUpEnd> hand_over(Dialogue& dialogue, const std::vector<std::string>& shown_codes) {
  std::string help;
  for (int prompts = 0; prompts < kPrompts; ++prompts) {
    std::string text = texts::keep_codes(help, shown_codes);
    const auto typed = dialogue.ask({.text = text, .echo = true});
    wipe(text);
    if (!typed && typed.error() != DialogueError::too_long) return std::unexpected(end_of(typed.error()));
    if (asks_for_help(typed)) {
      help = texts::codes_help();
    } else if (typed && (typed->text().empty() || is_yes(typed->text()))) {
      return {};
    } else {
      help = texts::codes_not_saved();
    }
  }
  return {};
}

}  // namespace mfa
