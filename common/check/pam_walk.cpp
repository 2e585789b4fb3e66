#include "common/check/pam_walk.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace mfa {
namespace {

using Came = PamEnding::Came;
using Kind = PamAction::Kind;

constexpr std::size_t kMostStates = 200'000;

constexpr auto kPasswords = std::to_array<std::string_view>(
    {"pam_unix",    "pam_sss",         "pam_ldap",         "pam_krb5",          "pam_winbind",
     "pam_pwdfile", "pam_userdb",      "pam_radius_auth",  "pam_radius",        "pam_mysql",
     "pam_pgsql",   "pam_tcb",         "pam_systemd_home", "pam_authd",         "pam_himmelblau",
     "pam_kanidm",  "pam_afs_session", "pam_heimdal",      "pam_oauth2_device", "pam_unix_auth"});
constexpr auto kConditions = std::to_array<std::string_view>(
    {"pam_succeed_if", "pam_rootok", "pam_wheel", "pam_listfile", "pam_access", "pam_time", "pam_localuser",
     "pam_securetty", "pam_nologin", "pam_shells", "pam_usertype", "pam_console", "pam_timestamp"});
constexpr auto kHarmless = std::to_array<std::string_view>(
    {"pam_env",     "pam_faildelay", "pam_group",     "pam_motd",          "pam_mail",     "pam_warn",
     "pam_echo",    "pam_issue",     "pam_umask",     "pam_gnome_keyring", "pam_kwallet",  "pam_kwallet5",
     "pam_cap",     "pam_ecryptfs",  "pam_mount",     "pam_keyinit",       "pam_loginuid", "pam_limits",
     "pam_selinux", "pam_lastlog",   "pam_tty_audit", "pam_setquota"});

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

enum class Impression : std::uint8_t { undefined, positive, negative };

// What libpam has come to so far.
struct Verdict {
  Impression impression = Impression::undefined;
  PamCode status = PamCode::perm_denied;  // PAM_MUST_FAIL_CODE
  auto operator<=>(const Verdict&) const = default;
};

struct State {
  std::size_t at = 0;  // the line that comes next
  int level = 0;       // of the line before
  Verdict verdict;
  std::vector<Verdict> before;  // by level: what it was when that substack began
  PamEnding so_far;
  std::strong_ordering operator<=>(const State&) const = default;
};

std::vector<PamCode> may_return(const PamLine& line, PamType type) {
  using enum PamCode;
  std::vector<PamCode> codes;
  switch (part_of(line)) {
    case PamPart::verify:
      codes = {success, auth_err, perm_denied, maxtries, authinfo_unavail, conv_err, buf_err};
      break;
    case PamPart::report:
      return {auth_err};
    case PamPart::part_answer:
      return {cred_insufficient, conv_err, auth_err};
    case PamPart::always_fails:
      return {line.kind == PamLine::Kind::unreadable ? perm_denied
                                                     : (type == PamType::account ? acct_expired : auth_err)};
    case PamPart::always_passes:
      return {success};
    case PamPart::harmless:
      return {success, ignore};
    case PamPart::password:
    case PamPart::condition:
    case PamPart::unknown:
      codes = {success, type == PamType::account ? perm_denied : auth_err};
      if (type == PamType::account) codes.push_back(new_authtok_reqd);
      for (const PamCode named : line.control.named)
        if (std::ranges::find(codes, named) == codes.end()) codes.push_back(named);
      break;
  }
  return codes;
}

void note(PamEnding& ending, const PamLine& line, std::size_t index, PamCode code) {
  switch (part_of(line)) {
    case PamPart::verify:
      if (ending.password == Came::failed && ending.wrong_line < 0) ending.wrong_line = ending.password_line;
      ending.verified = code == PamCode::success ? Came::passed : Came::failed;
      break;
    case PamPart::report:
      ending.reported = true;
      ending.reported_right = ending.reported_right || ending.password == Came::passed;
      break;
    case PamPart::password:
      if (code == PamCode::success) {
        ending.verified_first = ending.verified_first || (ending.verified != Came::never);
        ending.password = Came::passed;
        ending.password_line = static_cast<int>(index);
      } else if (code == PamCode::auth_err && ending.password != Came::passed) {
        ending.password = Came::failed;
        ending.password_line = static_cast<int>(index);
      }
      break;
    case PamPart::part_answer:
    case PamPart::condition:
    case PamPart::harmless:
    case PamPart::always_fails:
    case PamPart::always_passes:
    case PamPart::unknown:
      break;
  }
}

class Walk {
 public:
  Walk(const PamStack& stack, PamType type) : stack_(stack), type_(type) {}

  std::optional<std::vector<PamEnding>> all() {
    push({});
    while (!open_.empty()) {
      State state = std::move(open_.back());
      open_.pop_back();
      if (state.at >= stack_.size()) {
        finish(state);
        continue;
      }
      enter(state);
      if (line(state).kind == PamLine::Kind::substack) {
        ++state.at;
        push(std::move(state));
        continue;
      }
      for (const PamCode code : may_return(line(state), type_)) go_on(state, code);
      if (seen_.size() > kMostStates) return std::nullopt;
    }
    return std::vector<PamEnding>(endings_.begin(), endings_.end());
  }

 private:
  [[nodiscard]] const PamLine& line(const State& state) const { return stack_[state.at]; }

  void push(State state) {
    if (seen_.insert(state).second) open_.push_back(std::move(state));
  }

  void finish(const State& state) {
    PamEnding ending = state.so_far;
    const bool expired = type_ == PamType::account && state.verdict.status == PamCode::new_authtok_reqd;
    ending.lets_in =
        state.verdict.impression == Impression::positive && (state.verdict.status == PamCode::success || expired);
    endings_.insert(ending);
  }

  // A substack that begins remembers what was before it.
  void enter(State& state) const {
    const int level = line(state).level;
    const auto wanted = static_cast<std::size_t>(level) + 1;
    if (state.before.empty()) state.before.push_back({});
    if (level > state.level) {
      state.before.resize(wanted);
      state.before.back() = state.verdict;
    } else {
      state.before.resize(std::min(state.before.size(), wanted));
    }
    state.level = level;
  }

  [[nodiscard]] bool follows_in_stack(std::size_t at, int level) const {
    return at + 1 < stack_.size() && stack_[at + 1].level >= level;
  }

  // To the last line of the substack at hand.
  [[nodiscard]] std::size_t end_of_substack(std::size_t at, int level) const {
    while (follows_in_stack(at, level)) ++at;
    return at;
  }

  void go_on(State state, PamCode code) {
    const std::size_t from = state.at;
    const int level = state.level;
    const PamAction action = line(state).control.actions.at(static_cast<std::size_t>(code));
    note(state.so_far, line(state), from, code);
    Verdict& verdict = state.verdict;
    switch (action.kind) {
      case Kind::reset:
        verdict =
            state.before.at(static_cast<std::size_t>(level) < state.before.size() ? static_cast<std::size_t>(level)
                                                                                  : state.before.size() - 1);
        break;
      case Kind::ok:
      case Kind::done:
        if (verdict.impression == Impression::undefined ||
            (verdict.impression == Impression::positive && verdict.status == PamCode::success))
          verdict = {.impression = Impression::positive, .status = code};
        if (action.kind == Kind::done && verdict.impression == Impression::positive)
          state.at = end_of_substack(from, level);
        break;
      case Kind::bad:
      case Kind::die:
        if (verdict.impression != Impression::negative)
          verdict = {.impression = Impression::negative,
                     .status = code == PamCode::ignore ? PamCode::perm_denied : code};
        if (action.kind == Kind::die) state.at = end_of_substack(from, level);
        break;
      case Kind::ignore:
        break;
      case Kind::jump:
        jump(state, action.over);
        break;
    }
    note_what_was_passed_over(state, from);
    ++state.at;
    push(std::move(state));
  }

  void jump(State& state, int over) const {
    while (over > 0 && follows_in_stack(state.at, state.level)) {
      ++state.at;
      while (follows_in_stack(state.at, state.level + 1)) ++state.at;  // a substack counts as one
      --over;
    }
    if (over > 0) state.verdict = {.impression = Impression::negative, .status = PamCode::perm_denied};
  }

  void note_what_was_passed_over(State& state, std::size_t from) const {
    if (state.so_far.verified != Came::never || state.so_far.passed_over >= 0) return;
    for (std::size_t i = from + 1; i <= state.at; ++i)
      if (part_of(stack_[i]) == PamPart::verify) state.so_far.passed_over = static_cast<int>(from);
  }

  const PamStack& stack_;
  PamType type_;
  std::vector<State> open_;
  std::set<State> seen_;
  std::set<PamEnding> endings_;
};

}  // namespace

PamPart part_of(const PamLine& line) {
  if (line.kind == PamLine::Kind::unreadable || line.module == "pam_deny") return PamPart::always_fails;
  if (line.kind == PamLine::Kind::substack) return PamPart::harmless;
  if (line.module == "pam_permit") return PamPart::always_passes;
  if (line.module == kMfaModule) {
    if (line.has("authfail")) return PamPart::report;
    return line.has("forward_pass") ? PamPart::part_answer : PamPart::verify;
  }
  if (among(kPasswords, line.module)) return PamPart::password;
  if (among(kConditions, line.module)) return PamPart::condition;
  return among(kHarmless, line.module) ? PamPart::harmless : PamPart::unknown;
}

std::optional<std::vector<PamEnding>> walk_pam_stack(const PamStack& stack, PamType type) {
  return Walk(stack, type).all();
}

}  // namespace mfa
