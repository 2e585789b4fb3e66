// Times logins through libpam, as a host program makes them: each by itself, or many at once.
//
// Usage: bench_logins SERVICE fresh|same|lasting [SYNC_FILE] < lines of "worker<TAB>user<TAB>answer<TAB>answer…"
//        bench_logins SERVICE weigh < one such line
// A worker is a process; it makes the logins of its lines one after the other, and all workers begin at the same
// instant. `fresh`: each login in a process of its own, as sshd makes them, modules loaded anew. `same`: all of a
// worker's in one process, where pam_end() unloads them each time. `lasting`: as that, in a process that keeps them
// loaded. With SYNC_FILE each login also writes a line there and waits until the disk has it: the least that any module
// must do that remembers a login. With BENCH_KEY in the environment, a public key was accepted before, as sshd says it.
// Prints a line for each login, "worker nanoseconds result", and last "all nanoseconds". `weigh` prints what the first
// login adds to the process: KiB of memory of its own, and libraries.
#include <dlfcn.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Login {
  std::string user;
  std::vector<std::string> answers;
};

struct Pipe {
  std::array<int, 2> ends{};
  Pipe() {
    if (pipe(ends.data()) != 0) std::abort();
  }
};

struct Record {
  int worker;
  int result;
  std::int64_t nanoseconds;
};

struct Asked {
  const Login& login;
  std::size_t given = 0;
};

// With no answer left the conversation fails, which every module takes for a client that has gone.
int converse(int count, const pam_message** messages, pam_response** responses, void* data) {
  auto& asked = *static_cast<Asked*>(data);
  auto* replies = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (replies == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    const int style = messages[i]->msg_style;
    if (style != PAM_PROMPT_ECHO_ON && style != PAM_PROMPT_ECHO_OFF) continue;
    if (asked.given == asked.login.answers.size()) {
      for (int k = 0; k < i; ++k) std::free(replies[k].resp);
      std::free(replies);
      return PAM_CONV_ERR;
    }
    replies[i].resp = strdup(asked.login.answers[asked.given++].c_str());
  }
  *responses = replies;
  return PAM_SUCCESS;
}

// A wrong answer costs its time alone, not the delay that follows it.
void no_delay(int /*result*/, unsigned /*microseconds*/, void* /*data*/) {}

void sync_a_line(const char* path) {
  const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 || write(file, "login\n", 6) != 6 || fdatasync(file) != 0) std::abort();
  close(file);
}

class Host {
 public:
  Host(const char* service, const Login& login) : asked_{.login = login} {
    conversation_ = {converse, &asked_};
    if (pam_start(service, login.user.c_str(), &conversation_, &handle_) != PAM_SUCCESS) std::abort();
    pam_set_item(handle_, PAM_RHOST, "192.0.2.7");
    pam_set_item(handle_, PAM_TTY, "ssh");
    pam_set_item(handle_, PAM_FAIL_DELAY, reinterpret_cast<const void*>(no_delay));
    if (const char* key = std::getenv("BENCH_KEY"); key != nullptr)
      pam_putenv(handle_, (std::string("SSH_AUTH_INFO_0=publickey ") + key).c_str());
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host() { pam_end(handle_, result_); }
  int authenticate() { return result_ = pam_authenticate(handle_, 0); }

 private:
  Asked asked_;
  pam_conv conversation_{};
  pam_handle_t* handle_ = nullptr;
  int result_ = PAM_SUCCESS;
};

Record timed(const char* service, const Login& login, int worker, const char* sync_file) {
  const auto began = Clock::now();
  int result = 0;
  {
    Host host(service, login);
    result = host.authenticate();
    if (sync_file != nullptr) sync_a_line(sync_file);
  }
  return {worker, result, std::chrono::nanoseconds(Clock::now() - began).count()};
}

void send(int to, const Record& record) {
  if (write(to, &record, sizeof record) != sizeof record) std::abort();
}

void work(const char* service, const std::vector<Login>& logins, int worker, bool fresh, const char* sync_file,
          int to) {
  for (const Login& login : logins) {
    if (!fresh) {
      send(to, timed(service, login, worker, sync_file));
      continue;
    }
    const pid_t child = fork();
    if (child == 0) {
      send(to, timed(service, login, worker, sync_file));
      _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) std::abort();
  }
}

std::map<int, std::vector<Login>> read_logins() {
  std::map<int, std::vector<Login>> logins;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string worker;
    Login login;
    std::getline(words, worker, '\t');
    std::getline(words, login.user, '\t');
    for (std::string answer; std::getline(words, answer, '\t');) login.answers.push_back(answer);
    logins[std::stoi(worker)].push_back(login);
  }
  return logins;
}

struct Weight {
  long kib = 0;
  std::set<std::string> libraries;
};

Weight weight() {
  Weight result;
  std::ifstream rollup("/proc/self/smaps_rollup");
  for (std::string word; rollup >> word;) {
    long kib = 0;
    if ((word == "Private_Clean:" || word == "Private_Dirty:") && rollup >> kib) result.kib += kib;
  }
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (const auto at = line.find('/'); at != std::string::npos && line.find(".so") != std::string::npos)
      result.libraries.insert(line.substr(at));
  return result;
}

// libpam loads the modules of a service when it starts, and those of "other".
void keep_modules_loaded(const char* service) {
  const Login nobody{.user = "nobody", .answers = {}};
  const Host host(service, nobody);
  for (const std::string& library : weight().libraries)
    if (dlopen(library.c_str(), RTLD_NOW | RTLD_NODELETE) == nullptr) std::abort();
}

int measure(const char* service, const std::string& mode, const char* sync_file) {
  const auto logins = read_logins();
  if (mode == "lasting") keep_modules_loaded(service);
  const bool fresh = mode == "fresh";
  const Pipe go;
  const Pipe results;
  std::size_t total = 0;
  for (const auto& [worker, own] : logins) {
    total += own.size();
    const pid_t child = fork();
    if (child < 0) return 1;
    if (child > 0) continue;
    close(go.ends[1]);
    char byte = 0;
    if (read(go.ends[0], &byte, 1) != 0) _exit(1);  // its end: go
    work(service, own, worker, fresh, sync_file, results.ends[1]);
    _exit(0);
  }
  const auto began = Clock::now();
  close(go.ends[1]);
  std::vector<Record> records(total);
  for (Record& record : records)
    if (read(results.ends[0], &record, sizeof record) != sizeof record) return 1;
  const auto all = std::chrono::nanoseconds(Clock::now() - began).count();
  for (std::size_t left = logins.size(); left > 0; --left) wait(nullptr);
  for (const Record& record : records) std::printf("%d %ld %d\n", record.worker, record.nanoseconds, record.result);
  std::printf("all %ld\n", all);
  return 0;
}

int weigh(const char* service) {
  const auto logins = read_logins();
  if (logins.size() != 1) return 2;
  const Login& login = logins.begin()->second.front();
  (void)weight();  // what measuring itself needs is there from now on
  const Weight before = weight();
  Host host(service, login);
  const int result = host.authenticate();
  const Weight after = weight();
  std::printf("%d %ld", result, after.kib - before.kib);
  for (const std::string& library : after.libraries)
    if (!before.libraries.contains(library)) std::printf(" %s", library.c_str());
  std::printf("\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[2] : "";
  if (argc == 3 && mode == "weigh") return weigh(argv[1]);
  if ((argc != 3 && argc != 4) || (mode != "fresh" && mode != "same" && mode != "lasting")) {
    std::cerr << "usage: bench_logins SERVICE fresh|same|lasting|weigh [SYNC_FILE]\n";
    return 2;
  }
  return measure(argv[1], mode, argc == 4 ? argv[3] : nullptr);
}
