#include "common/flows/login_trail.h"

#include <fmt/format.h>

#include <utility>

#include "common/flows/texts.h"

namespace mfa {

LoginTrail::LoginTrail(Engine& engine, const LoginFacts& facts, std::string user)
    : engine_(engine), from_root_(facts.from_root) {
  about_.user = std::move(user);
  about_.service = from_root_ ? facts.service : "(unprivileged)";
  about_.from = from_root_ ? to_string(origin_of(facts)) : "";
  about_.server = engine.server;
}

Event LoginTrail::event(EventKind kind, std::string reason) const {
  Event event = about_;
  event.kind = kind;
  event.at = engine_.clock.now();
  event.reason = std::move(reason);
  return event;
}

void LoginTrail::record(EventKind kind, const std::string& reason) {
  if (from_root_) keep(engine_.store, engine_.journal, event(kind, reason));
}

void LoginTrail::record_afterwards(EventKind kind, const std::string& reason) {
  if (!from_root_ || engine_.afterwards == nullptr) return record(kind, reason);
  engine_.afterwards->emplace_back(
      [&store = engine_.store, &journal = engine_.journal, made = event(kind, reason)] { keep(store, journal, made); });
}

void LoginTrail::keep(Store& store, Journal& journal, const Event& made) {
  if (!made.user.empty() && store.write([&](Transaction& tx) { tx.append(made); })) return;
  journal.record(made, std::nullopt);
}

LoginVerdict LoginTrail::refuse(LoginResult result, std::string reason, std::string text) {
  record(EventKind::login_refused, reason);
  return {.result = result, .reason = std::move(reason), .text = std::move(text)};
}

LoginVerdict LoginTrail::skipped(const Decision& decision) {
  const Event made = event(EventKind::login_skipped, std::string(name_of(decision.reason)));
  if (from_root_) engine_.journal.record(made, std::nullopt);
  return {.result = LoginResult::skipped, .reason = made.reason, .text = ""};
}

LoginVerdict LoginTrail::store_failed(StoreError error) {
  note(Severity::error, fmt::format("login denied, store {}", name_of(error)));
  return {.result = LoginResult::unavailable,
          .reason = fmt::format("store_{}", name_of(error)),
          .text = texts::unavailable(engine_.settings)};
}

void LoginTrail::note_observed(const Decision& decision) {
  for (const std::string& observed : decision.observed)
    note(Severity::info, fmt::format("observed user={} {}", about_.user, observed));
}

void LoginTrail::note_refused(std::string_view why, const Answer& answer) {
  note(Severity::info,
       fmt::format("answer refused user={} why={} length={} class={}", about_.user, why, answer.length, answer.bytes));
}

void LoginTrail::note(Severity severity, std::string_view text) {
  if (from_root_) engine_.journal.note(severity, text);
}

}  // namespace mfa
