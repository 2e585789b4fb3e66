#include "common/service/monitor/password_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <sys/resource.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "common/system/process_limits.h"

namespace mfa::monitor {
namespace {

// Not 0 or 1: a module that calls exit() must not look like an answer.
constexpr std::array<std::pair<PasswordAnswer, int>, 3> kStatuses{{
    {PasswordAnswer::right, 83},
    {PasswordAnswer::wrong, 84},
    {PasswordAnswer::none, 85},
}};
constexpr int kUnavailable = 86;

int status_of(PasswordAnswer answer) {
  for (const auto& [known, status] : kStatuses)
    if (known == answer) return status;
  return kUnavailable;
}

// The password on its way to PAM.
struct Conversation {
  const Secret& password;
  bool given = false;
};

// One answer of a PAM conversation, from malloc as PAM wants it; null on failure.
char* answer_to(const pam_message& message, Conversation& conversation) {
  if (message.msg_style == PAM_TEXT_INFO || message.msg_style == PAM_ERROR_MSG) return ::strdup("");
  if (message.msg_style != PAM_PROMPT_ECHO_OFF || std::exchange(conversation.given, true)) return nullptr;
  const auto text = conversation.password.text();
  return ::strndup(text.data(), text.size());
}

void free_replies(pam_response* replies, int count) {
  for (int i = 0; i < count; ++i) {
    if (replies[i].resp == nullptr) continue;
    ::explicit_bzero(replies[i].resp, std::strlen(replies[i].resp));
    std::free(replies[i].resp);
  }
  std::free(replies);
}

int converse(int count, const pam_message** messages, pam_response** replies, void* conversation) {
  if (count <= 0 || count > PAM_MAX_NUM_MSG) return PAM_CONV_ERR;
  auto* made = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (made == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    made[i].resp = answer_to(*messages[i], *static_cast<Conversation*>(conversation));
    if (made[i].resp != nullptr) continue;
    free_replies(made, i);
    return PAM_CONV_ERR;
  }
  *replies = made;
  return PAM_SUCCESS;
}

// Failures are answered without a pause: the limit of tries is what slows down guessing.
void without_delay(int /*status*/, unsigned /*microseconds*/, void* /*conversation*/) {}

// Whatever was not asked for the password has not checked it, whether it lets them in or not.
PasswordAnswer judge(int code, bool given) {
  if (!given) return PasswordAnswer::unavailable;
  switch (code) {
    case PAM_SUCCESS:
      return PasswordAnswer::right;
    case PAM_AUTH_ERR:
    case PAM_USER_UNKNOWN:
    case PAM_MAXTRIES:
      return PasswordAnswer::wrong;
    default:
      return PasswordAnswer::unavailable;  // an expired account, a directory that is down, a stack with errors
  }
}

void say_why(const std::string& user, const std::string& service, const char* why) {
  ::openlog("mfad-monitor", LOG_PID, LOG_AUTHPRIV);
  ::syslog(LOG_WARNING, "PAM service %s cannot check the password of %s: %s", service.c_str(), user.c_str(), why);
}

PasswordAnswer ask_pam(const std::string& user, const Secret& password, const PamService& service) {
  using DelayFunction = void (*)(int, unsigned, void*);
  const DelayFunction delay = without_delay;
  Conversation conversation{.password = password};
  const pam_conv calls{.conv = converse, .appdata_ptr = &conversation};
  pam_handle_t* pam = nullptr;
  const char* folder = service.folder.empty() ? nullptr : service.folder.c_str();
  int code = ::pam_start_confdir(service.name.c_str(), user.c_str(), &calls, folder, &pam);
  if (code != PAM_SUCCESS) {
    say_why(user, service.name, "it cannot be read");
    return PasswordAnswer::unavailable;
  }
  code = ::pam_set_item(pam, PAM_FAIL_DELAY, reinterpret_cast<const void*>(delay));
  if (code == PAM_SUCCESS) code = ::pam_authenticate(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
  auto answer = judge(code, conversation.given);
  if (answer == PasswordAnswer::right) {
    code = ::pam_acct_mgmt(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
    // Right, but of an account that may not be used: not "wrong", which would be tried again.
    if (code != PAM_SUCCESS) answer = PasswordAnswer::unavailable;
  }
  if (answer == PasswordAnswer::unavailable)
    say_why(user, service.name, code == PAM_SUCCESS ? "it does not ask for it" : ::pam_strerror(pam, code));
  ::pam_end(pam, code);
  return answer;
}

std::optional<std::string> name_of(Uid uid) {
  constexpr std::size_t kLargest = 1 << 20;  // bytes
  std::vector<char> buffer(4096);
  while (true) {
    passwd entry{};
    passwd* found = nullptr;
    const int code = ::getpwuid_r(uid.value, &entry, buffer.data(), buffer.size(), &found);
    if (code == EINTR) continue;
    if (code == ERANGE && buffer.size() < kLargest) {
      buffer.resize(buffer.size() * 4);
      continue;
    }
    if (code != 0 || found == nullptr || found->pw_uid != uid.value) return std::nullopt;
    return std::string(found->pw_name);
  }
}

bool has_none(const std::string& user, ShadowMap& shadow) {
  const auto known = shadow.look_up(user);
  return known.state == ShadowMap::Answer::State::present && !known.entry.can_be_typed;
}

PasswordAnswer check(Uid uid, const Secret& password, const PamService& service, ShadowMap& shadow) {
  const auto user = name_of(uid);
  if (!user) return PasswordAnswer::unavailable;
  // PAM takes text up to a zero byte: what follows it would not be compared.
  const bool is_text = !password.empty() && password.text().find('\0') == std::string_view::npos;
  const auto answer = is_text ? ask_pam(*user, password, service) : PasswordAnswer::wrong;
  // PAM first: an account that is locked in /etc/shadow may have its password elsewhere (Kerberos).
  return answer == PasswordAnswer::wrong && has_none(*user, shadow) ? PasswordAnswer::none : answer;
}

bool leave_the_monitor() {
  if (::setsid() < 0 || ::close_range(0, ~0U, 0) != 0) return false;
  if (::open("/dev/null", O_RDWR) != STDIN_FILENO || ::dup(STDIN_FILENO) != STDOUT_FILENO ||
      ::dup(STDIN_FILENO) != STDERR_FILENO)
    return false;
  constexpr rlim_t kSeconds = 20;  // of processor time, if the monitor should die before it ends this
  const rlimit time{.rlim_cur = kSeconds, .rlim_max = kSeconds};
  return ::setrlimit(RLIMIT_CPU, &time) == 0 && normalise_signals().has_value();
}

}  // namespace

void check_password_and_exit(Uid uid, const Secret& password, const PamService& service, ShadowMap& shadow) {
  int status = kUnavailable;
  try {
    if (leave_the_monitor()) status = status_of(check(uid, password, service, shadow));
  } catch (const std::exception&) {
    status = kUnavailable;
  }
  ::_exit(status);
}

PasswordAnswer answer_of(int how_it_ended, int status) {
  if (how_it_ended != CLD_EXITED) return PasswordAnswer::unavailable;
  for (const auto& [answer, known] : kStatuses)
    if (known == status) return answer;
  return PasswordAnswer::unavailable;
}

}  // namespace mfa::monitor
