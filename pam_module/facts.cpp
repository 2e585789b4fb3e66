#include "pam_module/facts.h"

#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <shadow.h>

#include <algorithm>
#include <cstring>

namespace mfa {
namespace {

std::string_view view(const char* text) { return text == nullptr ? std::string_view{} : std::string_view{text}; }

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// "publickey ssh-rsa" of "publickey ssh-rsa AAAA…".
std::string_view method_and_type(std::string_view line) {
  const auto method = std::find(line.begin(), line.end(), ' ');
  if (method == line.end()) return line;
  return {line.begin(), std::find(method + 1, line.end(), ' ')};
}

std::expected<std::string_view, FactsFault> ask_for_user(pam_handle_t* pamh) {
  const char* user = nullptr;
  const int asked = pam_get_user(pamh, &user, nullptr);
  if (asked == PAM_CONV_ERR || asked == PAM_CONV_AGAIN) return std::unexpected(FactsFault::conversation);
  return asked == PAM_SUCCESS ? view(user) : std::string_view{};
}

bool could_be_right(const char* hash) { return hash != nullptr && *hash != '*' && *hash != '!'; }

// pam_unix(8) keeps under this name what it last refused to a user, and nothing once it has taken a password. It does
// so where there is none to compare with, too: then another module may have taken it (a directory's).
bool refused_by_pam_unix(pam_handle_t* pamh, std::string_view user) {
  constexpr std::string_view kRefused = "-UN*X-FAIL-";
  if (user.size() > kLongestUser) return true;
  char name[kRefused.size() + kLongestUser + 1];
  memcpy(name, kRefused.data(), kRefused.size());
  memcpy(name + kRefused.size(), user.data(), user.size());
  name[kRefused.size() + user.size()] = '\0';
  const void* failure = nullptr;
  if (pam_get_data(pamh, name, &failure) != PAM_SUCCESS || failure == nullptr) return false;
  const char* const account = name + kRefused.size();
  const passwd* const known = pam_modutil_getpwnam(pamh, account);
  if (known == nullptr) return true;
  const spwd* const hidden = pam_modutil_getspnam(pamh, account);
  return could_be_right(known->pw_passwd) && (hidden == nullptr || could_be_right(hidden->sp_pwdp));
}

}  // namespace

std::string_view pam_item(pam_handle_t* pamh, int which) {
  const void* value = nullptr;
  if (pam_get_item(pamh, which, &value) != PAM_SUCCESS) return {};
  return view(static_cast<const char*>(value));
}

std::string_view name_of(FactsFault fault) {
  switch (fault) {
    case FactsFault::no_user:
      return "no_user";
    case FactsFault::conversation:
      return "conversation";
    case FactsFault::user_malformed:
      return "user_malformed";
    case FactsFault::too_long:
      return "fact_too_long";
  }
  return "unknown";
}

std::expected<Facts, FactsFault> read_facts(pam_handle_t* pamh, protocol::Phase phase) {
  const bool logs_in = phase == protocol::Phase::authenticate;
  const bool may_ask = logs_in || phase == protocol::Phase::split;
  const auto user = may_ask ? ask_for_user(pamh) : pam_item(pamh, PAM_USER);
  if (!user) return std::unexpected(user.error());
  if (user->empty()) return std::unexpected(FactsFault::no_user);

  const Facts facts{
      .phase = phase,
      .user = *user,
      .service = pam_item(pamh, PAM_SERVICE),
      .tty = pam_item(pamh, PAM_TTY),
      .rhost = pam_item(pamh, PAM_RHOST),
      .ruser = pam_item(pamh, PAM_RUSER),
      .ssh_connection = view(pam_getenv(pamh, "SSH_CONNECTION")),
      .ssh_auth_info = view(pam_getenv(pamh, "SSH_AUTH_INFO_0")),
      .password_passed = logs_in && !pam_item(pamh, PAM_AUTHTOK).empty() && !refused_by_pam_unix(pamh, *user),
  };
  if (facts.user.size() > kLongestUser || std::any_of(facts.user.begin(), facts.user.end(), is_control)) {
    return std::unexpected(FactsFault::user_malformed);
  }
  for (const auto fact : {facts.service, facts.tty, facts.rhost, facts.ruser, facts.ssh_connection}) {
    if (fact.size() > kLongestItem) return std::unexpected(FactsFault::too_long);
  }
  return facts;
}

std::string_view fit_auth_info(std::string_view lines, std::span<char> out) {
  if (lines.size() <= out.size()) return lines;
  std::size_t used = 0;
  const auto add = [&](std::string_view line) {
    if (line.size() + 1 > out.size() - used) return false;
    std::memcpy(out.data() + used, line.data(), line.size());
    out[used + line.size()] = '\n';
    used += line.size() + 1;
    return true;
  };
  while (!lines.empty()) {
    const std::string_view line{lines.begin(), std::find(lines.begin(), lines.end(), '\n')};
    if (!line.empty() && !add(line)) add(method_and_type(line));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  }
  if (used == 0) add("cut");
  return {out.data(), used};
}

std::span<const char> write_login(std::span<char> buffer, const Facts& facts, bool configuration_only) {
  using protocol::Tag;
  char auth_info[protocol::kLongestFact];
  protocol::FrameWriter writer(buffer, protocol::FrameType::login);
  writer.field(Tag::version, protocol::kVersion);
  const auto add = [&](Tag tag, std::string_view fact) {
    if (!fact.empty()) writer.field(tag, fact);
  };
  add(Tag::user, facts.user);
  add(Tag::service, facts.service);
  add(Tag::tty, facts.tty);
  add(Tag::rhost, facts.rhost);
  add(Tag::ruser, facts.ruser);
  add(Tag::ssh_connection, facts.ssh_connection);
  add(Tag::ssh_auth_info, fit_auth_info(facts.ssh_auth_info, auth_info));
  if (configuration_only) writer.field(Tag::configuration_only, std::string_view{});
  writer.field(Tag::phase, static_cast<std::uint8_t>(facts.phase));
  if (facts.password_passed) writer.field(Tag::password_passed, std::string_view{});
  if (facts.one_answer) writer.field(Tag::one_answer, std::string_view{});
  return writer.finish();
}

}  // namespace mfa
