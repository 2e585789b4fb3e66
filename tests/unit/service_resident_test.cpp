// The service as it runs, in this process: real sockets, a real store, the system's accounts (root is there), signals
// that come through a pipe.
#include "common/service/resident.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/signalfd.h>

#include <csignal>
#include <future>
#include <thread>

#include "common/service/init.h"
#include "common/service/own_sockets.h"
#include "tests/doubles/doubles.h"
#include "tests/unit/service_client.h"
#include "tests/unit/service_folder.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using testing::FrameType;
using testing::Tag;
using testing::VerdictCode;

constexpr std::string_view kRequire = "[[rule]]\nname = \"all\"\nmfa = \"require\"\n";
constexpr std::string_view kSkip = "[[rule]]\nname = \"all\"\nmfa = \"skip\"\n";

class ResidentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "login.sock is for root";
    syslog_.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const sockaddr_un place = address("log");
    ASSERT_EQ(bind(syslog_.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
  }
  void TearDown() override {
    if (!service_.joinable()) return;
    signal(SIGTERM);
    signal(SIGTERM);
    service_.join();
  }

  void configure(std::string_view rules) {
    folder_.write("mfa.toml", "[store]\npath = \"" + (folder_ / "mfa.db") + "\"\n" + std::string(rules));
  }
  void start() {
    auto sockets = OwnSockets::make(folder_ / "run", 0ms);
    ASSERT_TRUE(sockets) << sockets.error();
    if (shared_) kept_.reset(dup(sockets->login.get()));
    std::array<int, 2> ends{-1, -1};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    signals_.reset(ends[1]);
    service_ = std::thread([this, login = std::move(sockets->login), user = std::move(sockets->user),
                            signals = Descriptor(ends[0])]() mutable {
      CurrentConfiguration configuration(folder_ / "mfa.toml", Uid{geteuid()});
      const auto mistakes = configuration.reload();
      Workings workings(configuration, limits_, MonitorClient(folder_ / "no-monitor"), true,
                        {.socket = folder_ / "log", .ident = "mfad", .also_stderr = false});
      calls_ = &workings.calls();
      Resident resident(configuration, limits_, workings,
                        {.login = std::move(login),
                         .user = std::move(user),
                         .shared = shared_,
                         .signals = std::move(signals),
                         .monitor_pid = 0,
                         .supervisor = supervisor_});
      status_ = resident.run(mistakes);
    });
    wait_for("started version=");
  }
  void signal(std::uint32_t number) const {
    signalfd_siginfo told{};
    told.ssi_signo = number;
    ASSERT_EQ(write(signals_.get(), &told, sizeof told), static_cast<ssize_t>(sizeof told));
  }
  void stop() {
    signal(SIGTERM);
    service_.join();
  }

  // Reads the log until a line holds `text`.
  std::string wait_for(std::string_view text) {
    for (;;) {
      pollfd waiting{.fd = syslog_.get(), .events = POLLIN, .revents = 0};
      std::string line(4096, '\0');
      if (poll(&waiting, 1, testing::kPatience) != 1) {
        ADD_FAILURE() << "not in the log: " << text;
        return {};
      }
      line.resize(static_cast<std::size_t>(std::max<ssize_t>(recv(syslog_.get(), line.data(), line.size(), 0), 0)));
      if (line.contains(text)) return line;
    }
  }
  [[nodiscard]] sockaddr_un address(const std::string& name) const {
    sockaddr_un made{};
    made.sun_family = AF_UNIX;
    (folder_ / name).copy(made.sun_path, sizeof made.sun_path - 1);
    return made;
  }
  [[nodiscard]] std::optional<Client> connect(const std::string& name = "run/login.sock") const {
    const sockaddr_un place = address(name);
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) return std::nullopt;
    return Client(std::move(socket));
  }
  [[nodiscard]] VerdictCode log_in() const {
    const auto client = connect();
    if (!client) return {};
    client->say(testing::login_frame("root"));
    const auto verdict = client->verdict();
    return verdict ? verdict->verdict() : VerdictCode{};
  }
  // A dialogue that waits at its prompt.
  [[nodiscard]] Client at_a_prompt() const {
    auto client = connect();
    EXPECT_TRUE(client);
    client->say(testing::request_frame(R"({"verb":"totp"})"));
    EXPECT_TRUE(client->hear(FrameType::ask));
    return *std::move(client);
  }
  void make_store() {
    doubles::Lines journal;
    ASSERT_TRUE(make_key_and_store(folder_ / "mfa.db", journal, UnixTime{0}));
  }

  testing::Folder folder_;
  Limits limits_;
  Supervisor supervisor_;
  Descriptor syslog_;
  Descriptor signals_;
  bool shared_ = false;  // login's socket is held by systemd as well
  Descriptor kept_;
  std::thread service_;
  CallsUnderWay* calls_ = nullptr;  // of the service, while it runs
  int status_ = -1;
};

TEST_F(ResidentTest, ServesOnBothSocketsAndEnds) {
  make_store();
  configure(kSkip);
  start();
  EXPECT_EQ(log_in(), VerdictCode::skipped);
  const auto user = connect("run/user.sock");
  ASSERT_TRUE(user);
  user->say(testing::request_frame(R"({"verb":"status"})"));
  const auto status = user->hear(FrameType::result);
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->text(Tag::json).starts_with(R"({"user":"root","mfa":"skip")")) << status->text(Tag::json);
  stop();
  EXPECT_EQ(status_, 0);
  EXPECT_FALSE(connect());
}

TEST_F(ResidentTest, AHangUpReadsTheConfigurationAnew) {
  make_store();
  configure(kSkip);
  start();
  configure(kRequire);
  EXPECT_EQ(log_in(), VerdictCode::skipped) << "not before it is told";
  signal(SIGHUP);
  wait_for("configuration read");
  EXPECT_EQ(log_in(), VerdictCode::denied);
}

TEST_F(ResidentTest, AWrongConfigurationIsNamedAndChangesNothing) {
  make_store();
  configure(kRequire);
  start();
  configure("[[rule]]\nname = \"all\"\nmfa = \"skp\"\n");
  signal(SIGHUP);
  const std::string line = wait_for("mfa.toml:");
  EXPECT_TRUE(line.contains("mfa.toml:5:7: ")) << line;
  wait_for("stays as it was");
  EXPECT_EQ(log_in(), VerdictCode::denied);
}

TEST_F(ResidentTest, StartedWithAWrongOneItDeniesUntilItIsMended) {
  make_store();
  configure("bogus = 1\n");
  start();
  EXPECT_EQ(log_in(), VerdictCode::unavailable);
  EXPECT_TRUE(wait_for("denied, no valid configuration").contains("mfa.toml:3:1"));
  configure(kSkip);
  signal(SIGHUP);
  wait_for("configuration read");
  EXPECT_EQ(log_in(), VerdictCode::skipped);
}

TEST_F(ResidentTest, WithoutAStoreConfigurationDecidesAndTheStoreIsFoundLater) {
  limits_.store_retry = 0ms;
  configure(kSkip);
  start();
  EXPECT_EQ(log_in(), VerdictCode::skipped);
  configure(kRequire);
  signal(SIGHUP);
  wait_for("configuration read");
  EXPECT_EQ(log_in(), VerdictCode::unavailable);
  make_store();
  EXPECT_EQ(log_in(), VerdictCode::denied) << "the store is there and holds no factor";
}

TEST_F(ResidentTest, DialoguesEndInPeaceWhileTheStoreGivesWay) {
  make_store();
  configure(kSkip);
  start();
  const Client client = at_a_prompt();
  signal(SIGTERM);
  EXPECT_TRUE(wait_for("stopping").contains("sessions=1"));
  EXPECT_FALSE(connect()) << "nobody new";
  // Another process could open the store now; here it is another store object.
  doubles::Lines journal;
  const auto other = make_key_and_store(folder_ / "mfa.db", journal, UnixTime{0});
  ASSERT_TRUE(other) << other.error().error;
  EXPECT_EQ((*other)[1].detail, "");
  client.say(testing::answer_frame("wrong"));
  EXPECT_TRUE(client.verdict());
  service_.join();
  EXPECT_EQ(status_, 0);
}

TEST_F(ResidentTest, WhileDialoguesEndWhoComesToASocketOfSystemdIsSentAwayAtOnce) {
  make_store();
  configure(kSkip);
  shared_ = true;
  start();
  const Client client = at_a_prompt();
  signal(SIGTERM);
  wait_for("stopping");
  for (int i = 0; i < 3; ++i) {
    const auto late = connect();
    ASSERT_TRUE(late) << "the socket is there";
    late->say(testing::login_frame("root"));
    EXPECT_FALSE(late->hear()) << "the end of the connection, and no word before it";
  }
  client.say(testing::answer_frame("wrong"));
  EXPECT_TRUE(client.verdict());
  service_.join();
  EXPECT_EQ(status_, 0);
}

TEST_F(ResidentTest, ASecondSignalEndsThemNow) {
  make_store();
  configure(kSkip);
  start();
  const Client client = at_a_prompt();
  signal(SIGTERM);
  wait_for("stopping");
  signal(SIGTERM);
  EXPECT_FALSE(client.hear(FrameType::ask));
  service_.join();
  EXPECT_EQ(status_, 0);
}

TEST_F(ResidentTest, TheirTimeIsLimited) {
  limits_.drain = 1ms;
  make_store();
  configure(kSkip);
  start();
  const Client client = at_a_prompt();
  stop();
  EXPECT_EQ(status_, 0);
  EXPECT_FALSE(client.hear(FrameType::ask));
}

// Or anybody whose phone rings would make each restart take its time.
TEST_F(ResidentTest, ACallWithoutADialogueHoldsUpNoEndForLong) {
  limits_.drain = 1h;
  limits_.calls_end = 1ms;
  make_store();
  configure(kSkip);
  start();
  std::promise<void> over;
  ASSERT_TRUE(calls_->begin([until_over = over.get_future().share()] { until_over.wait(); }));
  signal(SIGTERM);
  EXPECT_TRUE(wait_for("cutting").contains("sessions=0 calls=1"));
  EXPECT_FALSE(wait_for("stopped").contains("did not end"));
  over.set_value();
  service_.join();
  EXPECT_EQ(status_, 0);
}

TEST(Fitted, CapsFollowTheOpenFiles) {
  const Limits standard;
  const Limits enough = fitted(standard, 1024);
  EXPECT_EQ(enough.login.all, standard.login.all);
  EXPECT_EQ(enough.user.all, standard.user.all);
  const Limits few = fitted(standard, 256);
  EXPECT_LE(few.login.all + few.user.all + kReservedFiles, 256U);
  EXPECT_GT(few.login.all, few.user.all);
  EXPECT_LT(few.user.kept_for_root, few.user.all);
  const Limits none = fitted(standard, 10);
  EXPECT_EQ(none.login.all, 1U);
  EXPECT_EQ(none.user.all, 1U);
}

}  // namespace
}  // namespace mfa
