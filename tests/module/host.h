// A program that logs people in: loads pam_mfa.so through the real libpam, with a PAM service of its own in a folder of
// its own, and plays the person.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <security/pam_appl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/module/interposed.h"
#include "tests/module/scripted_engine.h"

namespace mfa::test {

struct LoggedLine {
  int priority = 0;
  std::string text;
};
inline std::vector<LoggedLine> syslog_lines;  // what went through pam_syslog
inline std::vector<std::string> wiped;        // what explicit_bzero was given

// One message of the conversation, as the host got it.
struct Said {
  int style = 0;
  std::string text;
  bool operator==(const Said&) const = default;
};

class Host {
 public:
  using Phase = int (*)(pam_handle_t*, int);

  // What the person, or the host in their place, does at a prompt.
  std::string reply = "123456";
  int result = PAM_SUCCESS;
  bool null_response = false;  // no array of responses
  bool null_text = false;      // an array without text
  bool null_conversation = false;
  std::string password;  // becomes PAM_AUTHTOK before the first answer, as a module before us would have it
  std::string renames;   // becomes PAM_USER before the first answer
  std::string moves_to;  // becomes PAM_TTY before the first answer
  std::vector<std::pair<int, std::string>> items;
  std::vector<std::string> environment;  // of PAM
  bool unprivileged = false;

  std::vector<Said> said;
  int most_messages = 0;  // in one call

  int authenticate(const std::string& arguments, const char* user = "alice") {
    return run("auth required " MFA_MODULE " " + arguments, user, pam_authenticate);
  }

  int run(const std::string& line, const char* user, Phase phase) {
    begin(line, user);
    const int code = call(phase);
    end(code);
    return code;
  }

  // A transaction of several phases. There is a service `elsewhere` with the same lines.
  void begin(const std::string& lines, const char* user) {
    ++open_;
    folder_ = std::make_unique<Folder>();
    for (const char* service : {"campus", "elsewhere"}) std::ofstream(folder_->path(service)) << lines << "\n";
    const pam_conv conversation{null_conversation ? nullptr : converse, this};
    EXPECT_EQ(pam_start_confdir("campus", user, &conversation, folder_->path().c_str(), &pamh_), PAM_SUCCESS);
    for (const auto& [which, value] : items) EXPECT_EQ(pam_set_item(pamh_, which, value.c_str()), PAM_SUCCESS);
    for (const auto& variable : environment) EXPECT_EQ(pam_putenv(pamh_, variable.c_str()), PAM_SUCCESS);
    syslog_lines.clear();  // libpam's own about the folder
  }
  int call(Phase phase) {
    if (!unprivileged) return phase(pamh_, 0);
    const Unprivileged now;
    return phase(pamh_, 0);
  }
  void set(int item, const char* value) { EXPECT_EQ(pam_set_item(pamh_, item, value), PAM_SUCCESS); }
  void end(int code) {
    EXPECT_EQ(pam_end(pamh_, code), PAM_SUCCESS);
    folder_.reset();
    if (--open_ == 0) {
      EXPECT_FALSE(is_loaded()) << "the module is still loaded";
    }
  }
  static bool is_loaded() {
    void* const module = dlopen(MFA_MODULE, RTLD_NOW | RTLD_NOLOAD);
    if (module != nullptr) dlclose(module);
    return module != nullptr;
  }

 private:
  static int converse(int count, const pam_message** messages, pam_response** responses, void* self) {
    return static_cast<Host*>(self)->answer(count, messages, responses);
  }

  int answer(int count, const pam_message** messages, pam_response** responses) {
    most_messages = std::max(most_messages, count);
    said.push_back({messages[0]->msg_style, messages[0]->msg});
    const bool prompt = messages[0]->msg_style == PAM_PROMPT_ECHO_ON || messages[0]->msg_style == PAM_PROMPT_ECHO_OFF;
    if (!prompt) {
      *responses = static_cast<pam_response*>(calloc(1, sizeof(pam_response)));
      return PAM_SUCCESS;
    }
    if (!password.empty()) {
      EXPECT_EQ(pam_set_item(pamh_, PAM_AUTHTOK, password.c_str()), PAM_SUCCESS);
    }
    if (!renames.empty()) set(PAM_USER, renames.c_str());
    if (!moves_to.empty()) set(PAM_TTY, moves_to.c_str());
    if (result != PAM_SUCCESS) {
      // Hosts promise nothing about it; a module that touches it dies. libpam does, asking for a name.
      const void* user = nullptr;
      const bool asks_for_name = pam_get_item(pamh_, PAM_USER, &user) == PAM_SUCCESS && user == nullptr;
      *responses = asks_for_name ? nullptr : reinterpret_cast<pam_response*>(8);
      return result;
    }
    *responses = null_response ? nullptr : static_cast<pam_response*>(calloc(1, sizeof(pam_response)));
    if (*responses != nullptr && !null_text) (*responses)->resp = strdup(reply.c_str());
    return PAM_SUCCESS;
  }

  static inline int open_ = 0;  // transactions, of all hosts
  std::unique_ptr<Folder> folder_;
  pam_handle_t* pamh_ = nullptr;
};

}  // namespace mfa::test

extern "C" {

[[gnu::visibility("default"), gnu::format(printf, 3, 4)]] void pam_syslog(const pam_handle_t*, int priority,
                                                                          const char* format, ...) {
  char line[8192];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  mfa::test::syslog_lines.push_back({priority, line});
}

[[gnu::visibility("default")]] void explicit_bzero(void* bytes, size_t size) {
  mfa::test::wiped.emplace_back(static_cast<const char*>(bytes), size);
  volatile char* at = static_cast<char*>(bytes);
  for (size_t i = 0; i < size; ++i) at[i] = 0;
}

// What it becomes under _FORTIFY_SOURCE.
[[gnu::visibility("default")]] void __explicit_bzero_chk(void* bytes, size_t size, size_t) {
  explicit_bzero(bytes, size);
}

}  // extern "C"
