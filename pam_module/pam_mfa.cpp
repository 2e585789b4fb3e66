// The entry points that libpam calls, and the one place where a verdict becomes a PAM code.
//
// There is no pam_sm_open_session: a line of type `session` gets PAM_MODULE_UNKNOWN from libpam and fails.
#include <security/pam_modules.h>
#include <syslog.h>

#include <algorithm>
#include <span>

#include "common/protocol/frame.h"
#include "pam_module/arguments.h"
#include "pam_module/facts.h"
#include "pam_module/forward.h"
#include "pam_module/log.h"
#include "pam_module/passage.h"
#include "pam_module/relay.h"
#include "pam_module/split.h"

namespace mfa {
namespace {

using protocol::Phase;
using protocol::VerdictCode;
using Words = std::span<const char* const>;

// PAM_IGNORE never: a stack would go on as if there were no second factor.
int code_of_auth(VerdictCode verdict) {
  switch (verdict) {
    case VerdictCode::passed:
    case VerdictCode::trusted:
    case VerdictCode::skipped:
      return PAM_SUCCESS;
    case VerdictCode::wrong:
      return PAM_AUTH_ERR;
    case VerdictCode::locked:
      return PAM_MAXTRIES;
    case VerdictCode::denied:
      return PAM_PERM_DENIED;
    case VerdictCode::conversation:
      return PAM_CONV_ERR;
    case VerdictCode::unavailable:
    case VerdictCode::done:
    case VerdictCode::refused:
    case VerdictCode::usage:
      break;
  }
  return PAM_AUTHINFO_UNAVAIL;
}

int error_of(VerdictCode verdict) {
  const int code = code_of_auth(verdict);
  return code == PAM_SUCCESS ? PAM_AUTHINFO_UNAVAIL : code;
}

// None but codes that pam_sm_acct_mgmt(3) lists: stacks ignore some of the others.
int code_of_account(VerdictCode verdict) {
  switch (verdict) {
    case VerdictCode::passed:
    case VerdictCode::trusted:
    case VerdictCode::skipped:
      return PAM_SUCCESS;
    case VerdictCode::wrong:
    case VerdictCode::locked:
    case VerdictCode::denied:
      return PAM_PERM_DENIED;
    case VerdictCode::unavailable:
    case VerdictCode::conversation:
    case VerdictCode::done:
    case VerdictCode::refused:
    case VerdictCode::usage:
      break;
  }
  return PAM_AUTH_ERR;
}

int code_of_password(VerdictCode verdict) {
  const bool heard = verdict == VerdictCode::done || verdict == VerdictCode::passed || verdict == VerdictCode::skipped;
  return heard ? PAM_SUCCESS : PAM_AUTHTOK_ERR;
}

std::expected<Arguments, VerdictCode> arguments_of(pam_handle_t* pamh, LineType type, Words words) {
  const auto arguments = parse_arguments(type, words);
  if (arguments) return *arguments;
  LogLine().add("event", "unknown_argument").add("argument", arguments.error()).write(pamh, LOG_ERR);
  return std::unexpected(VerdictCode::denied);
}

std::expected<Facts, VerdictCode> facts_of(pam_handle_t* pamh, Phase phase) {
  const auto facts = read_facts(pamh, phase);
  if (facts) return *facts;
  LogLine line;
  if (phase == Phase::failed_password) {
    line.add("event", "report_failed");
  } else {
    line.add("verdict", "denied");
  }
  line.add("user", pam_item(pamh, PAM_USER))
      .add("service", pam_item(pamh, PAM_SERVICE))
      .add("reason", name_of(facts.error()))
      .write(pamh, LOG_NOTICE);
  return std::unexpected(facts.error() == FactsFault::conversation ? VerdictCode::conversation : VerdictCode::denied);
}

// The verdict in a phase in which nobody is asked anything.
VerdictCode consult(pam_handle_t* pamh, LineType type, Words words, Phase phase) {
  const auto arguments = arguments_of(pamh, type, words);
  if (!arguments) return arguments.error();
  const auto facts = facts_of(pamh, phase);
  return facts ? relay(pamh, *arguments, *facts) : facts.error();
}

bool has(Words words, std::string_view wanted) {
  return std::any_of(words.begin(), words.end(), [wanted](std::string_view word) { return word == wanted; });
}

// A line with `forward_pass`: parts the one answer for the lines behind it. It verifies nothing, and so always returns
// an error: whatever a stack makes of this line, it lets nobody in.
int forward_pass(pam_handle_t* pamh, Words words) {
  const auto arguments = arguments_of(pamh, LineType::auth, words);
  if (!arguments) return code_of_auth(arguments.error());
  if (const auto named = facts_of(pamh, Phase::split); !named) return code_of_auth(named.error());
  const OneAnswer answer(pamh);
  if (!answer) return code_of_auth(answer.fault());
  const auto facts = facts_of(pamh, Phase::split);  // as they are now: the host may have changed the user's name
  if (!facts) return code_of_auth(facts.error());
  CodesDue codes;
  const auto verdict = ask_what_is_due(pamh, *arguments, *facts, codes);
  if (verdict != VerdictCode::done) return error_of(verdict);
  return forward(pamh, split(answer.text(), codes)) ? PAM_CRED_INSUFFICIENT : PAM_BUF_ERR;
}

int authenticate(pam_handle_t* pamh, Words words) {
  Attempt attempt(pamh);
  if (has(words, "authfail")) {
    // The password was wrong, whatever becomes of the report.
    static_cast<void>(consult(pamh, LineType::auth, words, Phase::failed_password));
    return PAM_AUTH_ERR;
  }
  if (has(words, "forward_pass")) return forward_pass(pamh, words);
  const auto arguments = arguments_of(pamh, LineType::auth, words);
  if (!arguments) return code_of_auth(arguments.error());
  auto facts = facts_of(pamh, Phase::authenticate);
  if (!facts) return code_of_auth(facts.error());
  const ForwardedCode forwarded(pamh);
  facts->one_answer = forwarded.code().has_value();
  attempt.is_by(facts->user);
  const bool over_ssh = facts->tty == "ssh";  // before the dialogue, in which the host may change the item
  const int code = code_of_auth(relay(pamh, *arguments, *facts, forwarded.code()));
  if (code == PAM_SUCCESS) attempt.passed();
  // sshd (its PAM_TTY is always "ssh") answers PAM_MAXTRIES by taking all password methods back. Where no other is
  // left, ssh(1) then asks for a password of its own, and the person reads that theirs is wrong.
  return code == PAM_MAXTRIES && over_ssh ? PAM_AUTH_ERR : code;
}

int account(pam_handle_t* pamh, Words words) {
  if (has_passed(pamh, pam_item(pamh, PAM_USER))) {
    const auto arguments = arguments_of(pamh, LineType::account, words);
    return arguments ? PAM_SUCCESS : code_of_account(arguments.error());
  }
  return code_of_account(consult(pamh, LineType::account, words, Phase::account));
}

// libpam calls it twice: to check whether a change is possible, and to make it.
int change_password(pam_handle_t* pamh, unsigned flags, Words words) {
  if ((flags & PAM_UPDATE_AUTHTOK) != 0) {
    return code_of_password(consult(pamh, LineType::password, words, Phase::password_changed));
  }
  return arguments_of(pamh, LineType::password, words) ? PAM_SUCCESS : PAM_AUTHTOK_ERR;
}

}  // namespace
}  // namespace mfa

#pragma GCC visibility push(default)

// PAM_SILENT is not heeded: sudo always sets it, and what is shown here says why somebody cannot get in.
extern "C" int pam_sm_authenticate(pam_handle_t* pamh, int /*flags*/, int argc, const char** argv) {
  return mfa::authenticate(pamh, {argv, static_cast<std::size_t>(argc)});
}

// Called by every host after authenticating, in sshd in another process; there is nothing to set.
// A line with `forward_pass` says what it always says: where nothing was authenticated before, libpam goes by that.
extern "C" int pam_sm_setcred(pam_handle_t* /*pamh*/, int /*flags*/, int argc, const char** argv) {
  return mfa::has({argv, static_cast<std::size_t>(argc)}, "forward_pass") ? PAM_CRED_INSUFFICIENT : PAM_SUCCESS;
}

extern "C" int pam_sm_acct_mgmt(pam_handle_t* pamh, int /*flags*/, int argc, const char** argv) {
  return mfa::account(pamh, {argv, static_cast<std::size_t>(argc)});
}

extern "C" int pam_sm_chauthtok(pam_handle_t* pamh, int flags, int argc, const char** argv) {
  return mfa::change_password(pamh, static_cast<unsigned>(flags), {argv, static_cast<std::size_t>(argc)});
}

#pragma GCC visibility pop
