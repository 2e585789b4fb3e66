// Looks at every block that is given back to the heap while keys pass through the domain: none may still hold one.
//
// A program of its own, since it replaces operator new and delete.
#include <malloc.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "common/domain/base32.h"
#include "common/domain/otpauth.h"
#include "common/domain/totp.h"
#include "common/flows/guided.h"
#include "common/flows/requests.h"
#include "tests/doubles/doubles.h"

namespace {

constexpr std::string_view kKey = "12345678901234567890";
constexpr std::string_view kInBase32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
constexpr std::size_t kPiece = 8;  // bytes of it in a row that count as finding it

int found = 0;

bool holds_a_piece(std::string_view block, std::string_view key) {
  for (std::size_t at = 0; at + kPiece <= key.size(); ++at)
    if (block.find(key.substr(at, kPiece)) != std::string_view::npos) return true;
  return false;
}

void give_back(void* memory) noexcept {
  if (memory == nullptr) return;
  const std::string_view block(static_cast<const char*>(memory), malloc_usable_size(memory));
  if (holds_a_piece(block, kKey) || holds_a_piece(block, kInBase32)) ++found;
  std::free(memory);
}

int failures = 0;

template <class Work>
void expect(const char* what, bool should_find, Work work) {
  found = 0;
  work();
  if ((found > 0) == should_find) return;
  std::printf("%s: %d blocks given back with the key\n", what, found);
  ++failures;
}

}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::calloc(1, size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }

namespace {

using namespace mfa;

enum class EnrolUntil : std::uint8_t { the_end, the_offer, the_store };

// Everything it makes is kKey.
class KeyForRandom : public Random {
 public:
  bool fill(std::span<std::uint8_t> bytes) override {
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::uint8_t>(bytes.size() == kKey.size() ? kKey[i] : fills_ * 16 + static_cast<int>(i));
    ++fills_;
    return true;
  }

 private:
  int fills_ = 0;
};

// Types the password and the code of kKey, and keeps nothing of what it is offered.
class Person : public Dialogue {
 public:
  Person(doubles::World& world, EnrolUntil until) : world_(world), until_(until) {}
  std::expected<Secret, DialogueError> ask(const Prompt& prompt) override {
    if (!prompt.echo) return Secret(std::string_view("correct horse"));
    if (!prompt.text.ends_with("Verification code: ")) return Secret();  // Enter
    if (until_ == EnrolUntil::the_offer) return std::unexpected(DialogueError::gone);
    if (until_ == EnrolUntil::the_store) world_.store.fail_at = 0;
    return Secret(world_.code());
  }
  void show(std::string_view) override {}
  void offer(std::string_view, std::string_view uri, std::string_view key) override {
    offered = uri.contains(kInBase32) && key == kInBase32;
  }
  bool offered = false;

 private:
  doubles::World& world_;
  EnrolUntil until_;
};

enum class Enrolment : std::uint8_t { totp, guided };

void enrol(Enrolment kind, EnrolUntil until) {
  doubles::World world;
  KeyForRandom random;
  Engine engine{world.settings, world.store,    world.clock,     random,
                world.accounts, world.versions, world.countries, world.failed_passwords,
                world.mailbox,  world.numbers,  world.journal,   "lab-gw"};
  Person person(world, until);
  const Asker asker{
      .caller = {.uid = {1000}, .pid = 1}, .terminal = std::nullopt, .password = world.passwords, .dialogue = person};
  if (kind == Enrolment::guided) {
    const auto reply = guided_set_up(engine, asker);
    if (reply.has_value() == (until == EnrolUntil::the_end) && person.offered) return;
    std::puts("the guided set-up did not go as far as it should");
    ++failures;
    return;
  }
  auto reply = enrol_totp(engine, asker, "");
  if (reply.has_value() != (until == EnrolUntil::the_end) || !person.offered) {
    std::puts("the enrolment did not go as far as it should");
    ++failures;
  }
  if (!reply) return;
  wipe(reply->uri);  // as common/service/perform.cpp does once it is told
  wipe(reply->secret);
}

}  // namespace

int main() {
  expect("a plain string", true, [] { (void)std::string(kKey); });
  expect("a secret", false, [] { const Secret secret(kKey); });
  expect("copies and moves", false, [] {
    Secret one(kKey);
    Secret two = one;
    two = Secret("short");
    two = one;
    one = Secret(std::string_view("a longer one that does not fit where the first one was"));
    one = std::move(two);
    two = one;
    const Secret longer(
        std::string_view("a longer one that does not fit where the key was, so that memory is changed"));
    one = longer;
    two = Secret(longer);
  });
  expect("base32", false, [] {
    const auto secret = base32_decode(kInBase32);
    std::string text = base32_encode(secret->bytes());
    std::string groups = in_groups_of_four(text);
    wipe(text);
    wipe(groups);
  });
  expect("otpauth", false, [] {
    std::string uri = otpauth_uri({"Example University", "alice", Secret(kKey), {HashAlgorithm::sha512, 8, {}}});
    wipe(uri);
    for (const std::string_view rest : {"&issuer=Example", "&digits=9", "&secret=x", "&issuer=Other", "%", ""}) {
      std::string text = "otpauth://totp/Example:alice?secret=";
      text.reserve(200);
      text += kInBase32;
      text += rest;
      const auto parts = parse_otpauth_uri(text);
      wipe(text);
    }
  });
  expect("codes", false, [] {
    const Secret key(kKey);
    (void)verify_totp(key, {}, "123456", {1'800'000'000}, 1, {-1});
  });
  for (const Enrolment kind : {Enrolment::totp, Enrolment::guided}) {
    expect("an enrolment", false, [kind] { enrol(kind, EnrolUntil::the_end); });
    expect("an enrolment that is broken off", false, [kind] { enrol(kind, EnrolUntil::the_offer); });
    expect("an enrolment that the store refuses", false, [kind] { enrol(kind, EnrolUntil::the_store); });
  }
  return failures == 0 ? 0 : 1;
}
