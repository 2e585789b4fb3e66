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

int main() {
  using namespace mfa;
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
  return failures == 0 ? 0 : 1;
}
