// The rest of the outside world as flows see it: clock, randomness, accounts, passwords, the journal.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "common/domain/event.h"
#include "common/domain/policy.h"
#include "common/domain/trail.h"
#include "common/domain/types.h"

namespace mfa {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual UnixTime now() = 0;
  // The day, by the server's own calendar: "1 December 2026".
  [[nodiscard]] virtual std::string date_in_words(UnixTime time) = 0;
  // To the minute: "3 Nov 14:02", with the year ("3 Nov 2026 14:02") unless it is this one.
  [[nodiscard]] virtual std::string time_in_words(UnixTime time) = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  // Fills all of it from the kernel's generator, or returns false: then nothing may be made from it.
  [[nodiscard]] virtual bool fill(std::span<std::uint8_t> bytes) = 0;
};

enum class LookupError : std::uint8_t {
  not_found,  // the directory answered: there is none
  failed,     // it did not answer, or not in time (5 s)
};

struct Account {
  Username name;
  Uid uid;
  Gid gid;
};

class Accounts {
 public:
  virtual ~Accounts() = default;
  [[nodiscard]] virtual std::expected<Account, LookupError> by_name(std::string_view name) = 0;
  [[nodiscard]] virtual std::expected<Account, LookupError> by_uid(Uid uid) = 0;
  // For each group name whether the account is in it, compared by gid. A group that cannot be looked up is
  // Membership::unknown. One that does not exist is told apart, but a directory that is down can look just like that:
  // whoever takes it for "not a member" must know why.
  [[nodiscard]] virtual std::map<std::string, Membership> memberships(const Account& account,
                                                                      const std::set<std::string>& groups) = 0;
};

// Which version of a password a user has: changes with every change of it, tells nothing about it.
class PasswordVersions {
 public:
  virtual ~PasswordVersions() = default;
  // Empty: the user has none that can be seen here (a directory's). An error is not "none".
  [[nodiscard]] virtual std::expected<std::string, LookupError> version_of(const Username& user) = 0;
};

// In which country an address is.
class Countries {
 public:
  virtual ~Countries() = default;
  // ISO 3166-1 alpha-2. Private addresses are home. Nothing: there is no database, or it does not know the address.
  [[nodiscard]] virtual std::optional<std::string> country_of(const Address& address) = 0;
};

// How many passwords were wrong, of those that become no row each.
class FailedPasswords {
 public:
  virtual ~FailedPasswords() = default;
  virtual void add() = 0;
};

enum class PasswordAnswer : std::uint8_t {
  right,
  wrong,
  none,         // the account has no password that could be typed (locked, or the field is not a hash)
  too_often,    // three wrong ones in a minute of a uid: not compared
  unavailable,  // the monitor cannot be reached
};

// Bound to one connection: whose password is asked about is what the kernel says of that connection.
class PasswordCheck {
 public:
  virtual ~PasswordCheck() = default;
  [[nodiscard]] virtual PasswordAnswer check(const Secret& password) = 0;
  // After too_often: until a password is compared again.
  [[nodiscard]] virtual std::chrono::seconds wait() const = 0;
};

enum class Severity : std::uint8_t { error, warning, notice, info };

// Syslog (LOG_AUTHPRIV), one line an event, key=value, escaped. Never waits; what cannot be delivered is counted.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual void record(const Event& event, const std::optional<TrailMark>& mark) = 0;
  virtual void note(Severity severity, std::string_view text) = 0;
};

}  // namespace mfa
