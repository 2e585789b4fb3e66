// Setting up a telephone in a dialogue: the country, the number as people type it, and the code that proves it; `back`
// returns to the step before, and `app` leaves it for an authenticator app where one may be chosen. Asked alike in a
// login, in the guided set-up and by mfa-enroll phone.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/domain/factor.h"
#include "common/domain/import_row.h"
#include "common/flows/app_set_up.h"
#include "common/flows/engine.h"
#include "common/flows/phone_texts.h"

namespace mfa {

struct PhoneWanted {
  PhoneUse use = PhoneUse::text;
  std::string number = {};   // as typed; empty: it is asked for NOLINT(readability-redundant-member-init)
  std::string country = {};  // likewise: name, code or prefix NOLINT(readability-redundant-member-init)
  bool chosen = false;       // text or call, in this dialogue: going back leads there
  bool app = false;          // an authenticator app could be as well: the word leads to it
};

struct PhoneProven {
  PhoneFactor phone;
  std::string written;  // as its owner would write it for abroad
};

enum class PhoneEnd : std::uint8_t {
  broken_off,    // the person or the connection has gone
  conversation,  // the program cannot hold the dialogue
  back,          // from the first step
  app,           // is to be set up instead
  no_number,     // none that can be used came
  no_code,       // no right code came, or none could be sent
  store_failed,
};
struct PhoneStopped {
  PhoneEnd how{};
  std::string why = {};  // what was wrong, for the person; may be empty NOLINT(readability-redundant-member-init)
  StoreError error{};
};

[[nodiscard]] std::expected<PhoneProven, PhoneStopped> set_up_phone(Engine& engine, Dialogue& dialogue,
                                                                    const Account& account, const PhoneWanted& wanted,
                                                                    const Event& about);

// As which phones can be set up here: countries are listed, and a gateway carries it.
[[nodiscard]] bool can_set_up(const Settings& settings, PhoneUse use);

// A number as somebody typed it, and what stands against its use; nothing is sent. `country` as in PhoneWanted; empty:
// the default one.
struct UnusableNumber {
  std::string why;                            // for whoever typed it
  std::optional<NumberRefusal> refusal = {};  // nothing: no country NOLINT(readability-redundant-member-init)
};
[[nodiscard]] std::expected<NumberFacts, UnusableNumber> usable_number(Engine& engine, std::string_view typed,
                                                                       std::string_view country, PhoneUse use);

// The same of many, kMostNumbers at most, written by the customs of the default country.
[[nodiscard]] std::vector<std::expected<NumberFacts, UnusableNumber>> usable_numbers(
    Engine& engine, std::span<const WrittenPhone> phones);

// In the transaction that adds the phone, and before anything is sent to it: does the number serve as many people as
// it may, or this one already? Nothing: it may be added.
[[nodiscard]] std::optional<std::string> why_not_this_number(Transaction& tx, PersonId person, const PhoneFactor& phone,
                                                             std::string_view whose = "");

}  // namespace mfa
