// The service's own purge of old events: again each day whatever went wrong, and over at once when the service ends.
#include "common/service/purging.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "common/service/init.h"
#include "common/service/open_store.h"
#include "tests/doubles/doubles.h"
#include "tests/unit/service_client.h"
#include "tests/unit/service_folder.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;

class PurgingTest : public ::testing::Test {
 protected:
  PurgingTest() {
    syslog_.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un place{};
    place.sun_family = AF_UNIX;
    (folder_ / "log").copy(place.sun_path, sizeof place.sun_path - 1);
    EXPECT_EQ(bind(syslog_.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
    folder_.write("mfa.toml", "[store]\npath = \"" + (folder_ / "mfa.db") + "\"\n");
    limits_.first_purge = limits_.purge_pause = 1ms;
    limits_.purge_every = 100ms;  // no flood of lines, some of which would be dropped
    EXPECT_TRUE(configuration_.reload().empty());
  }
  // Reads the log until a line holds `text`.
  void wait_for(std::string_view text) const {
    for (;;) {
      pollfd waiting{.fd = syslog_.get(), .events = POLLIN, .revents = 0};
      ASSERT_EQ(poll(&waiting, 1, testing::kPatience), 1) << "not in the log: " << text;
      std::string line(4096, '\0');
      line.resize(static_cast<std::size_t>(std::max<ssize_t>(recv(syslog_.get(), line.data(), line.size(), 0), 0)));
      if (line.contains(text)) return;
    }
  }
  void make_store_with_old_event() {
    doubles::Lines lines;
    ASSERT_TRUE(make_key_and_store(folder_ / "mfa.db", lines, UnixTime{1'000'000'000}));
    const auto store = open_store(folder_ / "mfa.db", lines, true);
    ASSERT_TRUE(store);
    Event event;
    event.kind = EventKind::login_passed;
    event.at = {1'000'000'000};
    event.user = "alice";
    ASSERT_TRUE((*store)->write([&](Transaction& tx) { tx.append(event); }));
  }

  testing::Folder folder_;
  Descriptor syslog_;
  Limits limits_;
  CurrentConfiguration configuration_{folder_ / "mfa.toml", Uid{geteuid()}};
};

TEST_F(PurgingTest, IsTriedAgainWhateverWentWrong) {
  Workings workings(configuration_, limits_, MonitorClient(folder_ / "no-monitor"), true,
                    {.socket = folder_ / "log", .ident = "mfad", .also_stderr = false});
  Purging purging(configuration_, limits_, workings);
  ASSERT_TRUE(purging.start());
  wait_for("old events keep their detail for now, store missing");
  wait_for("old events keep their detail for now, store missing");
  make_store_with_old_event();
  wait_for("event=records.purged");
  wait_for("purged the personal detail of old events events=1");
  purging.stop();
}

TEST_F(PurgingTest, EndsInItsPauses) {
  make_store_with_old_event();
  for (const auto& [first, pause] : {std::pair{std::chrono::milliseconds(1h), 1ms}, {1ms, 1h}}) {
    limits_.first_purge = first;
    limits_.purge_pause = pause;
    Workings workings(configuration_, limits_, MonitorClient(folder_ / "no-monitor"), true,
                      {.socket = folder_ / "log", .ident = "mfad", .also_stderr = false});
    Purging purging(configuration_, limits_, workings);
    ASSERT_TRUE(purging.start());
    purging.stop();
    purging.stop();
  }
}

}  // namespace
}  // namespace mfa
