// A program that asks once, as screen lockers, FTP and IMAP servers do: it has one text to give, and whatever it is
// asked for gets that.
//
// Usage: asks_once SERVICE USER [RHOST] < answer
// Prints each message it was shown, `prompt` or `shown` before it, and at the end `result` with the PAM result.
#include <security/pam_appl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

namespace {

int converse(int count, const pam_message** messages, pam_response** responses, void* data) {
  const auto& answer = *static_cast<const std::string*>(data);
  auto* replies = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (replies == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    const int style = messages[i]->msg_style;
    const bool prompt = style == PAM_PROMPT_ECHO_ON || style == PAM_PROMPT_ECHO_OFF;
    std::cout << (prompt ? "prompt " : "shown ") << messages[i]->msg << "\n";
    if (prompt) replies[i].resp = strdup(answer.c_str());
  }
  *responses = replies;
  return PAM_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) return 2;
  std::string answer;
  std::getline(std::cin, answer);
  const pam_conv conversation{converse, &answer};
  pam_handle_t* handle = nullptr;
  if (pam_start(argv[1], argv[2], &conversation, &handle) != PAM_SUCCESS) return 2;
  if (argc == 4 && pam_set_item(handle, PAM_RHOST, argv[3]) != PAM_SUCCESS) return 2;
  int result = pam_authenticate(handle, 0);
  if (result == PAM_SUCCESS) result = pam_acct_mgmt(handle, 0);
  if (result == PAM_SUCCESS && geteuid() == 0) result = pam_setcred(handle, PAM_ESTABLISH_CRED);
  pam_end(handle, result);
  std::cout << "result " << result << "\n";
  return result == PAM_SUCCESS ? 0 : 1;
}
