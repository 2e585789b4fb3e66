// Puts people with an authenticator app into a store that is there: for measuring beside many.
//
// Usage: bench_fill_store STORE KEY_FILE PREFIX FIRST_UID COUNT   (as the user of the store)
// All of them have the key of RFC 6238's test vectors.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "common/store/sqlite_store.h"
#include "tests/doubles/doubles.h"

namespace mfa {
namespace {

constexpr int kBatch = 200;  // people in one transaction

void add(Transaction& tx, const std::string& name, std::uint32_t uid) {
  const UnixTime now{1'800'000'000};
  Person person = tx.add_person({name}, {uid}, now);
  person.next_factor = 2;
  tx.save(person);
  Factor app;
  app.number = 1;
  app.name = "iPhone";
  app.added = now;
  app.detail = TotpFactor{.key = doubles::World::key(), .parameters = {}, .last_step = TimeStep{-1}};
  tx.add_factor(person.id, app);
}

int fill(const std::string& path, const std::string& key_file, const std::string& prefix, int first_uid, int count) {
  std::ifstream file(key_file);
  const Secret text(std::string(std::istreambuf_iterator<char>(file), {}));
  auto keys = KeyRing::parse(text);
  if (!keys) return 1;
  doubles::World world;
  SqliteStore store(path, *std::move(keys), world.journal, {.mode = StoreMode::resident});
  for (int begin = 0; begin < count; begin += kBatch) {
    const auto done = store.write([&](Transaction& tx) {
      for (int number = begin; number < std::min(begin + kBatch, count); ++number)
        add(tx, fmt::format("{}{}", prefix, number), static_cast<std::uint32_t>(first_uid + number));
    });
    if (!done) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace mfa

int main(int argc, char** argv) {
  if (argc != 6) {
    fmt::print(stderr, "usage: bench_fill_store STORE KEY_FILE PREFIX FIRST_UID COUNT\n");
    return 2;
  }
  return mfa::fill(argv[1], argv[2], argv[3], std::stoi(argv[4]), std::stoi(argv[5]));
}
