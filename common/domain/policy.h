// The one decision: who, which service, from where, when, with which history, under which rules -> skip, require,
// enrol or deny, with the rule and the reason.
//
// Pure. Rules are read in order and the first that matches decides; an observing rule records and lets the next one
// decide; no match means optional. What a rule needs and cannot be known (a group look-up failed) denies; it is never
// taken for "does not match". judge() asks for groups or for the person only when a rule that is reached needs them,
// so that what configuration alone decides needs neither directory nor store.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/domain/factor.h"
#include "common/domain/login_facts.h"
#include "common/domain/types.h"

namespace mfa {

enum class Requirement : std::uint8_t { require, optional, skip, deny };
enum class EnrolBy : std::uint8_t { in_login, code, refuse };

struct Network {
  Address address;
  int prefix = 0;  // bits, at most 32 of IPv4 and 128 of IPv6
  bool operator==(const Network&) const = default;
};
[[nodiscard]] bool contains(const Network& network, const Address& address);  // v4 and v6 never mix
struct FromPattern {
  bool negated = false;  // written with '!'
  std::variant<Network, Console, UnknownPlace> place;
};

// One [[rule]]. An empty list matches everything; of a list any plain value must match and no '!' value may; a list
// of '!' values alone matches whatever none of them names.
struct Rule {
  std::string name;
  std::vector<std::string> user;     // globs on pw_name: * and ?, no more
  std::vector<std::string> group;    // group names
  std::vector<std::string> service;  // globs on PAM_SERVICE
  std::vector<std::string> server;   // globs on the host's name, in any case of letters
  std::vector<FromPattern> from;
  std::vector<std::string> country;  // ISO 3166-1 alpha-2, each maybe with '!'
  // "password", "publickey", "publickey-sk", each maybe with '!'. Only a registered FIDO2 key counts as publickey-sk,
  // any other key of such a type as publickey: the type proves no hardware.
  std::vector<std::string> first_factor;
  std::optional<UnixTime> after;   // matches from this moment on
  std::optional<UnixTime> before;  // matches until just before this moment
  Requirement mfa = Requirement::optional;
  bool observe = false;
  std::optional<UnixTime> since;  // a `require` before this moment only asks those who are enrolled
  std::set<FactorKind> factors;   // empty: all
  EnrolBy enrol = EnrolBy::in_login;
  std::chrono::seconds enrol_window{30 * 24 * 60 * 60};  // how long the password alone may enrol
  std::optional<std::chrono::seconds> trust;             // the window on offer after a right code
  std::string file = {};  // NOLINT(readability-redundant-member-init): where it is written, to tell people
};

enum class Membership : std::uint8_t {
  member,
  not_member,
  no_such_group,  // says the directory; one that holds some of the groups only, or is half up, may say so wrongly
  unknown,
};

struct PolicyFacts {
  std::optional<Username> user;  // nothing: no such account; matches no user or group pattern but '!' and "*"
  std::string service;
  std::string server;
  Origin origin = UnknownPlace{};
  FirstFactor first_factor = FirstFactor::unknown;
  std::optional<std::string> country;  // of the origin; nothing: it cannot be known
  std::optional<std::string> key;      // fingerprint of the SSH key that was the first factor
  UnixTime now;
  std::optional<std::map<std::string, Membership>> groups;  // by group name; nothing: not looked up yet
};

// What the store knows of the person that matters here.
struct History {
  std::set<FactorKind> enrolled;                        // kinds of confirmed factors
  std::set<std::string> keys;                           // fingerprints of the FIDO2 SSH keys among them
  bool asks_off = false;                                // they switched asking off, where the rules leave that to them
  std::optional<UnixTime> exempt_until = std::nullopt;  // the helpdesk lets them do without
  // Countries that denials by country do not count in, until when.
  std::map<std::string, UnixTime> journeys = {};  // NOLINT(readability-redundant-member-init)
};

enum class Outcome : std::uint8_t { skip, require, enrol, deny };

enum class Reason : std::uint8_t {
  rule_skips,
  rule_denies,
  rule_requires,      // and a usable factor is enrolled
  enrolled,           // optional, and a factor is enrolled
  disabled,           // optional, a factor is enrolled, and its owner does not want to be asked
  exempt,             // the helpdesk lets them do without, for a while
  nothing_enrolled,   // optional, or required later, and none is
  required_and_none,  // required now, and no factor that the rule accepts
  country_unknown,    // a rule asks for the country, and it cannot be known
  group_unknown,      // a group that a rule asks for could not be looked up
  no_such_account,    // what is enrolled would decide, and there is nobody to have enrolled it
};
[[nodiscard]] std::string_view name_of(Reason reason);

struct [[nodiscard]] Decision {
  Outcome outcome = Outcome::deny;
  Reason reason = Reason::rule_denies;
  std::string rule;              // its name; "(no rule)" when none matched
  std::set<FactorKind> factors;  // that may answer (recovery codes always may); for enrol: to be proven first
  EnrolBy enrol = EnrolBy::refuse;
  std::chrono::seconds enrol_window{};
  std::set<FactorKind> may_enrol;  // kinds that would count; empty: all
  std::optional<UnixTime> required_since;
  std::optional<std::chrono::seconds> trust;  // the window that a trusted device may have
  std::vector<std::string> observed;  // names of observing rules that matched, each with what it would have done
};

enum class Need : std::uint8_t { groups, history };
using Judgement = std::variant<Decision, Need>;

// Whoever has something else enrolled than the rule lists: under `require` proves that before adding what is listed
// (Outcome::enrol), under `optional` is asked for what they have.
[[nodiscard]] Judgement judge(std::span<const Rule> rules, const PolicyFacts& facts,
                              const std::optional<History>& history);

// Whether the rules leave it to a person to be asked or not, somewhere: at some service, from some place.
struct Leeway {
  bool left = false;
  bool unknown = false;                   // a group that decides about it could not be looked up
  std::optional<UnixTime> required_from;  // a rule that leaves it takes it away then
};
// Of `facts` only what a person keeps from login to login counts: user, groups (looked up), server, now.
[[nodiscard]] Leeway leeway_of(std::span<const Rule> rules, const PolicyFacts& facts);

// The names of all groups that any rule mentions: what to look up when judge() says Need::groups.
[[nodiscard]] std::set<std::string> groups_mentioned(std::span<const Rule> rules);

// * stands for any run of characters, ? for one; everything else for itself. Linear space, no recursion.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace mfa
