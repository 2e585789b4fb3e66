// What mfa-enroll asks of the engine, one function a verb: looking, and changing one's own factors after a step-up.
//
// Who may ask is domain/access, decided again here for each request from what the kernel says of the caller. Every
// refusal says why and what to type next.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/access.h"
#include "common/domain/factor.h"
#include "common/flows/engine.h"

namespace mfa {

struct RequestError {
  enum class Kind : std::uint8_t {
    refused,
    unavailable,
    usage,
    gone,
    only_checked,  // nothing stands against it, and nothing was done, as was asked (Asker::only_checks); the text is
                   // a telephone number as it was understood, if it is about one
  } kind = Kind::refused;
  std::string text;  // what happened; empty: nothing did, as the person wished, and the hint says so
  std::string hint;  // the next thing to type or do; may be empty
};

// Who asks, and through what. Everything here is from the kernel but the dialogue's words.
struct Asker {
  Caller caller;
  std::optional<TerminalId> terminal;  // nothing: no controlling terminal; then no step-up is remembered
  PasswordCheck& password;
  Dialogue& dialogue;
  bool only_checks = false;  // an act of the helpdesk is not to be done: may it be?
};

struct DeviceEntry {
  std::string id, kind, label, server;
  UnixTime since, until;
  std::string ended;  // why it will be asked again although its time is not over; mostly empty
};
struct DevicesReply {
  std::vector<DeviceEntry> devices;
};

struct StatusReply {
  std::string user;
  Requirement mfa = Requirement::optional;
  std::optional<UnixTime> required_since;
  struct Entry {
    std::string id, kind, name, detail;
    bool is_default = false;
    UnixTime added;
    std::optional<UnixTime> last_used;
  };
  std::vector<Entry> factors;
  std::size_t recovery_codes_left = 0;
  std::vector<DeviceEntry> devices;
  std::optional<UnixTime> locked_until;
  std::optional<UnixTime> reported;      // a login that was not theirs: the password is to be changed
  std::optional<UnixTime> bypass_until;  // a bypass code holds until then
  std::uint32_t bypass_uses = 0;         // so often
  std::optional<UnixTime> exempt_until;  // nothing is asked until then
  std::vector<Journey> journeys;         // countries that are let through
  bool disabled = false;                 // asking, where the rules leave it to them
  std::vector<std::string> notices;      // that no login has told yet
  std::string next;                      // the next sensible step, a sentence
};

// What there is to say of somebody, whoever asks.
[[nodiscard]] std::expected<StatusReply, StoreError> status_of(Engine& engine, const Account& account);

// By its id, or else by its name; null if there is none.
[[nodiscard]] const Factor* find_factor(const std::vector<Factor>& factors, const std::string& wanted);

// As status lists them.
[[nodiscard]] std::vector<StatusReply::Entry> entries_of(const std::vector<Factor>& factors, const Person& person);

struct EnrolledReply {
  std::string factor, kind, uri, secret;    // uri and secret are told once
  std::vector<std::string> recovery_codes;  // shown form; made along with the first factor
};

// Of a key or a token, of which nothing is told but what it is.
struct RegisteredReply {
  std::string factor, kind, detail;
  std::vector<std::string> recovery_codes;  // shown form; made along with the first factor of one's own
  std::string enrolment_code;               // shown form; where there would be nothing that could be typed
  std::optional<UnixTime> until;            // of that code
  std::string still_default = {};           // named first, if another NOLINT(readability-redundant-member-init)
};

struct FactorReply {
  std::string factor, name;
  std::optional<std::size_t> recovery_codes_left = std::nullopt;  // after a test that used one
};

[[nodiscard]] std::expected<StatusReply, RequestError> status(Engine& engine, const Asker& asker);
[[nodiscard]] std::expected<EnrolledReply, RequestError> enrol_totp(Engine& engine, const Asker& asker,
                                                                    const std::string& name);
[[nodiscard]] std::expected<std::vector<std::string>, RequestError> new_codes(Engine& engine, const Asker& asker);
[[nodiscard]] std::expected<FactorReply, RequestError> test_code(Engine& engine, const Asker& asker);
[[nodiscard]] std::expected<FactorReply, RequestError> set_default(Engine& engine, const Asker& asker,
                                                                   const std::string& factor);
[[nodiscard]] std::expected<FactorReply, RequestError> rename_factor(Engine& engine, const Asker& asker,
                                                                     const std::string& factor,
                                                                     const std::string& name);
[[nodiscard]] std::expected<FactorReply, RequestError> remove_factor(Engine& engine, const Asker& asker,
                                                                     const std::string& factor);
// root only: enrols for someone; the app's key is in the reply, to be handed over.
[[nodiscard]] std::expected<EnrolledReply, RequestError> provision_totp(Engine& engine, const Asker& asker,
                                                                        const std::string& user,
                                                                        const std::string& name);

}  // namespace mfa
