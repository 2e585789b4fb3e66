// A PAM module for the monitor's tests. Its one argument is a folder. It asks for the password at a hidden prompt, adds
// the user's name to FOLDER/asked, and then does what the password says:
//
//   right  lets them in                 hang   starts another process (FOLDER/sleeper has its number) and never ends
//   crash  dies of a signal             exit   ends the process with status 0
//   twice  asks once more               other  refuses
#include <security/pam_modules.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace {

bool ask(pam_handle_t* pam, std::string& password) {
  const void* item = nullptr;
  if (::pam_get_item(pam, PAM_CONV, &item) != PAM_SUCCESS || item == nullptr) return false;
  const auto* conversation = static_cast<const pam_conv*>(item);
  const pam_message message{.msg_style = PAM_PROMPT_ECHO_OFF, .msg = "Password: "};
  const pam_message* messages = &message;
  pam_response* reply = nullptr;
  if (conversation->conv(1, &messages, &reply, conversation->appdata_ptr) != PAM_SUCCESS || reply == nullptr)
    return false;
  password = reply->resp;
  std::free(reply->resp);
  std::free(reply);
  return true;
}

[[noreturn]] void hang(const std::string& folder) {
  const pid_t sleeper = ::fork();
  if (sleeper != 0) {
    std::ofstream(folder + "/sleeper.new") << sleeper;
    std::rename((folder + "/sleeper.new").c_str(), (folder + "/sleeper").c_str());
  }
  while (true) ::pause();
}

}  // namespace

EXPORTED int pam_sm_authenticate(pam_handle_t* pam, int /*flags*/, int count, const char** arguments) {
  const std::string folder = count == 1 ? arguments[0] : "/nowhere";
  const void* user = nullptr;
  std::string password;
  if (::pam_get_item(pam, PAM_USER, &user) != PAM_SUCCESS || !ask(pam, password)) return PAM_CONV_ERR;
  std::ofstream(folder + "/asked", std::ios::app) << static_cast<const char*>(user) << "\n";
  if (password == "hang") hang(folder);
  if (password == "crash") std::abort();
  if (password == "exit") ::_exit(0);
  if (password == "twice" && !ask(pam, password)) return PAM_CONV_ERR;
  return password == "right" || password == "twice" ? PAM_SUCCESS : PAM_AUTH_ERR;
}

EXPORTED int pam_sm_setcred(pam_handle_t* /*pam*/, int /*flags*/, int /*count*/, const char** /*arguments*/) {
  return PAM_SUCCESS;
}
