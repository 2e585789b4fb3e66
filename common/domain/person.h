// A person as the store knows them: the pair of name and uid, which together are the identity.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/domain/lockout.h"
#include "common/domain/types.h"

namespace mfa {

struct Person {
  PersonId id;
  Username name;
  Uid uid;
  UnixTime first_seen;
  LockoutState lockout;
  std::uint32_t default_factor = 0;      // a factor's number; 0: the oldest
  std::uint32_t next_factor = 1;         // the number the next factor gets; numbers are never used again
  std::uint32_t next_trust = 1;          // likewise of trusted devices
  bool enrol_by_code = false;            // since a reset: the password alone enrols nothing
  std::uint32_t failed_since_login = 0;  // logins that failed at the code since the last that passed; told once
  bool asks_off = false;                 // they do not want to be asked where the rules leave that to them
  std::int64_t told = 0;                 // the last row of the trail about them that a login has told (TrailRow::seq)
  std::optional<UnixTime> reported;      // when they said "that was not me", until that is settled
  std::optional<UnixTime> exempt_until;  // the helpdesk lets them do without a second factor
  std::string reported_version;          // their password's version then; empty: it cannot be seen here
  std::string language;                  // they chose: a tag of BCP 47; empty: that of the configuration
  std::uint32_t epoch = 0;               // one further with each change that ends what was proven before it
};

}  // namespace mfa
