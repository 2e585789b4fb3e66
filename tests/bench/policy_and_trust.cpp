// What a login costs beside many rules and many trusted devices: whole flows over the real store, on the disk named.
//
// Usage: bench_policy_and_trust [FOLDER [LOGINS]]   (default: the current folder, 200 logins a round)
//
// Two stores, one empty but for alice, one with 100,000 rows of trust of others; one rule against 200. Rounds take
// turns, so that what the machine does meanwhile meets both; medians over the rounds are told, and their ratio.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/flows/login.h"
#include "common/store/sqlite_store.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

constexpr int kRounds = 11;
constexpr int kOthers = 20'000;
constexpr int kDevicesEach = 5;
constexpr int kBatch = 200;  // people in one transaction
constexpr std::size_t kRules = 200;
constexpr UnixTime kStart{1'800'000'000};

[[noreturn]] void give_up(const std::string& what) {
  fmt::print(stderr, "bench_policy_and_trust: error: {}\n", what);
  std::exit(1);
}

Trust device(std::uint32_t number, UnixTime since) {
  Trust trust;
  trust.number = number;
  trust.device = {.kind = DeviceKind::address, .id = fmt::format("198.51.100.{}", number)};
  trust.label = trust.device.id;
  trust.server = "lab-gw";
  trust.rule = "everyone";
  trust.since = trust.last_seen = since;
  trust.until = since + std::chrono::hours(24 * 365);
  trust.password_version = std::string(64, '0');
  return trust;
}

// An engine over a store of its own; the rest are doubles that cost nothing.
class Bench {
 public:
  Bench(const std::filesystem::path& folder, int others, std::size_t rules) {
    const auto key = KeyRing::generate();
    if (!key) give_up("no key");
    keys_ = std::make_unique<KeyRing>(KeyRing::parse(*key).value());
    const std::string path = folder / "mfa.db";
    if (!SqliteStore::create(path, *keys_, world_.journal, kStart)) give_up("cannot make " + path);
    auto opened = SqliteStore::open(path, *keys_, world_.journal, {.mode = StoreMode::resident});
    if (!opened) give_up("cannot open " + path);
    store_ = *std::move(opened);
    fill(others);
    for (std::size_t number = 1; number < rules; ++number) {
      Rule rule;
      rule.name = fmt::format("rule {}", number);
      rule.user = {fmt::format("user{}*", number)};
      rule.service = {"sshd", "login"};
      rule.mfa = Requirement::deny;
      settings_.rules.push_back(rule);
    }
    Rule everyone;
    everyone.name = "everyone";
    everyone.mfa = Requirement::require;
    everyone.trust = std::chrono::hours(24 * 30);
    settings_.rules.push_back(everyone);
  }

  // The median time of a login, in microseconds.
  double by_code(int logins) {
    from_ = "203.0.113.8";
    return median(logins, [&] {
      world_.clock.time = world_.clock.time + settings_.totp.period;
      world_.dialogue.answers = {world_.code() + " n"};
      return LoginResult::passed;
    });
  }
  double trusted(int logins) {
    from_ = "203.0.113.7";
    world_.clock.time = world_.clock.time + settings_.totp.period;
    world_.dialogue.answers = {world_.code() + " y"};
    (void)log_in();  // from the second round on it is remembered already
    return median(logins, [] { return LoginResult::trusted; });
  }

 private:
  void fill(int others) {
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
    for (int number = 0; number < others; number += kBatch) add_others(number, std::min(number + kBatch, others));
  }
  // Not in one transaction: the store gives one only so much room (store/room.h).
  void add_others(int first, int past) {
    const auto done = store_->write([&](Transaction& tx) {
      for (int number = first; number < past; ++number) {
        const Person other =
            tx.add_person({fmt::format("user{}", number)}, {static_cast<std::uint32_t>(2000 + number)}, kStart);
        for (std::uint32_t row = 1; row <= kDevicesEach; ++row) tx.add_trust(other.id, device(row, kStart));
      }
    });
    if (!done) give_up("cannot fill the store");
  }
  LoginResult log_in() {
    Engine engine{.settings = settings_,
                  .store = *store_,
                  .clock = world_.clock,
                  .random = world_.random,
                  .accounts = world_.accounts,
                  .versions = world_.versions,
                  .countries = world_.countries,
                  .failed_passwords = world_.failed_passwords,
                  .gateway = world_.mailbox,
                  .numbers = world_.numbers,
                  .journal = world_.journal,
                  .server = "lab-gw"};
    LoginFacts facts;
    facts.user = "alice";
    facts.service = "sshd";
    facts.rhost = from_;
    facts.tty = "ssh";
    facts.from_root = true;
    facts.password_passed = true;
    world_.dialogue.prompts.clear();
    return login(engine, facts, Caller{.uid = Uid{0}, .pid = 1}, world_.dialogue).result;
  }
  template <class Prepare>
  double median(int logins, Prepare prepare) {
    std::vector<double> times;
    for (int number = 0; number < logins; ++number) {
      const LoginResult wanted = prepare();
      world_.journal.events.clear();
      const auto begun = std::chrono::steady_clock::now();
      const LoginResult result = log_in();
      times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count());
      if (result != wanted) give_up("a login came out otherwise than it should");
    }
    std::ranges::nth_element(times, times.begin() + logins / 2);
    return times[static_cast<std::size_t>(logins) / 2];
  }

  doubles::World world_;
  Settings settings_;
  std::string from_;
  std::unique_ptr<KeyRing> keys_;
  std::unique_ptr<SqliteStore> store_;
};

struct Measured {
  std::vector<double> by_code, trusted;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void tell(const char* what, const std::vector<double>& few, const std::vector<double>& many) {
  fmt::print("{:<20} {:>8.1f} us {:>8.1f} us   ratio {:.3f}\n", what, median(few), median(many),
             median(many) / median(few));
}

void run(const std::filesystem::path& place, int logins) {
  std::string made = place / "bench-XXXXXX";
  if (mkdtemp(made.data()) == nullptr) give_up("cannot make a folder in " + place.string());
  const std::filesystem::path folder = made;
  std::filesystem::create_directories(folder / "few");
  std::filesystem::create_directories(folder / "many");
  {
    Bench few(folder / "few", 0, 1);
    Bench many(folder / "many", kOthers, kRules);
    Measured of_few;
    Measured of_many;
    for (int round = 0; round < kRounds; ++round) {
      of_few.by_code.push_back(few.by_code(logins));
      of_many.by_code.push_back(many.by_code(logins));
      of_few.trusted.push_back(few.trusted(logins));
      of_many.trusted.push_back(many.trusted(logins));
    }
    fmt::print("median of {} rounds of {} logins: 1 rule, no device | {} rules, {} devices of others\n", kRounds,
               logins, kRules, kOthers * kDevicesEach);
    tell("a code", of_few.by_code, of_many.by_code);
    tell("a trusted device", of_few.trusted, of_many.trusted);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mfa

int main(int argc, char** argv) {
  mfa::run(argc > 1 ? argv[1] : ".", argc > 2 ? std::max(std::atoi(argv[2]), 1) : 200);
}
