#include "pam_module/conversation.h"

#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>

namespace mfa {
namespace {

void wipe_and_free(char* text) {
  if (text == nullptr) return;
  explicit_bzero(text, strlen(text));
  free(text);
}

}  // namespace

Answer::~Answer() { wipe_and_free(text_); }

void Conversation::show(std::string_view text, bool is_error) {
  wipe_and_free(converse(is_error ? PAM_ERROR_MSG : PAM_TEXT_INFO, text));
}

Answer Conversation::ask(std::string_view text, bool echo) {
  return Answer(converse(echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF, text));
}

// What the host answered, or nullptr. Hosts promise nothing about `reply` when they fail, so it is not touched then.
char* Conversation::converse(int style, std::string_view text) {
  const void* item = nullptr;
  if (pam_get_item(pamh_, PAM_CONV, &item) != PAM_SUCCESS || item == nullptr) return nullptr;
  const auto* host = static_cast<const pam_conv*>(item);
  if (host->conv == nullptr) return nullptr;

  const std::size_t size = std::min(text.size(), sizeof text_ - 1);
  memcpy(text_, text.data(), size);
  text_[size] = '\0';
  const pam_message message{style, text_};
  const pam_message* messages = &message;
  pam_response* reply = nullptr;
  const int result = host->conv(1, &messages, &reply, host->appdata_ptr);
  explicit_bzero(text_, size);
  if (result != PAM_SUCCESS || reply == nullptr) return nullptr;
  char* const answer = reply->resp;
  free(reply);
  return answer;
}

}  // namespace mfa
