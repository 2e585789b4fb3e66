#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <new>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "common/service/monitor/monitor_client.h"
#include "common/service/monitor/monitor_process.h"
#include "common/service/monitor/packet.h"

namespace mfa::monitor {
namespace {

using namespace std::chrono_literals;

// Users that every Debian system has.
constexpr Uid kDaemon{1};
constexpr Uid kBin{2};
constexpr Uid kSys{3};

std::string read_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// A folder of PAM services of our own, with a module that does what the password says (pam_scripted.cpp); a shadow file
// and a key of our own; and a clock that the test sets, also for the monitor's process.
class MonitorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    std::string pattern = "/tmp/mfa-monitor-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    std::filesystem::permissions(folder_, std::filesystem::perms(0755));
    seconds_ =
        new (::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) std::atomic<int>(0);
    service("mfa-enroll", "auth required " + module() + "\naccount required pam_permit.so\n");
    write("shadow", "daemon:$6$saltsalt$hash:\nbin:*:\nsys:!$6$locked$hash:\nman:$y$j9T$yes$hash:\n", 0600);
    write("key", "0123456789abcdef0123456789abcdef", 0400);
    options_.key_path = folder_ + "/key";
    options_.key_owners = {Uid{0}};
    options_.shadow_path = folder_ + "/shadow";
    options_.pam.folder = folder_;
    options_.check_limit = 60s;
    options_.clock = [seconds = seconds_] { return TryLimit::Time(std::chrono::seconds(seconds->load())); };
  }
  void TearDown() override {
    stop();
    for (const pid_t peer : peers_) {
      ::kill(peer, SIGKILL);
      ::waitpid(peer, nullptr, 0);
    }
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    if (seconds_ != nullptr) ::munmap(seconds_, 4096);
  }

  void write(const std::string& name, const std::string& text, mode_t mode) {
    const auto path = folder_ + "/" + name;
    std::filesystem::remove(path);
    std::ofstream(path) << text;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
  void service(const std::string& name, const std::string& text) { write(name, text, 0644); }

  [[nodiscard]] std::string module() const { return MFA_PAM_SCRIPTED " " + folder_; }

  MonitorClient& start() {
    auto started = start_monitor(options_);
    if (!started) throw std::runtime_error(started.error());
    monitor_ = started->pid;
    channel_ = Descriptor(::dup(started->control.get()));
    client_.emplace(std::move(started->control));
    return *client_;
  }
  // The exit status of the monitor, which ends because its channel does.
  int stop() {
    client_.reset();
    channel_.reset();
    return wait_for_monitor();
  }
  int wait_for_monitor() {
    if (monitor_ <= 0) return -1;
    int status = -1;
    ::waitpid(std::exchange(monitor_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // The engine's side of a connection that a process of this user made.
  Descriptor peer(Uid uid) {
    const auto path = folder_ + "/user.sock";
    std::filesystem::remove(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(path.c_str(), 0666) != 0 || ::listen(listener.get(), 1) != 0)
      throw std::runtime_error("no socket");
    const pid_t child = ::fork();
    if (child == 0) {
      ::close_range(3, ~0U, 0);  // among them the monitor's channel, which must end with the test
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::setresuid(uid.value, uid.value, uid.value) != 0) ::_exit(1);
      const int made = ::socket(AF_UNIX, SOCK_STREAM, 0);
      if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ::_exit(1);
      while (true) ::pause();
    }
    peers_.push_back(child);
    return Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

  // A question sent without waiting; the end on which its answer comes.
  Descriptor ask(char question, const std::string& content, const Descriptor& connection = {}) {
    auto [ours, theirs] = packet_pair();
    std::vector<int> descriptors{theirs.get()};
    if (connection) descriptors.push_back(connection.get());
    EXPECT_TRUE(send_packet(channel_.get(), question, content, descriptors));
    return std::move(ours);
  }
  static std::string answer(const Descriptor& reply) {
    std::array<char, 256> text{};
    const auto got = ::recv(reply.get(), text.data(), text.size(), 0);
    return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }
  std::string asked() { return read_text(folder_ + "/asked"); }
  pid_t sleeper() {
    while (!std::filesystem::exists(folder_ + "/sleeper")) std::this_thread::sleep_for(1ms);
    return std::stoi(read_text(folder_ + "/sleeper"));
  }
  // Whether it comes true; ten seconds are for a machine that is busy elsewhere.
  static bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 10000 && !condition(); ++i) std::this_thread::sleep_for(1ms);
    return condition();
  }
  static pid_t parent_of(pid_t pid) {
    const auto stat = read_text("/proc/" + std::to_string(pid) + "/stat");
    return std::stoi(stat.substr(stat.rfind(") ") + 4));
  }
  static bool is_gone(pid_t pid) {
    const auto stat = read_text("/proc/" + std::to_string(pid) + "/stat");
    return stat.empty() || stat.find(") Z ") != std::string::npos;
  }
  std::string status_line(const std::string& key) {
    std::istringstream lines(read_text("/proc/" + std::to_string(monitor_) + "/status"));
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(key + ":\t")) return line.substr(key.size() + 2);
    return {};
  }
  std::size_t open_descriptors() {
    const auto path = "/proc/" + std::to_string(monitor_) + "/fd";
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }
  // Waits until the monitor has done all that it was sent before.
  void settle() { EXPECT_TRUE(client_->password_version({"man"})); }

  std::string folder_;
  std::atomic<int>* seconds_ = nullptr;
  Options options_;
  pid_t monitor_ = 0;
  Descriptor channel_;
  std::optional<MonitorClient> client_;
  std::vector<pid_t> peers_;
};

using Password = MonitorTest;

TEST_F(Password, is_right_or_wrong) {
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("right")), PasswordAnswer::right);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("Right")), PasswordAnswer::wrong);
  ConnectionPassword bound(monitor, daemon.get());
  EXPECT_EQ(bound.check(Secret("right")), PasswordAnswer::right);
}

TEST_F(Password, is_the_peers_whoever_asks) {
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  const auto sys = peer(kSys);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("right")), PasswordAnswer::right);
  EXPECT_EQ(monitor.check_password(sys.get(), Secret("right")), PasswordAnswer::right);
  EXPECT_EQ(asked(), "daemon\nsys\n");
}

TEST_F(Password, that_is_right_does_not_count) {
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(monitor.check_password(daemon.get(), Secret("right")), PasswordAnswer::right);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(monitor.check_password(daemon.get(), Secret("wrong")), PasswordAnswer::wrong);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("right")), PasswordAnswer::too_often);
}

TEST_F(Password, may_be_tried_three_times_a_minute_by_each_user) {
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  const auto another = peer(kDaemon);
  const auto bin = peer(kBin);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(monitor.check_password(daemon.get(), Secret("wrong")), PasswordAnswer::wrong);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("right")), PasswordAnswer::too_often);
  EXPECT_EQ(monitor.check_password(another.get(), Secret("right")), PasswordAnswer::too_often);
  EXPECT_EQ(asked(), "daemon\ndaemon\ndaemon\n");  // and PAM was not asked
  EXPECT_EQ(monitor.check_password(bin.get(), Secret("right")), PasswordAnswer::right);
  *seconds_ = 59;
  ConnectionPassword bound(monitor, daemon.get());
  EXPECT_EQ(bound.check(Secret("right")), PasswordAnswer::too_often);
  EXPECT_EQ(bound.wait(), std::chrono::seconds(1));
  *seconds_ = 60;
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("right")), PasswordAnswer::right);
}

TEST_F(Password, is_none_only_when_it_is_not_right_and_shadow_has_none) {
  auto& monitor = start();
  const auto bin = peer(kBin);
  const auto sys = peer(kSys);
  EXPECT_EQ(monitor.check_password(bin.get(), Secret("wrong")), PasswordAnswer::none);
  EXPECT_EQ(monitor.check_password(sys.get(), Secret("wrong")), PasswordAnswer::none);   // locked
  EXPECT_EQ(monitor.check_password(bin.get(), Secret("right")), PasswordAnswer::right);  // has it elsewhere
  const auto games = peer({5});  // not in the file: a directory's user
  EXPECT_EQ(monitor.check_password(games.get(), Secret("wrong")), PasswordAnswer::wrong);
  std::filesystem::remove(folder_ + "/shadow");
  EXPECT_EQ(monitor.check_password(bin.get(), Secret("wrong")), PasswordAnswer::wrong);  // not known to have none
}

TEST_F(Password, that_is_empty_or_no_text_is_never_put_to_PAM) {
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  const auto bin = peer(kBin);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("")), PasswordAnswer::wrong);
  EXPECT_EQ(monitor.check_password(bin.get(), Secret("")), PasswordAnswer::none);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret(std::string_view("right\0x", 7))), PasswordAnswer::wrong);
  EXPECT_EQ(asked(), "");
}

TEST_F(Password, may_be_long_but_not_too_long) {
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret(std::string(512, 'x'))), PasswordAnswer::wrong);
  EXPECT_EQ(asked(), "daemon\n");
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret(std::string(513, 'x'))), PasswordAnswer::wrong);
  EXPECT_EQ(asked(), "daemon\n");
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("right")), PasswordAnswer::right);  // the channel still works
}

TEST_F(Password, of_a_stack_that_hangs_ends_with_all_it_started) {
  options_.check_limit = 300ms;
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("hang")), PasswordAnswer::unavailable);
  // If it was not that far yet, it never will be.
  if (!std::filesystem::exists(folder_ + "/sleeper")) return;
  const pid_t left = sleeper();
  EXPECT_TRUE(eventually([&] { return is_gone(left); }));
}

TEST_F(Password, of_a_stack_that_hangs_delays_nobody) {
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  const auto bin = peer(kBin);
  const auto hanging = ask('P', "hang", daemon);
  const pid_t left = sleeper();
  EXPECT_EQ(monitor.check_password(bin.get(), Secret("right")), PasswordAnswer::right);
  EXPECT_TRUE(*monitor.password_version({"daemon"}));
  pollfd ready{.fd = hanging.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&ready, 1, 0), 0);
  EXPECT_FALSE(is_gone(left));
  EXPECT_EQ(stop(), 0);  // with the engine all checks end
  EXPECT_TRUE(eventually([&] { return is_gone(left); }));
}

TEST_F(Password, is_checked_by_a_bounded_number_of_processes) {
  options_.most_checks = 1;
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  const auto bin = peer(kBin);
  const auto hanging = ask('P', "hang", daemon);
  const pid_t checker = parent_of(sleeper());
  EXPECT_EQ(monitor.check_password(bin.get(), Secret("right")), PasswordAnswer::unavailable);
  ::kill(checker, SIGKILL);
  EXPECT_EQ(answer(hanging), "u");
  EXPECT_EQ(monitor.check_password(bin.get(), Secret("right")), PasswordAnswer::right);
}

TEST_F(Password, is_unavailable_when_the_check_dies_or_the_stack_is_broken) {
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("crash")), PasswordAnswer::unavailable);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("exit")), PasswordAnswer::unavailable);
  EXPECT_EQ(asked(), "daemon\ndaemon\n");
  service("mfa-enroll", "auth required pam_no_such_module.so\n");
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("right")), PasswordAnswer::unavailable);
}

TEST_F(Password, is_given_to_the_first_hidden_prompt_alone) {
  auto& monitor = start();
  EXPECT_EQ(monitor.check_password(peer(kDaemon).get(), Secret("twice")), PasswordAnswer::unavailable);
  EXPECT_EQ(asked(), "daemon\n");
}

struct StackRow {
  const char* what;
  std::string stack;
  PasswordAnswer answer;
};
class PasswordStack : public MonitorTest, public ::testing::WithParamInterface<StackRow> {};
TEST_P(PasswordStack, answers_only_what_it_has_checked) {
  auto stack = GetParam().stack;
  for (std::size_t at = 0; (at = stack.find("MODULE", at)) != std::string::npos;) stack.replace(at, 6, module());
  service("mfa-enroll", stack);
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("right")), GetParam().answer) << GetParam().what;
}
INSTANTIATE_TEST_SUITE_P(
    rows, PasswordStack,
    ::testing::Values(
        StackRow{"in order", "auth required MODULE\naccount required pam_permit.so\n", PasswordAnswer::right},
        StackRow{"lets everyone in unasked", "auth required pam_permit.so\naccount required pam_permit.so\n",
                 PasswordAnswer::unavailable},
        StackRow{"the account may not be used", "auth required MODULE\naccount required pam_deny.so\n",
                 PasswordAnswer::unavailable},
        StackRow{"lets nobody in unasked", "auth required pam_deny.so\naccount required pam_permit.so\n",
                 PasswordAnswer::unavailable},
        StackRow{"lets nobody in", "auth required MODULE\nauth required pam_deny.so\naccount required pam_permit.so\n",
                 PasswordAnswer::wrong},
        StackRow{"nothing in it", "", PasswordAnswer::unavailable}));

TEST_F(Password, is_that_of_a_peer_or_of_nobody) {
  auto& monitor = start();
  const Descriptor file(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
  const Descriptor tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Descriptor unconnected(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto nobody = peer(kOverflowUid);
  const auto unknown = peer({54321});
  for (const auto* connection : {&file, &tcp, &unconnected, &nobody, &unknown})
    EXPECT_EQ(monitor.check_password(connection->get(), Secret("right")), PasswordAnswer::unavailable);
  EXPECT_EQ(asked(), "");
  EXPECT_EQ(monitor.check_password(peer(kDaemon).get(), Secret("right")), PasswordAnswer::right);
}

TEST_F(Password, is_answered_to_nothing_but_a_channel) {
  auto& monitor = start();
  const auto path = folder_ + "/written";
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  std::array<int, 2> stream{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream.data()), 0);
  const Descriptor ours(stream[0]);
  const Descriptor theirs(stream[1]);
  for (const int reply : {file.get(), theirs.get()})
    EXPECT_TRUE(send_packet(channel_.get(), 'V', "man", std::array{reply}));
  EXPECT_TRUE(monitor.password_version({"man"}));
  EXPECT_EQ(read_text(path), "");
  pollfd ready{.fd = ours.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&ready, 1, 0), 0);
}

// Each of them ends the channel, and so this monitor.
struct HostileRow {
  const char* what;
  std::string message;
  std::size_t descriptors;
};
class Hostile : public MonitorTest, public ::testing::WithParamInterface<HostileRow> {};
TEST_P(Hostile, engines_get_no_answer_and_no_further_question) {
  start();
  std::vector<int> descriptors(GetParam().descriptors, STDIN_FILENO);
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 253)> control{};
  std::string text = GetParam().message;
  iovec part{.iov_base = text.data(), .iov_len = text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors.size());
    auto* header = CMSG_FIRSTHDR(&message);
    if (header == nullptr) FAIL();
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * descriptors.size());
    std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof(int) * descriptors.size());
  }
  ASSERT_EQ(::sendmsg(channel_.get(), &message, MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(wait_for_monitor(), 0) << GetParam().what;
  EXPECT_FALSE(client_->password_version({"man"}));
  EXPECT_EQ(asked(), "");
}
INSTANTIATE_TEST_SUITE_P(rows, Hostile,
                         ::testing::Values(HostileRow{"another question", "Xman", 1},
                                           HostileRow{"no channel", "Vman", 0},
                                           HostileRow{"no connection", "Pright", 1},
                                           HostileRow{"one descriptor more", "Vman", 2},
                                           HostileRow{"one more than any question has", "Pright", 3},
                                           HostileRow{"as many as there can be", "Vman", 253},
                                           HostileRow{"too long", "V" + std::string(100'000, 'x'), 1},
                                           HostileRow{"a byte too long", "P" + std::string(513, 'x'), 2}));

TEST_F(Password, questions_leave_no_descriptors_behind) {
  auto& monitor = start();
  const Descriptor file(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
  settle();
  EXPECT_TRUE(eventually([&] { return open_descriptors() == 4; }));
  const auto before = open_descriptors();
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(answer(ask('P', "x", file)), "u");
    EXPECT_TRUE(monitor.password_version({"man"}));
  }
  EXPECT_TRUE(eventually([&] { return open_descriptors() == before; }));
}

TEST_F(Password, is_unavailable_at_once_when_the_monitor_is_gone) {
  auto& monitor = start();
  const auto daemon = peer(kDaemon);
  const auto hanging = ask('P', "hang", daemon);
  const pid_t left = sleeper();
  const pid_t checker = parent_of(left);
  ::kill(monitor_, SIGKILL);
  wait_for_monitor();
  EXPECT_EQ(answer(hanging), "");
  EXPECT_EQ(monitor.check_password(daemon.get(), Secret("right")), PasswordAnswer::unavailable);
  EXPECT_FALSE(monitor.password_version({"man"}));
  ::kill(left, SIGKILL);
  ::kill(checker, SIGKILL);
}

using Versions = MonitorTest;

TEST_F(Versions, change_with_salt_cost_and_method_and_not_with_the_lock) {
  auto& monitor = start();
  std::set<std::string> seen;
  for (const std::string field : {"$6$saltsalt$hash", "$6$saltsal2$hash", "$6$rounds=9999$saltsalt$hash",
                                  "$5$saltsalt$hash", "$y$j9T$saltsalt$hash"}) {
    write("shadow", "daemon:" + field + ":\n", 0600);
    const auto version = monitor.password_version({"daemon"});
    ASSERT_TRUE(version && *version) << field;
    EXPECT_EQ((*version)->size(), kVersionLength);
    EXPECT_TRUE(seen.insert(**version).second) << field;
    EXPECT_EQ(monitor.password_version({"daemon"}), version);
    write("shadow", "daemon:!" + field + ":\n", 0600);
    EXPECT_EQ(monitor.password_version({"daemon"}), version) << field;
  }
}

TEST_F(Versions, do_not_depend_on_the_hash_but_on_the_user_and_the_key) {
  auto& monitor = start();
  write("shadow", "daemon:$6$saltsalt$hash:\nbin:$6$saltsalt$hash:\n", 0600);
  const auto version = **monitor.password_version({"daemon"});
  EXPECT_NE(**monitor.password_version({"bin"}), version);
  write("shadow", "daemon:$6$saltsalt$another:\n", 0600);
  EXPECT_EQ(**monitor.password_version({"daemon"}), version);
  EXPECT_EQ(stop(), 0);
  EXPECT_EQ(**start().password_version({"daemon"}), version);
  stop();
  write("key", "another key of 32 bytes, as it is", 0400);
  EXPECT_NE(**start().password_version({"daemon"}), version);
}

// What a file says of it by itself is what a file without that line stands for: SHA-256 of the whole of it.
TEST_F(Versions, stay_what_they_were_when_the_key_becomes_another) {
  const std::string first = "mfa-key 1\nf4254123 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
  const std::string line = "password-version 4a5579fdcb845c7005bc13da5fd0d392331db4fe26eb44efc202c95dbf2031a3\n";
  const auto with = [&](const std::string& key) {
    write("key", key, 0400);
    const auto version = start().password_version({"daemon"});
    stop();
    return version;
  };
  write("shadow", "daemon:$6$saltsalt$hash:\n", 0600);
  const auto version = with(first);
  ASSERT_TRUE(version && *version);
  EXPECT_EQ(with("mfa-key 2\n" + line + "0a0b0c0d 00\n"), version);
  EXPECT_NE(with("mfa-key 2\n0a0b0c0d 0000000000000000000000000000000000000000000000000000000000000000\n"), version);
  EXPECT_FALSE(with("mfa-key 2\npassword-version b0fc42f7\n"));
  EXPECT_FALSE(with("mfa-key 2\npassword-version " + std::string(64, 'x') + "\n"));
}

TEST_F(Versions, are_nothing_for_users_without_a_password_here) {
  auto& monitor = start();
  EXPECT_EQ(monitor.password_version({"bin"}), Version(std::nullopt));
  EXPECT_EQ(monitor.password_version({"nobody-of-here"}), Version(std::nullopt));
  EXPECT_EQ(monitor.password_version({"daemon:"}), Version(std::nullopt));
  EXPECT_FALSE(monitor.password_version({""}));
  EXPECT_FALSE(monitor.password_version({std::string(257, 'x')}));
}

TEST_F(Versions, are_unavailable_without_key_or_shadow) {
  std::filesystem::remove(folder_ + "/key");
  auto& monitor = start();
  EXPECT_FALSE(monitor.password_version({"daemon"}));
  write("key", "0123456789abcdef", 0444);
  EXPECT_FALSE(monitor.password_version({"daemon"}));
  write("key", "short", 0400);
  EXPECT_FALSE(monitor.password_version({"daemon"}));
  write("key", "0123456789abcdef", 0400);
  EXPECT_TRUE(monitor.password_version({"daemon"}));
  std::filesystem::remove(folder_ + "/shadow");
  EXPECT_FALSE(monitor.password_version({"daemon"}));
}

TEST_F(Versions, are_answered_to_many_threads) {
  auto& monitor = start();
  const auto version = monitor.password_version({"daemon"});
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 16; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) good += monitor.password_version({"daemon"}) == version ? 1 : 0;
      });
  }
  EXPECT_EQ(good, 16 * 20);
}

using Process = MonitorTest;

TEST_F(Process, keeps_little_power_and_outlives_the_terminals_signals) {
  start();
  settle();
  const auto kept = (1U << CAP_SETUID) | (1U << CAP_SETGID) | (1U << CAP_DAC_READ_SEARCH) | (1U << CAP_AUDIT_WRITE);
  for (const auto* set : {"CapPrm", "CapEff", "CapBnd"})
    EXPECT_EQ(std::stoull(status_line(set), nullptr, 16) & ~std::uint64_t{kept}, 0U) << set;
  EXPECT_EQ(status_line("CapInh"), "0000000000000000");
  EXPECT_EQ(status_line("NoNewPrivs"), "1");
  EXPECT_NE(::getsid(monitor_), ::getsid(0));
  EXPECT_TRUE(eventually([&] { return open_descriptors() == 4; }));  // three that lead nowhere, and the channel
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::kill(monitor_, signal);
  settle();
  EXPECT_EQ(stop(), 0);
}

TEST_F(Process, keeps_its_sanity_with_standard_descriptors_closed) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::close_range(0, ~0U, 0);
    const auto started = start_monitor(options_);
    if (!started) ::_exit(1);
    MonitorClient client(Descriptor(::dup(started->control.get())));
    ::_exit(client.password_version({"man"}) ? 0 : 2);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

// The monitor as a unit of its own: it listens, and the engine is `daemon` here.
class Unit : public MonitorTest {
 protected:
  void TearDown() override {
    if (monitor_ > 0) ::kill(monitor_, SIGTERM);
    MonitorTest::TearDown();
  }
  void start_unit() {
    path_ = folder_ + "/monitor.sock";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    Descriptor listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::chmod(path_.c_str(), 0666), 0);
    ASSERT_EQ(::listen(listener.get(), 16), 0);
    monitor_ = ::fork();
    if (monitor_ == 0) ::_exit(serve_monitor_unit(std::move(listener), kDaemon, options_));
  }
  // 'r' for an answer, 'u' for none, asked by a process of this user.
  char ask_as(Uid uid, const std::function<bool(MonitorClient&)>& question) {
    const pid_t child = ::fork();
    if (child == 0) {
      if (::setresuid(uid.value, uid.value, uid.value) != 0) ::_exit(2);
      MonitorClient client(path_);
      ::_exit(question(client) ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return status == 0 ? 'r' : 'u';
  }
  std::string path_;
};

TEST_F(Unit, answers_the_engine_and_nobody_else) {
  start_unit();
  const auto sys = peer(kSys);
  const auto version = [](MonitorClient& client) { return client.password_version({"man"}).has_value(); };
  const auto password = [&](MonitorClient& client) {
    return client.check_password(sys.get(), Secret("right")) == PasswordAnswer::right;
  };
  EXPECT_EQ(ask_as(kDaemon, version), 'r');
  EXPECT_EQ(ask_as(kDaemon, password), 'r');
  EXPECT_EQ(ask_as(kBin, version), 'u');
  EXPECT_EQ(ask_as({0}, version), 'u');
  EXPECT_EQ(ask_as({0}, password), 'u');
  EXPECT_EQ(asked(), "sys\n");
  EXPECT_EQ(ask_as(kDaemon, version), 'r');
}

TEST_F(Unit, outlives_an_engine_that_breaks_the_rules) {
  start_unit();
  const auto breaks = [this](MonitorClient& client) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    const Descriptor made(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
    if (::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
    if (!send_packet(made.get(), 'X', "", {})) return false;
    char byte = 0;
    const bool ended = ::recv(made.get(), &byte, 1, 0) == 0;
    return ended && client.password_version({"man"}).has_value();
  };
  EXPECT_EQ(ask_as(kDaemon, breaks), 'r');
}

TEST_F(Unit, holds_a_bounded_number_of_channels) {
  start_unit();
  const auto many = [this](MonitorClient& client) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    std::vector<Descriptor> idle;
    for (std::size_t i = 0; i < Monitor::kMostChannels; ++i) {
      idle.emplace_back(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
      if (::connect(idle.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
    }
    idle.pop_back();  // one place is free again
    return client.password_version({"man"}).has_value();
  };
  EXPECT_EQ(ask_as(kDaemon, many), 'r');
}

TEST_F(Unit, ends_when_it_is_told_to) {
  start_unit();
  EXPECT_EQ(ask_as(kDaemon, [](MonitorClient& client) { return client.password_version({"man"}).has_value(); }), 'r');
  ::kill(monitor_, SIGTERM);
  EXPECT_EQ(wait_for_monitor(), 0);
}

TEST_F(Unit, does_not_start_on_anything_else) {
  auto [one, two] = packet_pair();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(serve_monitor_unit(std::move(one), kDaemon, options_));
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 1);
  Descriptor listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(sa_family_t)), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  EXPECT_EQ(serve_monitor_unit(std::move(listener), {0}, options_), 1);
}

TEST_F(Unit, is_not_asked_when_it_is_not_roots) {
  start_unit();
  const auto believe = [this](Uid owner) {
    return [this, owner](MonitorClient& /*of root's*/) {
      return MonitorClient(path_, owner).password_version({"man"}).has_value();
    };
  };
  EXPECT_EQ(ask_as(kDaemon, believe({0})), 'r');
  EXPECT_EQ(ask_as(kDaemon, believe(kBin)), 'u');
}

// The real pam_unix against the real /etc/shadow: another file in its place, in a mount namespace of its own.
TEST_F(Password, is_the_one_in_etc_shadow) {
  // "secret", by openssl passwd -6
  const std::string hash =
      "$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1";
  write("shadow",
        "daemon:" + hash + ":19000:0:99999:7:::\nbin:*:19000:0:99999:7:::\nsys:" + hash + ":19000:0:99999:7::1:\n",
        0600);
  service("mfa-enroll", "auth required pam_unix.so nodelay\naccount required pam_unix.so\n");
  options_.shadow_path = "/etc/shadow";
  const auto daemon = peer(kDaemon);
  const auto bin = peer(kBin);
  const auto sys = peer(kSys);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount((folder_ + "/shadow").c_str(), "/etc/shadow", nullptr, MS_BIND, nullptr) != 0)
      ::_exit(1);
    auto& monitor = start();
    if (monitor.check_password(daemon.get(), Secret("secret")) != PasswordAnswer::right) ::_exit(2);
    if (monitor.check_password(daemon.get(), Secret("Secret")) != PasswordAnswer::wrong) ::_exit(3);
    if (monitor.check_password(bin.get(), Secret("secret")) != PasswordAnswer::none) ::_exit(4);
    if (monitor.check_password(sys.get(), Secret("secret")) != PasswordAnswer::unavailable) ::_exit(5);  // expired
    if (!monitor.password_version({"daemon"})->has_value()) ::_exit(6);
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace mfa::monitor
