#include "tests/doubles/doubles.h"

#include <algorithm>

namespace mfa::doubles {

World::World() = default;

World::~World() {
  expect_reasons_of_the_manual(store.state.events);
  expect_reasons_of_the_manual(journal.events);
}

Person World::enrol(const std::string& name, Uid uid) {
  Person made;
  const auto done = store.write([&](Transaction& tx) {
    made = tx.add_person({name}, uid, clock.time);
    made.next_factor = 2;
    tx.save(made);
    Factor factor;
    factor.number = 1;
    factor.name = "iPhone";
    factor.added = clock.time;
    factor.detail = TotpFactor{.key = key(), .parameters = {}, .last_step = TimeStep{-1}};
    tx.add_factor(made.id, factor);
    tx.replace_recovery_codes(made.id, std::vector<std::string>{"7k3m92qxd4tp", "000000000001"});
  });
  (void)done;
  return made;
}

std::string World::code_of(const Secret& of, int steps_from_now) const {
  const auto step = time_step(clock.time, settings.totp.period).value + steps_from_now;
  return hotp_code(of, static_cast<std::uint64_t>(step), settings.totp.digits, settings.totp.algorithm);
}

std::string World::wrong_code() const {
  for (int number = 0;; ++number) {
    std::string digits = std::to_string(1'000'000 + number).substr(1);
    bool near = false;
    for (int step = -20; step <= 20; ++step) near = near || code(step) == digits;
    if (!near) return digits;
  }
}

const Person& World::person(const std::string& name) const {
  return *std::ranges::find(store.state.people, name, [](const Person& person) { return person.name.value; });
}

}  // namespace mfa::doubles
