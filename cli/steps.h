// What `admin init` did, step by step: shown as sentences, or as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mfa::cli {

enum class Did : std::uint8_t {
  made,
  kept,    // it was there and right
  mended,  // it was there and wrong: owner or mode
};

struct Step {
  std::string what;  // "user mfa", "/var/lib/mfa"
  Did did = Did::kept;
  std::string detail;  // what was wrong; may be empty
};
using Steps = std::vector<Step>;

[[nodiscard]] std::string_view name_of(Did did);

}  // namespace mfa::cli
