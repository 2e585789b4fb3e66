#include "pam_module/passage.h"

#include <string.h>

#include <bit>
#include <cstdint>

namespace mfa {
namespace {

// What libpam keeps are numbers in the place of pointers: under kAttempts which attempt was the last, and under a name
// that ends in the user's which attempt of that user has passed. libpam copies the names.
constexpr char kAttempts[] = "pam_mfa attempts";
constexpr std::string_view kPassed = "pam_mfa passed ";

class Key {
 public:
  explicit Key(std::string_view user) {
    memcpy(text_, kPassed.data(), kPassed.size());
    memcpy(text_ + kPassed.size(), user.data(), user.size());
    text_[kPassed.size() + user.size()] = '\0';
  }
  [[nodiscard]] const char* text() const { return text_; }

 private:
  char text_[kPassed.size() + kLongestUser + 1];
};

const void* get(pam_handle_t* pamh, const char* name) {
  const void* number = nullptr;
  return pam_get_data(pamh, name, &number) == PAM_SUCCESS ? number : nullptr;
}

bool set(pam_handle_t* pamh, const char* name, const void* number) {
  return pam_set_data(pamh, name, const_cast<void*>(number), nullptr) == PAM_SUCCESS;
}

const void* next(const void* number) { return std::bit_cast<const void*>(std::bit_cast<std::uintptr_t>(number) + 1); }

}  // namespace

// Setting fails only where no attempt was counted yet, and then nobody has passed.
Attempt::Attempt(pam_handle_t* pamh) : pamh_(pamh) {
  const void* const number = next(get(pamh, kAttempts));
  if (set(pamh, kAttempts, number)) number_ = number;
}

void Attempt::is_by(std::string_view user) {
  if (user.size() > kLongestUser) return;
  memcpy(user_, user.data(), user.size());
  user_[user.size()] = '\0';
}

void Attempt::passed() {
  if (number_ == nullptr || user_[0] == '\0') return;
  if (!set(pamh_, Key(user_).text(), number_)) number_ = nullptr;
}

bool has_passed(pam_handle_t* pamh, std::string_view user) {
  if (user.empty() || user.size() > kLongestUser) return false;
  const void* const number = get(pamh, Key(user).text());
  return number != nullptr && number == get(pamh, kAttempts);
}

}  // namespace mfa
