#include "common/service/session.h"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <utility>

#include "common/flows/choose_language.h"
#include "common/flows/login.h"
#include "common/service/asked_once.h"
#include "common/service/patient_gateway.h"
#include "common/service/perform.h"
#include "common/service/socket_dialogue.h"
#include "common/service/verdict.h"
#include "common/service/wire.h"

namespace mfa {

using protocol::Fields;
using protocol::FrameType;
using protocol::Tag;
using protocol::VerdictCode;

namespace {

Verdict misunderstood() {
  return {.code = VerdictCode::usage,
          .text = "The program that asks and the MFA service do not understand each other.",
          .hint = {},
          .reason = "malformed"};
}

Verdict other_version() {
  return {.code = VerdictCode::unavailable,
          .text = "The program that asks and the MFA service are of different versions.",
          .hint = "Finish the upgrade: restart mfad and the program.",
          .reason = "version"};
}

Verdict without_configuration(Caller caller) {
  return {.code = VerdictCode::unavailable,
          .text = "The MFA service has no valid configuration, so nobody is let in. Tell your helpdesk.",
          .hint = caller.uid == Uid{0} ? "See what is wrong with it: mfad --check-config" : "Tell your helpdesk.",
          .reason = "configuration"};
}

bool version_served(const Fields& fields) {
  const auto version = fields.byte(Tag::version);
  return version && *version >= protocol::kOldestVersion && *version <= protocol::kVersion;
}

// A login frame without a phase is no login: what it would be taken for might let somebody in.
std::optional<Phase> phase_in(const Fields& fields) {
  const auto phase = fields.byte(Tag::phase);
  if (!phase) return std::nullopt;
  switch (static_cast<protocol::Phase>(*phase)) {
    case protocol::Phase::authenticate:
      return Phase::authenticate;
    case protocol::Phase::failed_password:
      return Phase::failed_password;
    case protocol::Phase::account:
      return Phase::account;
    case protocol::Phase::password_changed:
      return Phase::password_changed;
    case protocol::Phase::split:
      return Phase::split;
  }
  return std::nullopt;
}

std::optional<LoginFacts> facts_in(const Fields& fields, Caller caller) {
  const auto phase = phase_in(fields);
  if (!phase) return std::nullopt;
  const auto text = [&fields](Tag tag) { return std::string(fields.get(tag).value_or("")); };
  return LoginFacts{.user = text(Tag::user),
                    .service = text(Tag::service),
                    .tty = text(Tag::tty),
                    .rhost = text(Tag::rhost),
                    .ruser = text(Tag::ruser),
                    .ssh_connection = text(Tag::ssh_connection),
                    .ssh_auth_info = text(Tag::ssh_auth_info),
                    .phase = *phase,
                    .password_passed = fields.get(Tag::password_passed).has_value(),
                    .one_answer = fields.get(Tag::one_answer).has_value(),
                    .from_root = caller.uid.value == 0,
                    .configuration_only = fields.get(Tag::configuration_only).has_value()};
}

class Session {
 public:
  Session(const SessionContext& context, int connection, Caller caller)
      : context_(context), caller_(caller), wire_(connection, context.limits) {}

  void run() {
    FrameBuffer room;
    if (!wire_.send(hello_frame(room))) return;
    auto verdict = converse();
    if (!verdict) return;
    verdict->goes_on = context_.calls != nullptr && context_.calls->count() > 0;
    (void)send_verdict(wire_, *verdict);  // a client that is gone has lost nothing
    do_what_is_left();
  }

 private:
  void do_what_is_left() {
    for (const auto& work : afterwards_) work();
  }

  // Nothing if there is nobody left to tell.
  std::optional<Verdict> converse() {
    const auto first = wire_.receive(context_.limits.first_frame);
    if (!first) return first.error() == WireError::malformed ? std::optional(misunderstood()) : std::nullopt;
    const bool login = first->type == FrameType::login;
    if (!login && first->type != FrameType::request) return misunderstood();
    if (!version_served(first->fields)) return other_version();

    const Snapshot snapshot = context_.configuration();
    if (!snapshot.settings) return deny_for_want_of_configuration(snapshot);
    return login ? serve_login(first->fields, snapshot.settings) : serve_request(first->fields, snapshot.settings);
  }

  // Noted for root's programs alone, so that nobody else can fill the journal.
  Verdict deny_for_want_of_configuration(const Snapshot& snapshot) {
    if (caller_.uid.value == 0)
      context_.journal.note(Severity::error, fmt::format("denied, no valid configuration: {}", snapshot.fault));
    return without_configuration(caller_);
  }

  Engine engine(const std::shared_ptr<const Settings>& in_force, Store& store, Accounts& accounts) {
    const Settings& settings = *in_force;
    countries_ = context_.countries(settings);
    numbers_ = context_.numbers(settings);
    gateway_.emplace(context_.gateway(settings), in_force, wire_, context_.limits, context_.calls);
    return {.settings = settings,
            .store = store,
            .clock = context_.clock,
            .random = context_.random,
            .accounts = accounts,
            .versions = context_.versions,
            .countries = *countries_,
            .failed_passwords = context_.failed_passwords,
            .gateway = *gateway_,
            .numbers = *numbers_,
            .journal = context_.journal,
            .server = context_.server,
            .afterwards = &afterwards_};
  }

  Verdict serve_login(const Fields& fields, const std::shared_ptr<const Settings>& settings) {
    const auto known = facts_in(fields, caller_);
    if (!known) return misunderstood();
    const LoginFacts& facts = *known;
    std::optional<Crowd::Place> place;
    if (context_.crowd != nullptr && facts.from_root && !place.emplace(*context_.crowd, facts)) return crowded(facts);
    const bool report = facts.phase == Phase::failed_password && context_.accounts_of_reports != nullptr;
    Engine reach = engine(settings, facts.configuration_only ? context_.no_store : context_.store,
                          report ? *context_.accounts_of_reports : context_.accounts);
    SocketDialogue dialogue(wire_, context_.limits, /*offers=*/false);
    return verdict_of(login(reach, facts, caller_, dialogue));
  }

  Verdict crowded(const LoginFacts& facts) const {
    context_.journal.note(Severity::notice, fmt::format("turned away, too many dialogues user={} ruser={} from={}",
                                                        facts.user, facts.ruser, facts.rhost));
    return {.code = VerdictCode::unavailable,
            .text = "Too many logins at the same time. Finish the others, then try again.",
            .hint = {},
            .reason = "too-many-sessions"};
  }

  Verdict serve_request(const Fields& fields, const std::shared_ptr<const Settings>& settings) {
    const auto json = fields.get(Tag::json);
    if (!json) return misunderstood();
    auto request = parse_request(*json);
    if (request && !take_rows(fields, *request)) request = std::unexpected("its rows are none");
    if (!request) {
      Verdict verdict = misunderstood();
      verdict.hint = fmt::format("The request: {}.", request.error());
      return verdict;
    }
    AskedOnce accounts(context_.accounts, caller_.uid);
    Engine reach = engine(settings, context_.store, accounts);
    // Root's tools speak English, as their manuals do.
    const Speaking speaking(caller_.uid == Uid{0} ? std::string(kEnglish) : language_of(reach, caller_));
    SocketDialogue dialogue(wire_, context_.limits, /*offers=*/true);
    dialogue.tell_language(spoken());
    const auto password = context_.password_check(wire_.connection());
    const Asker asker{.caller = caller_,
                      .terminal = context_.terminal(wire_.connection(), caller_),
                      .password = *password,
                      .dialogue = dialogue,
                      .only_checks = request->only_checks};
    auto reply = perform(reach, asker, *request);
    if (!reply) return verdict_of(reply.error());
    if (!send_json(wire_, *reply)) return {.code = VerdictCode::unavailable, .text = {}, .hint = {}, .reason = "gone"};
    return {.code = VerdictCode::done, .text = {}, .hint = {}, .reason = {}};
  }

  // Root's alone; what others send is not even looked at. False: they are no rows.
  bool take_rows(const Fields& fields, Request& request) {
    if (caller_.uid != Uid{0}) return true;
    const std::string_view text = fields.get(Tag::rows).value_or("");
    if (request.verb == Verb::provision_codes) {
      auto people = read_people_rows(text);
      if (!people) return false;
      request.people = *std::move(people);
      return true;
    }
    if (request.verb == Verb::trail_lines) request.lines = text;
    if (request.verb != Verb::import_factors) return true;
    auto rows = read_import_rows(text, context_.clock.now());
    wire_.wipe();  // there were keys in it
    if (!rows) return false;
    request.rows = *std::move(rows);
    return true;
  }

  const SessionContext& context_;
  Caller caller_;
  Wire wire_;
  std::shared_ptr<Countries> countries_;
  std::optional<PatientGateway> gateway_;
  std::unique_ptr<PhoneNumbers> numbers_;
  std::vector<std::function<void()>> afterwards_;
};

void note_failure(Journal& journal, const char* what) noexcept {
  try {
    journal.note(Severity::error, fmt::format("a session ended in an error of the program: {}", what));
  } catch (...) {
    return;  // out of memory, most likely: the client sees the end of the connection, which denies
  }
}

}  // namespace

void serve_session(const SessionContext& context, int connection, Caller caller) noexcept {
  try {
    Session(context, connection, caller).run();
  } catch (const std::exception& error) {
    note_failure(context.journal, error.what());
  } catch (...) {
    note_failure(context.journal, "unknown");
  }
}

}  // namespace mfa
