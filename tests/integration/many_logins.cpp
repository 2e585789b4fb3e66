// Many logins at the same instant: one process each, all held back at their last prompt until every one is there.
//
// Usage: many_logins SERVICE < lines of "user<TAB>answer<TAB>answer…"
// Each line is one process that runs pam_authenticate for `user` and gives its answers in turn. Before the last one
// it waits for all others. Prints a line for each: its number and the PAM result.
#include <security/pam_appl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Login {
  std::string user;
  std::vector<std::string> answers;
  std::size_t given = 0;
  int arrived = -1;  // a byte is written here: this one is at its last prompt, or has ended
  int release = -1;  // its end is read here: go
};

void arrive(const Login& login) {
  if (write(login.arrived, "!", 1) != 1) std::abort();
}

int converse(int count, const pam_message** messages, pam_response** responses, void* data) {
  auto& login = *static_cast<Login*>(data);
  auto* replies = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (replies == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    const int style = messages[i]->msg_style;
    if (style != PAM_PROMPT_ECHO_ON && style != PAM_PROMPT_ECHO_OFF) continue;
    const bool last = login.given + 1 == login.answers.size();
    if (last) {
      arrive(login);
      char byte = 0;
      if (read(login.release, &byte, 1) != 0) std::abort();
    }
    // Asked again after the last answer: nothing more to say, which is no guess.
    replies[i].resp = strdup(login.given < login.answers.size() ? login.answers[login.given].c_str() : "");
    ++login.given;
  }
  *responses = replies;
  return PAM_SUCCESS;
}

int authenticate(const char* service, Login& login) {
  const pam_conv conversation{converse, &login};
  pam_handle_t* handle = nullptr;
  if (pam_start(service, login.user.c_str(), &conversation, &handle) != PAM_SUCCESS) return PAM_ABORT;
  const int result = pam_authenticate(handle, 0);
  pam_end(handle, result);
  if (login.given < login.answers.size()) arrive(login);  // it never came to its last prompt
  return result;
}

std::vector<Login> read_logins() {
  std::vector<Login> logins;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    Login login;
    std::getline(words, login.user, '\t');
    for (std::string answer; std::getline(words, answer, '\t');) login.answers.push_back(answer);
    logins.push_back(login);
  }
  return logins;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto logins = read_logins();
  int arrived[2];
  int release[2];
  if (logins.empty() || pipe(arrived) != 0 || pipe(release) != 0) return 2;
  std::vector<pid_t> children;
  for (auto& login : logins) {
    const pid_t child = fork();
    if (child < 0) return 2;
    if (child == 0) {
      close(release[1]);
      login.arrived = arrived[1];
      login.release = release[0];
      _exit(authenticate(argv[1], login));
    }
    children.push_back(child);
  }
  for (std::size_t i = 0; i < logins.size(); ++i) {
    char byte = 0;
    if (read(arrived[0], &byte, 1) != 1) return 2;
  }
  close(release[1]);
  for (std::size_t i = 0; i < children.size(); ++i) {
    int status = 0;
    if (waitpid(children[i], &status, 0) != children[i]) return 2;
    if (!WIFEXITED(status)) {
      std::printf("%zu died\n", i);
    } else {
      std::printf("%zu %d\n", i, WEXITSTATUS(status));
    }
  }
  return 0;
}
