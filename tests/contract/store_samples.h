// What tests of a store put into it, and a journal that keeps what it is told.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/ports/store.h"
#include "common/ports/system.h"

namespace mfa::test {

// Keeps what it is told.
class RecordingJournal final : public Journal {
 public:
  void record(const Event& event, const std::optional<TrailMark>& mark) override {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(event, mark.value_or(TrailMark{}));
  }
  void note(Severity, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    notes_.emplace_back(text);
  }
  [[nodiscard]] std::vector<std::pair<Event, TrailMark>> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  [[nodiscard]] std::string notes() const {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& note : notes_) all += note + "\n";
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<Event, TrailMark>> events_;
  std::vector<std::string> notes_;
};

inline Factor totp_factor(std::uint32_t number, std::string_view key, const std::string& name = "iPhone") {
  Factor factor;
  factor.number = number;
  factor.name = name;
  factor.added = {1'790'000'100};
  factor.detail = TotpFactor{Secret(key), {}, TimeStep{-1}};
  return factor;
}

inline Factor key_factor(std::uint32_t number, const std::string& name = "YubiKey") {
  Factor factor;
  factor.number = number;
  factor.name = name;
  factor.added = {1'790'000'100};
  factor.detail = KeyFactor{.type = "sk-ssh-ed25519@openssh.com",
                            .fingerprint = "SHA256:Jk1w8rHnV0hZ3xq9m5cT2uYbLpE7sD4aGfRoW6iQzXc"};
  return factor;
}

inline Factor token_factor(std::uint32_t number, std::string_view key, const std::string& name = "token") {
  Factor factor;
  factor.number = number;
  factor.name = name;
  factor.added = {1'790'000'100};
  factor.detail = HotpFactor{.key = Secret(key), .digits = 6, .state = {}};
  return factor;
}

inline Factor phone_factor(std::uint32_t number, const std::string& e164 = "+64211234567",
                           PhoneUse use = PhoneUse::text) {
  Factor factor;
  factor.number = number;
  factor.name = "mobile";
  factor.added = {1'790'000'100};
  factor.detail = PhoneFactor{.number = {e164}, .use = use, .language = "en"};
  return factor;
}

// Each field set, and to something that no other is.
inline PhoneCode code_for(const PhoneNumber& number, const std::string& purpose = "login sshd lab-gw") {
  return {.purpose = purpose,
          .number = number,
          .code = Secret("402913"),
          .made = {1'790'000'050},
          .until = {1'790'000'650},
          .tries = 2,
          .sent = true,
          .used = true};
}

// Each field set, and to something that no other is.
inline Trust trust_in(std::uint32_t number, const std::string& address = "203.0.113.7") {
  Trust trust;
  trust.number = number;
  trust.device = {.kind = DeviceKind::address, .id = address};
  trust.label = "the laptop at " + address;
  trust.server = "lab-gw";
  trust.rule = "students at home";
  trust.since = {1'790'000'500};
  trust.until = {1'790'600'500};
  trust.last_seen = {1'790'000'600};
  trust.password_version = "9f2c61d0";
  trust.country = "DE";
  trust.network = "203.0.113.0/24";
  trust.failures = 3;
  trust.ended = TrustEnd::other_country;
  trust.ended_at = UnixTime{1'790'000'700};
  trust.told = true;
  trust.burst = true;
  return trust;
}

// Likewise.
inline PendingFactor pending_in(const std::string& place, std::string_view key = "12345678901234567890") {
  return {.key = Secret(key),
          .parameters = {HashAlgorithm::sha512, 8, std::chrono::seconds(60)},
          .until = {1'790'000'900},
          .place = place,
          .password_version = "9f2c61d0"};
}

inline Event event_about(const std::string& user, EventKind kind = EventKind::login_passed,
                         const std::string& reason = "") {
  Event event;
  event.kind = kind;
  event.at = {1'790'000'200};
  event.user = user;
  event.service = "sshd";
  event.from = "203.0.113.7";
  event.server = "lab-gw";
  event.factor = "totp-1";
  event.reason = reason;
  return event;
}

// Takes a step that no login has taken before: the heart of "a code is accepted exactly once".
inline bool consume_step(Transaction& tx, PersonId person, std::int64_t step) {
  for (Factor& factor : tx.factors(person)) {
    auto& totp = std::get<TotpFactor>(factor.detail);
    if (totp.last_step.value >= step) return false;
    totp.last_step = {step};
    factor.last_used = UnixTime{step * 30};
    tx.save_factor(person, factor);
    return true;
  }
  return false;
}

}  // namespace mfa::test
