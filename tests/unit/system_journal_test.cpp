#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "common/system/descriptor.h"
#include "common/system/journal.h"

namespace mfa {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

Event event_of(EventKind kind, const std::string& user) {
  Event event;
  event.kind = kind;
  event.user = user;
  return event;
}

Event login() {
  auto event = event_of(EventKind::login_passed, "alice");
  event.service = "sshd";
  event.from = "203.0.113.7";
  event.server = "lab-gw";
  event.factor = "totp-1";
  return event;
}

// A syslog of our own at a path of our own.
class Syslog : public ::testing::Test {
 protected:
  Syslog() {
    std::string pattern = "/tmp/mfa-journal-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/log";
  }
  ~Syslog() override { std::filesystem::remove_all(folder_); }

  void start() {
    std::filesystem::remove(path_);
    socket_ = Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  // The next line, or nothing when there is none within the time.
  std::string receive(int milliseconds = 10000) {
    pollfd ready{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, milliseconds) != 1) return {};
    std::array<char, 8192> buffer{};
    const auto got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }
  SyslogJournal::Options options() { return {.socket = path_, .ident = "mfad", .also_stderr = false}; }

  std::string folder_, path_;
  Descriptor socket_;
};

TEST_F(Syslog, gets_a_line_of_the_private_facility_with_the_events_severity) {
  start();
  SyslogJournal journal(options());
  journal.record(login(), std::nullopt);
  // 86 = LOG_AUTHPRIV (10 * 8) + LOG_INFO (6)
  EXPECT_THAT(receive(),
              MatchesRegex("<86>[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]{8} mfad\\[[0-9]+\\]: event=login.passed .*"));
  journal.record(event_of(EventKind::locked_out, "alice"), std::nullopt);
  EXPECT_THAT(receive(), AllOf(StartsWith("<84>"), EndsWith("event=login.locked_out user=alice")));
  journal.note(Severity::error, "store: damaged\n<0>forged");
  EXPECT_THAT(receive(), AllOf(StartsWith("<83>"), EndsWith("]: store: damaged\\x0A<0>forged")));
}

TEST_F(Syslog, is_found_again_after_it_was_started_anew) {
  start();
  SyslogJournal journal(options());
  journal.note(Severity::info, "one");
  EXPECT_THAT(receive(), EndsWith("one"));
  start();
  journal.note(Severity::info, "two");
  EXPECT_THAT(receive(), EndsWith("two"));
}

TEST_F(Syslog, that_comes_late_gets_what_was_said_before_in_order) {
  SyslogJournal journal(options());
  journal.note(Severity::info, "one");
  journal.note(Severity::info, "two");
  start();
  EXPECT_THAT(receive(), EndsWith("one"));
  EXPECT_THAT(receive(), EndsWith("two"));
}

TEST_F(Syslog, that_is_slow_gets_every_line_in_order_and_nobody_waits) {
  start();
  SyslogJournal journal(options());
  constexpr int kLines = 600;  // far over net.unix.max_dgram_qlen
  for (int i = 0; i < kLines; ++i) journal.note(Severity::info, "line " + std::to_string(i));
  for (int i = 0; i < kLines; ++i) ASSERT_THAT(receive(), EndsWith("line " + std::to_string(i)));
  EXPECT_EQ(journal.dropped(), 0U);
}

TEST_F(Syslog, gets_no_line_before_an_earlier_one_that_had_to_wait) {
  start();
  SyslogJournal journal(options());
  constexpr int kBacklog = 700;  // far over net.unix.max_dgram_qlen
  for (int i = 0; i < kBacklog; ++i) journal.note(Severity::info, "line " + std::to_string(i));
  // Each line taken makes room for one, which the next one written must not have.
  for (int i = 0; i < kBacklog; ++i) {
    ASSERT_THAT(receive(), EndsWith(" line " + std::to_string(i)));
    journal.note(Severity::info, "line " + std::to_string(kBacklog + i));
  }
}

TEST_F(Syslog, is_told_how_many_lines_were_given_up) {
  SyslogJournal journal(options());
  for (std::size_t i = 0; i < SyslogJournal::kMostPending + 7; ++i) journal.note(Severity::info, "lost and kept");
  EXPECT_EQ(journal.dropped(), 7U);
  start();
  for (std::size_t i = 0; i < SyslogJournal::kMostPending; ++i) ASSERT_THAT(receive(), EndsWith("lost and kept"));
  EXPECT_THAT(receive(), AllOf(StartsWith("<84>"), EndsWith("event=journal.dropped lines=7"))) << "where they would be";
  journal.note(Severity::info, "and on");
  EXPECT_THAT(receive(), EndsWith("and on"));
  EXPECT_EQ(journal.dropped(), 0U);
}

TEST_F(Syslog, takes_lines_of_many_threads_whole) {
  start();
  SyslogJournal journal(options());
  constexpr int kThreads = 8;
  constexpr int kLines = 50;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < kLines; ++i) journal.record(login(), std::nullopt);
      });
    for (int i = 0; i < kThreads * kLines; ++i) ASSERT_THAT(receive(), EndsWith("factor=totp-1"));
  }
  EXPECT_THAT(receive(0), Not(HasSubstr("event")));
}

TEST_F(Syslog, that_is_never_there_costs_nothing_but_the_lines) {
  SyslogJournal journal(options());
  journal.note(Severity::info, "nobody hears this");
  EXPECT_EQ(journal.dropped(), 0U);
}

}  // namespace
}  // namespace mfa
