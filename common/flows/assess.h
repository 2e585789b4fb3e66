// What a login will come to before anyone is asked anything: the policy's decision, and what the store knows of the
// person and the device. `admin explain` shows the very same.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/enrolment.h"
#include "common/domain/login_facts.h"
#include "common/domain/policy.h"
#include "common/flows/identity.h"
#include "common/flows/trusting.h"

namespace mfa {

// A login as policy and trust see it: nothing in it is believed that is not root's word.
struct LoginView {
  PolicyFacts policy;
  std::optional<Device> device;
  std::string label;  // of the device, for people
  bool password_passed = false;
  bool first_factor_proven = false;  // a password or a key, in this very login
  bool one_answer = false;           // nothing can be asked
  bool own_program = false;          // run by the user, not by root: what it says is not believed
};
[[nodiscard]] LoginView view_of(Engine& engine, const LoginFacts& facts, std::optional<Username> user);

// An SSH login by password from an unknown place: what is generally asked of somebody.
[[nodiscard]] LoginView usual_view(Engine& engine, const Account& account);

// The country of a place: of an address by the database, of the console that of [geo] home; nothing: not to be known.
[[nodiscard]] std::optional<std::string> country_of(Engine& engine, const Origin& origin);

// What the store knows of a person when a dialogue begins; what is decided later is read again in its transaction.
struct Record {
  std::optional<Person> person;
  bool mismatch = false;
  std::vector<Factor> factors;  // the default one first
  std::vector<Trust> trusts;
  std::vector<TrailRow> untold;  // newest first
  std::size_t recovery_codes = 0;
  bool reported = false;  // a login was not theirs, and the password is still the same, as far as that can be seen
  bool bypass = false;    // a bypass code holds
  std::vector<Journey> journeys;
};

enum class Way : std::uint8_t {
  skip,
  deny,
  enrol,     // a second factor is needed and there is none that counts
  mismatch,  // name and uid are not the pair that the store knows
  alias,     // a second name of a uid, whose first name would have been asked
  unknown,   // a look-up that the decision needs failed
  trusted,   // the device is
  key,       // a registered FIDO2 key was used beside the password
  locked,    // too many wrong codes
  code,      // a code is asked for
};

struct Assessment {
  Way way = Way::deny;
  Decision decision;
  Record record;
  TrustedPlace place;
  TrustLook trust;
  bool past_first_factor = false;   // and so told what happened since
  EnrolWay enrol = EnrolWay::none;  // in the login: for Way::enrol, and for Way::skip before the date
  std::optional<Device> device;     // as the view has it
  std::uint32_t key_factor = 0;     // for Way::key: the factor's number
  UnixTime locked_until;            // for Way::locked
};
[[nodiscard]] std::expected<Assessment, StoreError> assess(Engine& engine, LoginView view, const Account& account);

// What somebody without a factor must show to set one up at a shell, where logins are assessed like this. A rule that
// refuses enrolment in the login sends people here, so it refuses nothing; the window holds all the same.
[[nodiscard]] EnrolWay enrol_at_shell(const LoginView& view, const Assessment& assessed);

}  // namespace mfa
