#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "common/system/clock.h"
#include "common/system/descriptor.h"
#include "common/system/host_name.h"
#include "common/system/privileges.h"
#include "common/system/process_limits.h"
#include "common/system/random.h"
#include "common/system/terminal_id.h"

namespace mfa {
namespace {

using ::testing::HasSubstr;

constexpr Uid kSomeone{54321};
constexpr Gid kSomeGroup{54322};

// Runs it in a process of its own; the words it returns, empty when all is well.
std::string in_child(const std::function<std::string()>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return "no pipe";
  const Descriptor from_child(ends[0]);
  Descriptor to_parent(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto words = work() + "|";
    ::_exit(::write(to_parent.get(), words.data(), words.size()) > 0 ? 0 : 1);
  }
  to_parent.reset();
  std::string words;
  std::array<char, 1024> buffer{};
  for (ssize_t got = 0; (got = ::read(from_child.get(), buffer.data(), buffer.size())) > 0;)
    words.append(buffer.data(), static_cast<std::size_t>(got));
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!words.ends_with('|')) return "the child died: " + std::to_string(status);
  words.pop_back();
  return words;
}

bool is_root() { return ::geteuid() == 0; }

std::string proc_line(const std::string& key) {
  const Descriptor file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  std::string text(8192, '\0');
  const auto got = ::read(file.get(), text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  const auto start = text.find("\n" + key + ":");
  return start == std::string::npos ? "" : text.substr(start + 1, text.find('\n', start + 1) - start - 1);
}

TEST(Become, gives_up_root_for_good) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  EXPECT_EQ(in_child([]() -> std::string {
              const gid_t extra[] = {4, 27};
              if (::setgroups(2, extra) != 0) return "setgroups";
              if (const auto done = become(kSomeone, kSomeGroup); !done) return done.error();
              if (proc_line("Uid") != "Uid:\t54321\t54321\t54321\t54321") return proc_line("Uid");
              if (proc_line("Gid") != "Gid:\t54322\t54322\t54322\t54322") return proc_line("Gid");
              if (::getgroups(0, nullptr) != 0) return "still has groups";
              for (const auto* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
                if (!proc_line(set).ends_with("\t0000000000000000")) return proc_line(set);
              if (::setuid(0) == 0 || ::setgid(0) == 0 || ::setresuid(0, 0, 0) == 0) return "came back";
              return "";
            }),
            "");
}

TEST(Become, hardens_the_process) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  EXPECT_EQ(in_child([]() -> std::string {
              if (const auto done = become(kSomeone, kSomeGroup); !done) return done.error();
              if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return "new privileges";
              if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return "dumpable";
              rlimit core{};
              ::getrlimit(RLIMIT_CORE, &core);
              if (core.rlim_cur != 0 || core.rlim_max != 0) return "core files";
              return ::umask(0) == 077 ? "" : "umask";
            }),
            "");
}

TEST(Become, refuses_root_and_those_who_are_not_root) {
  EXPECT_FALSE(become({0}, kSomeGroup));
  EXPECT_FALSE(become(kSomeone, {0}));
  EXPECT_FALSE(become(kNoUid, kSomeGroup));
  if (!is_root()) GTEST_SKIP() << "needs root";
  EXPECT_THAT(in_child([]() -> std::string {
                if (::setresuid(1, 1, 1) != 0) return "setresuid";
                const auto done = become(kSomeone, kSomeGroup);
                return done ? "became another" : done.error();
              }),
              HasSubstr("Operation not permitted"));
}

TEST(ServiceUser, is_a_user_of_this_host_and_never_root) {
  const auto daemon = service_user("daemon");
  ASSERT_TRUE(daemon);
  EXPECT_EQ(daemon->uid, Uid{1});
  EXPECT_EQ(daemon->gid, Gid{1});
  EXPECT_THAT(service_user("root").error(), HasSubstr("cannot be the service's"));
  EXPECT_THAT(service_user("nobody").error(), HasSubstr("cannot be the service's"));
  EXPECT_THAT(service_user("no-such-user-here").error(), HasSubstr("there is no user no-such-user-here"));
}

void lower(__rlimit_resource resource, rlim_t to, bool for_good) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  limit.rlim_cur = to;
  if (for_good) limit.rlim_max = to;
  ::setrlimit(resource, &limit);
}

rlimit limit_of(__rlimit_resource resource) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  return limit;
}

constexpr __rlimit_resource kUnlimited[] = {RLIMIT_FSIZE, RLIMIT_CPU, RLIMIT_NPROC, RLIMIT_AS, RLIMIT_DATA};

// As from sudo, by a user who set all that can be set before: the real uid and gid are still that user's.
std::string set_as_an_attacker() {
  for (const auto resource : kUnlimited) lower(resource, rlim_t{1} << 46, false);
  lower(RLIMIT_NOFILE, 17, false);
  ::signal(SIGCHLD, SIG_IGN);
  ::signal(SIGTERM, SIG_IGN);
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  if (::chdir("/tmp") != 0 || ::setenv("TZ", ":/etc/shadow", 1) != 0) return "folder and environment not set";
  ::umask(0);
  return ::setresgid(100, 100, 0) == 0 && ::setresuid(1000, 0, 0) == 0 ? "" : "uids not set";
}

std::string what_is_left_of_it() {
  if (proc_line("Uid") != "Uid:\t0\t0\t0\t0") return proc_line("Uid");
  if (proc_line("Gid") != "Gid:\t0\t0\t0\t0") return proc_line("Gid");
  for (const auto resource : kUnlimited)
    if (limit_of(resource).rlim_cur != limit_of(resource).rlim_max) return "limit " + std::to_string(resource);
  if (limit_of(RLIMIT_NOFILE).rlim_cur <= 17) return "descriptors";
  const std::pair<int, void (*)(int)> handlers[] = {
      {SIGXFSZ, SIG_IGN}, {SIGPIPE, SIG_IGN}, {SIGCHLD, SIG_DFL}, {SIGTERM, SIG_DFL}};
  for (const auto& [signal, handler] : handlers) {
    struct sigaction action{};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler != handler) return "signal " + std::to_string(signal);
  }
  sigset_t blocked;
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  if (::sigismember(&blocked, SIGTERM) != 0) return "blocked signals";
  std::array<char, 64> folder{};
  if (::getcwd(folder.data(), folder.size()) == nullptr || std::string(folder.data()) != "/") return "folder";
  if (::getenv("TZ") != nullptr) return "environment";
  return ::umask(0) == 077 ? "" : "umask";
}

TEST(SessionProcess, keeps_nothing_that_a_user_set_before_sudo) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  EXPECT_EQ(in_child([]() -> std::string {
              if (const auto words = set_as_an_attacker(); !words.empty()) return words;
              if (const auto done = prepare_session_process(); !done) return done.error();
              return what_is_left_of_it();
            }),
            "");
}

TEST(SessionProcess, raises_what_was_lowered_for_good_where_root_may) {
  if (!is_root() || (std::stoull(proc_line("CapEff").substr(8), nullptr, 16) >> CAP_SYS_RESOURCE & 1) == 0)
    GTEST_SKIP() << "needs CAP_SYS_RESOURCE";
  EXPECT_EQ(in_child([]() -> std::string {
              for (const auto resource : kUnlimited) lower(resource, rlim_t{1} << 46, true);
              if (::nice(10) == -1) return "not nice";
              if (const auto done = prepare_session_process(); !done) return done.error();
              if (::getpriority(PRIO_PROCESS, 0) != 0) return "priority";
              for (const auto resource : kUnlimited)
                if (limit_of(resource).rlim_cur != RLIM_INFINITY) return "limit " + std::to_string(resource);
              return "";
            }),
            "");
}

TEST(SessionProcess, stays_below_what_root_may_not_raise) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  EXPECT_EQ(in_child([]() -> std::string {
              lower(RLIMIT_FSIZE, rlim_t{1} << 46, true);
              __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
              std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> caps{};
              if (::syscall(SYS_capget, &header, caps.data()) != 0) return "capget";
              caps[0].effective &= ~(1U << CAP_SYS_RESOURCE);
              if (::syscall(SYS_capset, &header, caps.data()) != 0) return "capset";
              if (const auto done = normalise_limits(); !done) return done.error();
              return limit_of(RLIMIT_FSIZE).rlim_cur == rlim_t{1} << 46 ? "" : "another limit";
            }),
            "");
}

TEST(SessionProcess, cannot_be_prepared_without_root) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  EXPECT_THAT(in_child([]() -> std::string {
                if (::setresuid(1, 1, 1) != 0) return "set up";
                const auto done = prepare_session_process();
                return done ? "prepared" : done.error();
              }),
              HasSubstr("cannot become root alone"));
}

struct StatRow {
  std::string text;
  bool good;
};
const std::string kRest = " 19 200 100 34816 300 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4242 0 0\n";
class ProcessStatText : public ::testing::TestWithParam<StatRow> {};
TEST_P(ProcessStatText, is_read_from_its_last_bracket) {
  const auto stat = parse_process_stat(GetParam().text);
  ASSERT_EQ(stat.has_value(), GetParam().good);
  if (!stat) return;
  EXPECT_EQ(stat->session, 100);
  EXPECT_EQ(stat->terminal, 34816);
  EXPECT_EQ(stat->started_at, 4242U);
}
INSTANTIATE_TEST_SUITE_P(
    rows, ProcessStatText,
    ::testing::Values(StatRow{"7 (bash) S" + kRest, true}, StatRow{"7 (a b) S 1 2 3) S" + kRest, true},
                      StatRow{"7 (x) S 9 9 9 9 9 9 9 9 9 9) S" + kRest, true}, StatRow{"7 ()) S" + kRest, true},
                      StatRow{"", false}, StatRow{"7 (bash)", false}, StatRow{"7 (bash) ", false},
                      StatRow{"7 (bash) S 19 200 x 34816", false}, StatRow{"7 (bash) S 19 200 100 34816", false}));

// What a process in a session of its own, with a terminal or without, is called by the other end of its socket.
struct Sitter {
  Sitter() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
    connection.reset(ends[0]);
    other.reset(ends[1]);
  }
  Descriptor connection, other;
};

// The ids that each of `count` children of one session leader has, which the test's process reads.
std::vector<std::optional<TerminalId>> ids_at_a_terminal(bool with_terminal, int count, Uid claimed = {0}) {
  int master = -1;
  int slave = -1;
  if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) return {};
  const Descriptor keep_master(master);
  const Descriptor keep_slave(slave);
  std::array<int, 2> told{};
  std::array<int, 2> end{};
  if (::pipe2(told.data(), O_CLOEXEC) != 0 || ::pipe2(end.data(), O_CLOEXEC) != 0) return {};
  const Descriptor told_from(told[0]);
  const Descriptor told_to(told[1]);
  const Descriptor end_from(end[0]);
  Descriptor end_to(end[1]);
  const pid_t leader = ::fork();
  if (leader == 0) {
    end_to.reset();
    ::prctl(PR_SET_NAME, "x) S 1 (y", 0, 0, 0);
    ::setsid();
    if (with_terminal && ::ioctl(slave, TIOCSCTTY, 0) != 0) ::_exit(1);
    for (int i = 0; i < count; ++i) {
      const pid_t sitter = ::fork();
      char byte = 0;
      if (sitter == 0) ::_exit(::read(end_from.get(), &byte, 1) == 0 ? 0 : 1);
      if (::write(told_to.get(), &sitter, sizeof sitter) != sizeof sitter) ::_exit(1);
    }
    while (::wait(nullptr) > 0) continue;
    ::_exit(0);
  }
  std::vector<std::optional<TerminalId>> ids;
  const Sitter socket;  // its peer is this process, which lives
  for (int i = 0; i < count; ++i) {
    pid_t sitter = 0;
    if (::read(told_from.get(), &sitter, sizeof sitter) != sizeof sitter) break;
    ids.push_back(terminal_of(socket.connection.get(), {.uid = claimed, .pid = sitter}));
  }
  end_to.reset();
  ::waitpid(leader, nullptr, 0);
  return ids;
}

TEST(Terminal, is_shared_by_the_processes_of_a_session) {
  const auto ids = ids_at_a_terminal(true, 2, {::geteuid()});
  ASSERT_EQ(ids.size(), 2U);
  ASSERT_TRUE(ids[0] && ids[1]);
  EXPECT_EQ(ids[0]->value, ids[1]->value);
}

TEST(Terminal, is_another_in_another_session) {
  const auto here = ids_at_a_terminal(true, 1, {::geteuid()});
  const auto there = ids_at_a_terminal(true, 1, {::geteuid()});
  ASSERT_TRUE(here.at(0) && there.at(0));
  EXPECT_NE(here[0]->value, there[0]->value);
}

TEST(Terminal, is_nothing_without_one_or_for_another_uid_or_a_process_that_is_gone) {
  const auto none = ids_at_a_terminal(false, 1, {::geteuid()});
  ASSERT_EQ(none.size(), 1U);
  EXPECT_FALSE(none[0]);
  const auto strangers = ids_at_a_terminal(true, 1, {::geteuid() + 1});
  ASSERT_EQ(strangers.size(), 1U);
  EXPECT_FALSE(strangers[0]);
  const Sitter socket;
  for (const std::int32_t pid : {0, -1, 0x7FFFFFFF})
    EXPECT_FALSE(terminal_of(socket.connection.get(), {.uid = {::geteuid()}, .pid = pid}));
}

TEST(Terminal, is_nothing_when_the_process_that_connected_has_ended) {
  int fd = -1;
  socklen_t size = sizeof fd;
  const Sitter probe;
  if (::getsockopt(probe.connection.get(), SOL_SOCKET, 77, &fd, &size) != 0) GTEST_SKIP() << "needs Linux 6.5";
  const Descriptor pidfd(fd);

  // A child connects and ends; its connection is then claimed to be that of a process at a terminal.
  Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socklen_t length = sizeof(sa_family_t);  // a name of the kernel's choosing
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
  length = sizeof address;
  ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::_exit(::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), length));
  }
  const Descriptor passed(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  int status = -1;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);

  int master = -1;
  const pid_t sitter = ::forkpty(&master, nullptr, nullptr, nullptr);
  if (sitter == 0) {
    char end = 0;
    ::_exit(::read(STDIN_FILENO, &end, 1) >= 0 ? 0 : 1);
  }
  const Descriptor keep_master(master);
  const Caller claimed{.uid = {::geteuid()}, .pid = sitter};
  // Until it has its terminal.
  for (int i = 0; i < 10000 && !terminal_of(probe.connection.get(), claimed); ++i) ::usleep(1000);
  EXPECT_TRUE(terminal_of(probe.connection.get(), claimed));
  EXPECT_FALSE(terminal_of(passed.get(), claimed));
  ::kill(sitter, SIGKILL);
  ::waitpid(sitter, nullptr, 0);
}

TEST(Clock, tells_the_time) {
  const auto before = std::time(nullptr);
  const auto now = SystemClock().now();
  EXPECT_GE(now.seconds, before);
  EXPECT_LE(now.seconds, std::time(nullptr));
}

TEST(KernelRandom, fills_all_of_it) {
  std::vector<std::uint8_t> one(1000);
  std::vector<std::uint8_t> two(1000);
  ASSERT_TRUE(KernelRandom().fill(one));
  ASSERT_TRUE(KernelRandom().fill(two));
  EXPECT_NE(one, two);
  EXPECT_LT(std::ranges::count(one, 0), 40);  // of 1000 bytes, 4 are zero on average
  EXPECT_TRUE(KernelRandom().fill({}));
}

TEST(HostName, ends_before_the_first_dot) {
  EXPECT_FALSE(short_host_name().empty());
  EXPECT_EQ(short_host_name().find('.'), std::string::npos);
}

}  // namespace
}  // namespace mfa
