// Whole sessions of the engine over the real store and journal, one after the other: for counting their instructions.
//
// Usage: bench_sessions FOLDER right|wrong|trusted LOGINS   (makes a store in FOLDER and takes it away again)
//
// Two runs with different numbers, under valgrind --tool=callgrind, tell what one login costs (instructions.py). The
// name service and the clock are doubles: what these cost is the system's.
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "common/protocol/frame.h"
#include "common/service/session.h"
#include "common/store/sqlite_store.h"
#include "common/system/descriptor.h"
#include "common/system/journal.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

using protocol::FrameType;
using protocol::Tag;
using protocol::VerdictCode;
using Buffer = std::array<char, 16384>;

constexpr UnixTime kStart{1'800'000'000};
constexpr Caller kRoot{.uid = Uid{0}, .pid = 1};

[[noreturn]] void give_up(const std::string& what) {
  fmt::print(stderr, "bench_sessions: error: {}\n", what);
  std::exit(1);
}

// Where the journal's lines go, and are dropped.
class Log {
 public:
  explicit Log(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.copy(address.sun_path, sizeof address.sun_path - 1) != path.size() ||
        bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      give_up("cannot make the socket " + path);
  }
  void empty() {
    char byte = 0;
    while (recv(socket_.get(), &byte, 1, MSG_DONTWAIT) >= 0) {
    }
  }

 private:
  Descriptor socket_;
};

// The module's side of a login.
class Module {
 public:
  explicit Module(Descriptor connection) : connection_(std::move(connection)) {}

  VerdictCode log_in(const std::string& answer) {
    Buffer room;
    protocol::FrameWriter login(room, FrameType::login);
    login.field(Tag::version, protocol::kVersion)
        .field(Tag::user, "alice")
        .field(Tag::service, "sshd")
        .field(Tag::tty, "ssh")
        .field(Tag::rhost, "203.0.113.7")
        .field(Tag::phase, static_cast<std::uint8_t>(protocol::Phase::authenticate))
        .field(Tag::password_passed, std::uint8_t{1});
    say(login.finish());
    for (bool asked = false;;) {
      Buffer payload;
      const auto [type, fields] = hear(payload);
      if (type == FrameType::verdict) return static_cast<VerdictCode>(fields.byte(Tag::verdict).value_or(0));
      if (type != FrameType::ask) continue;
      protocol::FrameWriter reply(room, FrameType::answer);
      const auto status =
          std::exchange(asked, true) ? protocol::AnswerStatus::conversation_failed : protocol::AnswerStatus::given;
      reply.field(Tag::text, answer).field(Tag::flag, static_cast<std::uint8_t>(status));
      say(reply.finish());
    }
  }

 private:
  struct Heard {
    FrameType type;
    protocol::Fields fields;
  };
  void say(std::span<const char> bytes) {  // fields out of order make no frame
    if (bytes.empty() || send(connection_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != std::ssize(bytes))
      give_up("hung up on");
  }
  void take(std::span<char> room) {
    if (recv(connection_.get(), room.data(), room.size(), MSG_WAITALL) != std::ssize(room)) give_up("hung up on");
  }
  Heard hear(Buffer& payload) {
    std::array<char, protocol::kHeader> bytes{};
    take(bytes);
    const auto header = protocol::parse_header(bytes);
    if (!header || header->payload > payload.size()) give_up("that was no frame");
    const auto used = std::span<char>(payload).first(header->payload);
    if (!used.empty()) take(used);
    const auto fields = protocol::Fields::parse(used);
    if (!fields) give_up("that was no frame");
    return {header->type, *fields};
  }

  Descriptor connection_;
};

struct Borrowed final : Gateway {
  explicit Borrowed(Gateway& gateway) : gateway_(gateway) {}
  DeliveryReport send(const PhoneMessage& message) override { return gateway_.send(message); }
  Gateway& gateway_;
};

class Bench {
 public:
  explicit Bench(const std::string& folder) : log_(folder + "/log"), journal_({.socket = folder + "/log"}) {
    const auto key = KeyRing::generate();
    if (!key) give_up("no key");
    auto keys = KeyRing::parse(*key);
    const std::string path = folder + "/mfa.db";
    world_.clock.time = kStart;
    (void)world_.enrol("alice", Uid{1000});  // the name service knows her, too
    if (!keys || !SqliteStore::create(path, *keys, journal_, kStart)) give_up("cannot make " + path);
    auto opened = SqliteStore::open(path, *std::move(keys), journal_, {.mode = StoreMode::resident});
    if (!opened) give_up("cannot open " + path);
    store_ = *std::move(opened);
    const auto done = store_->write([&](Transaction& tx) {
      Person alice = tx.add_person({"alice"}, {1000}, kStart);
      alice.next_factor = 2;
      tx.save(alice);
      Factor app;
      app.number = 1;
      app.name = "iPhone";
      app.added = kStart;
      app.detail = TotpFactor{.key = doubles::World::key(), .parameters = {}, .last_step = TimeStep{-1}};
      tx.add_factor(alice.id, app);
    });
    if (!done) give_up("cannot fill the store");
    Rule everyone;
    everyone.name = "everyone";
    everyone.mfa = Requirement::require;
    everyone.trust = std::chrono::hours(24 * 30);
    settings_.rules.push_back(everyone);
    settings_.lockout.tries = 1'000'000;
  }

  void log_in(const std::string& answer, VerdictCode expected) {
    world_.clock.time = world_.clock.time + settings_.totp.period;
    const SessionContext context = context_now();
    std::array<int, 2> ends{-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) give_up("no sockets");
    Descriptor engine(ends[0]);
    std::jthread session([&] { serve_session(context, engine.get(), kRoot); });
    if (Module(Descriptor(ends[1])).log_in(answer) != expected) give_up("a login came out otherwise than it should");
    session.join();
    log_.empty();
  }

  void run(const std::string& kind, int logins) {
    if (kind == "trusted") log_in(code() + " y", VerdictCode::passed);
    for (int number = 0; number < logins; ++number) {
      if (kind == "right") log_in(code() + " n", VerdictCode::passed);
      if (kind == "wrong") log_in("000000", VerdictCode::conversation);
      if (kind == "trusted") log_in("", VerdictCode::trusted);
    }
  }

 private:
  // Of the time of the next login.
  std::string code() const { return world_.code(1); }

  SessionContext context_now() {
    return {.limits = limits_,
            .configuration = [this] { return Snapshot{std::make_shared<const Settings>(settings_), ""}; },
            .store = *store_,
            .no_store = world_.store,
            .clock = world_.clock,
            .random = world_.random,
            .accounts = world_.accounts,
            .versions = world_.versions,
            .failed_passwords = world_.failed_passwords,
            .journal = journal_,
            .server = "lab-gw",
            .countries = [](const Settings&) { return std::make_shared<doubles::Atlas>(); },
            .gateway = [this](const Settings&) { return std::make_unique<Borrowed>(world_.mailbox); },
            .numbers = [](const Settings&) { return std::make_unique<doubles::NumberBook>(); },
            .password_check = {},
            .terminal = {}};
  }

  doubles::World world_;
  Settings settings_;
  Limits limits_;
  Log log_;
  SyslogJournal journal_;
  std::unique_ptr<SqliteStore> store_;
};

}  // namespace
}  // namespace mfa

int main(int argc, char** argv) {
  const std::string kind = argc == 4 ? argv[2] : "";
  if (kind != "right" && kind != "wrong" && kind != "trusted") {
    fmt::print(stderr, "usage: bench_sessions FOLDER right|wrong|trusted LOGINS\n");
    return 2;
  }
  std::string folder = std::string(argv[1]) + "/sessions-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) mfa::give_up("cannot make a folder in " + std::string(argv[1]));
  mfa::Bench(folder).run(kind, std::atoi(argv[3]));
  std::filesystem::remove_all(folder);
  return 0;
}
