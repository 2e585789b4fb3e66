// Who is who. A person is the name and the uid that getpwnam returns, both stored; what was typed is never the key.
//
// A name or uid that the store knows with another partner (rename, reuse, alias) is nobody's until root says so; it
// never leads to a second enrolment nor around the first.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "common/flows/engine.h"

namespace mfa {

enum class IdentityError : std::uint8_t {
  unknown,   // there is no such account
  unmapped,  // its uid stands for nobody (kOverflowUid, kNoUid)
  failed,    // the directory did not answer
};

[[nodiscard]] std::expected<Account, IdentityError> identify(Accounts& accounts, std::string_view name);
[[nodiscard]] std::expected<Account, IdentityError> identify(Accounts& accounts, Uid uid);

// The store's row for this very pair of name and uid.
struct Found {
  std::optional<Person> person;  // nothing: neither the name nor the uid is known
  bool mismatch = false;         // one of them is, with another partner: deny
};
[[nodiscard]] Found find_person(Transaction& tx, const Account& account);

// The default factor in front, the others by number.
[[nodiscard]] std::vector<Factor> default_first(std::vector<Factor> factors, const Person& person);

// The policy's facts of a person: memberships are looked up for all groups the rules mention.
[[nodiscard]] Decision decide(Engine& engine, PolicyFacts facts, const std::optional<Account>& account,
                              const History& history);

// What configuration and directory alone decide; Need::history if they do not.
[[nodiscard]] Judgement decide_without_history(Engine& engine, PolicyFacts& facts,
                                               const std::optional<Account>& account);

}  // namespace mfa
