// What the trail records. Each event is one row, in the transaction of what it records, and one line to syslog.
//
// No field ever holds a code, a secret, a password, a full number or the bytes of an answer.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/domain/types.h"

namespace mfa {

enum class EventKind : std::uint16_t {
  login_passed = 1,
  login_failed = 2,
  login_refused = 3,  // denied without a code having been compared: locked out, policy, nothing enrolled
  login_skipped = 4,  // policy asked for nothing
  login_abandoned = 5,
  locked_out = 6,
  reported = 7,       // "that was not me"
  login_trusted = 8,  // from a trusted device: nothing was asked
  trust_granted = 9,
  trust_ended = 10,
  password_failed = 11,  // from a device with live trust; all others are only counted
  password_changed = 12,
  message_sent = 13,    // a text or a call, recorded before it goes out
  message_failed = 14,  // and nothing came of it
  factor_added = 20,
  factor_removed = 21,
  factor_renamed = 22,
  factor_default = 23,
  recovery_codes_made = 24,
  factor_tested = 25,
  test_failed = 26,
  step_up_passed = 27,
  step_up_failed = 28,
  enrolment_code_made = 29,
  enrolment_refused = 30,  // a wrong enrolment code, or none
  asking_disabled = 33,    // by the person, where the rules leave it to them
  asking_enabled = 34,
  helpdesk_looked = 35,  // at what is known of the person; changes nothing and counts for no cap
  helpdesk_identified = 36,
  helpdesk_identify_failed = 37,
  provisioned = 40,
  test_sent = 41,       // a text or call for trying the gateways out
  imported = 45,        // a factor that another program had before
  person_renamed = 50,  // their login name is another one from now on
  person_retired = 51,  // they are gone, and so is all but the trail
  store_created = 60,
  schema_upgraded = 61,
  key_rotated = 62,
  store_copied = 63,  // a backup was made
  store_restored = 64,
  records_purged = 70,  // personal detail of old events went; "before" when they happened
  // Acts of the helpdesk, all from 80 to 98: each of them counts for the day's cap.
  helpdesk_key_added = 80,
  helpdesk_unlocked = 81,
  helpdesk_reset = 82,
  helpdesk_bypass = 83,
  helpdesk_travel = 84,
  helpdesk_token_added = 85,
  helpdesk_phone_added = 86,
  helpdesk_exempt = 87,   // 86 is helpdesk_phone_added
  helpdesk_refused = 99,  // no act: not counted as one
};

// What befalls the store itself.
inline constexpr std::uint16_t kFirstOfStore = 60;
inline constexpr std::uint16_t kLastOfStore = 79;
inline constexpr std::uint16_t kFirstHelpdeskAct = 80;
inline constexpr std::uint16_t kLastHelpdeskAct = 98;
// A person's own changes to their factors, for bounding them.
inline constexpr std::uint16_t kFirstOwnChange = 20;
inline constexpr std::uint16_t kLastOwnChange = 24;

// Whether it is told to the person at their next login: changes to how they log in, by whomever, and whatever root (40
// to 59) or the helpdesk did. The store's index has the same kinds.
[[nodiscard]] bool is_told(EventKind kind);

// Whether it tells of the store itself and of nobody: its detail is never purged.
[[nodiscard]] bool is_about_store(EventKind kind);

// "login.passed"; a stable key for scripts. Every kind has one.
[[nodiscard]] std::string_view name_of(EventKind kind);

struct Event {
  EventKind kind{};
  UnixTime at;
  std::string user;     // whom it is about
  std::string actor;    // who did it, where that is someone else: a user name
  std::string service;  // PAM service, or "mfa-enroll"
  std::string from;     // address, "console", or empty
  std::string server;
  std::string factor;  // id, "recovery", "bypass" or "enrolment"; several ids with commas where one act removes them
  std::string reason;  // words, for people and scripts: "wrong", "replayed", …
  bool operator==(const Event&) const = default;
};

}  // namespace mfa
