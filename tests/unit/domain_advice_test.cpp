#include "common/domain/advice.h"

#include <gtest/gtest.h>

#include <array>

namespace mfa {
namespace {

using enum FactorKind;

struct Row {
  const char* who;
  Holdings has;
  Advice advice;
};

TEST(Advice, IsTheOneStepThatMattersMost) {
  const std::array kRows{
      Row{"nothing enrolled", {.factors = {}}, Advice::set_up},
      Row{"not even where nobody is asked", {.factors = {}, .asked = false}, Advice::set_up},
      Row{"a login was not theirs", {.reported = true, .locked = true, .factors = {totp}}, Advice::change_password},
      Row{"locked out", {.locked = true, .factors = {totp}, .recovery_codes = 10, .any_used = true}, Advice::wait},
      Row{"locked out by wrong enrolment codes", {.locked = true, .factors = {}}, Advice::wait},
      Row{"no recovery codes", {.factors = {totp, totp}, .recovery_codes = 0, .any_used = true}, Advice::make_codes},
      Row{"two left", {.factors = {totp, totp}, .recovery_codes = 2, .any_used = true}, Advice::make_codes},
      Row{"three left", {.factors = {totp, totp}, .recovery_codes = 3, .any_used = true}, Advice::nothing},
      Row{"codes before a back-up", {.factors = {totp}, .recovery_codes = 2, .any_used = true}, Advice::make_codes},
      Row{"never used", {.factors = {totp}, .recovery_codes = 10}, Advice::test},
      Row{"one app", {.factors = {totp}, .recovery_codes = 10, .any_used = true}, Advice::back_up},
      Row{"one app where nobody is asked",
          {.factors = {totp}, .recovery_codes = 10, .any_used = true, .asked = false},
          Advice::nothing},
      Row{"one token", {.factors = {hotp}, .recovery_codes = 10, .any_used = true}, Advice::back_up},
      Row{"a token and an app", {.factors = {hotp, totp}, .recovery_codes = 10, .any_used = true}, Advice::nothing},
      Row{"two apps", {.factors = {totp, totp}, .recovery_codes = 10, .any_used = true}, Advice::nothing},
      Row{"a key alone", {.factors = {key}, .recovery_codes = 10, .any_used = true}, Advice::app_beside_key},
      Row{"keys alone", {.factors = {key, key}, .recovery_codes = 10, .any_used = true}, Advice::app_beside_key},
      Row{"keys that were never used", {.factors = {key}, .recovery_codes = 10}, Advice::app_beside_key},
      Row{"a phone alone", {.factors = {sms}, .recovery_codes = 10, .any_used = true}, Advice::app_beside_phone},
      Row{"phones alone", {.factors = {call, sms}, .recovery_codes = 10}, Advice::app_beside_phone},
      Row{"a phone without recovery codes", {.factors = {sms}, .recovery_codes = 2}, Advice::make_codes},
      Row{"a phone and an app", {.factors = {sms, totp}, .recovery_codes = 10, .any_used = true}, Advice::nothing},
      Row{"a phone and a key", {.factors = {sms, key}, .recovery_codes = 10, .any_used = true}, Advice::nothing},
      Row{"nothing, where nothing can be set up", {.factors = {}, .can_set_up = false}, Advice::ask_staff},
      Row{"a phone that nothing reaches",
          {.factors = {sms, call}, .recovery_codes = 0, .phones_reached = false},
          Advice::phone_cut_off},
      Row{"that phone and an app",
          {.factors = {sms, totp}, .recovery_codes = 10, .any_used = true, .phones_reached = false},
          Advice::nothing},
      Row{"a phone where an app does not count",
          {.factors = {sms}, .recovery_codes = 10, .any_used = true, .app_counts = false},
          Advice::nothing},
      Row{"a key and an app", {.factors = {key, totp}, .recovery_codes = 10, .any_used = true}, Advice::nothing},
  };
  for (const Row& row : kRows) EXPECT_EQ(next_step(row.has), row.advice) << row.who;
}

}  // namespace
}  // namespace mfa
