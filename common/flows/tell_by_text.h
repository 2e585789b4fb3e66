// What the helpdesk did is told by text, too, to the numbers that the person had before: whoever takes over an account
// with the helpdesk's help has its owner's phone ring.
#pragma once

#include <string>
#include <vector>

#include "common/flows/engine.h"
#include "common/flows/identity.h"

namespace mfa {

struct TextedPhone {
  std::string factor;  // its id
  PhoneNumber number;
  std::string language;
};

// Those of the person that take texts; each number once, kMostTexted at most.
inline constexpr std::size_t kMostTexted = 3;
[[nodiscard]] std::vector<TextedPhone> texted_phones(const std::vector<Factor>& factors);

// `act`: what is recorded of it. After it was done, and whatever comes of it here: that is recorded, and nothing else
// depends on it. It counts for no budget, since acts are bounded by the day; nor does a text like it wait for another.
void tell_by_text(Engine& engine, const Account& account, const std::vector<TextedPhone>& phones, const Event& act);

}  // namespace mfa
