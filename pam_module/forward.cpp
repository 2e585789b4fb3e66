#include "pam_module/forward.h"

#include <string.h>
#include <syslog.h>

#include <bit>
#include <cstdint>

#include "pam_module/conversation.h"
#include "pam_module/facts.h"
#include "pam_module/log.h"

namespace mfa {
namespace {

constexpr std::string_view kPrompt = "Password and code: ";
// So that nothing another module may have left in PAM_OLDAUTHTOK is taken for a code. What libpam keeps is a number in
// the place of a pointer.
constexpr char kForwarded[] = "pam_mfa forwarded";

bool mark(pam_handle_t* pamh, std::uintptr_t forwarded) {
  return pam_set_data(pamh, kForwarded, std::bit_cast<void*>(forwarded), nullptr) == PAM_SUCCESS;
}

bool is_marked(pam_handle_t* pamh) {
  const void* number = nullptr;
  return pam_get_data(pamh, kForwarded, &number) == PAM_SUCCESS && number != nullptr;
}

bool set(pam_handle_t* pamh, int item, std::string_view text) {
  char copy[kLongestAnswer + 1];
  if (text.size() > kLongestAnswer) return false;
  if (!text.empty()) memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  const bool good = pam_set_item(pamh, item, copy) == PAM_SUCCESS;
  explicit_bzero(copy, text.size());
  return good;
}

}  // namespace

OneAnswer::OneAnswer(pam_handle_t* pamh) {
  if (const auto there = pam_item(pamh, PAM_AUTHTOK); there.data() != nullptr) {
    keep(pamh, there);
    return;
  }
  Conversation conversation(pamh);
  const Answer typed = conversation.ask(kPrompt, false);
  if (typed) keep(pamh, typed.text());
}

OneAnswer::~OneAnswer() { explicit_bzero(text_, size_); }

void OneAnswer::keep(pam_handle_t* pamh, std::string_view answer) {
  if (answer.size() > sizeof text_) {
    fault_ = protocol::VerdictCode::wrong;
    LogLine line;
    line.add("event", "answer_refused").add("user", pam_item(pamh, PAM_USER));
    line.add("service", pam_item(pamh, PAM_SERVICE)).add("why", "too_long").write(pamh, LOG_INFO);
    return;
  }
  memcpy(text_, answer.data(), answer.size());
  size_ = answer.size();
  good_ = true;
}

bool forward(pam_handle_t* pamh, const Parts& parts) {
  return set(pamh, PAM_OLDAUTHTOK, parts.code) && set(pamh, PAM_AUTHTOK, parts.password) && mark(pamh, 1);
}

ForwardedCode::ForwardedCode(pam_handle_t* pamh) {
  if (!is_marked(pamh)) return;
  static_cast<void>(mark(pamh, 0));  // takes no memory: the mark is there
  const auto code = pam_item(pamh, PAM_OLDAUTHTOK);
  // Not there: the mark is of an earlier pam_authenticate(), in which nobody came for it.
  if (code.data() == nullptr || code.size() > sizeof text_) return;
  memcpy(text_, code.data(), code.size());
  size_ = code.size();
  there_ = true;
  static_cast<void>(pam_set_item(pamh, PAM_OLDAUTHTOK, nullptr));  // which wipes it
}

ForwardedCode::~ForwardedCode() { explicit_bzero(text_, size_); }

std::optional<std::string_view> ForwardedCode::code() const {
  if (!there_) return std::nullopt;
  return std::string_view{text_, size_};
}

}  // namespace mfa
