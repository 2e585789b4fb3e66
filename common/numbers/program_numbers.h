// Reads numbers by running mfa-number, once for as many as are asked about at a time. Thread-safe; a number it takes
// apart holds up nobody but whoever typed it.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/ports/phone_numbers.h"
#include "common/system/programs.h"

namespace mfa {

class ProgramNumbers final : public PhoneNumbers {
 public:
  struct Options {
    std::string program = MFA_LIBEXEC "/mfa-number";
    Uid owner{0};                            // of the program
    std::chrono::milliseconds limit{5'000};  // it takes 20
    std::vector<ClosedFolder> closed = {};   // what it does not reach NOLINT(readability-redundant-member-init)
  };

  ProgramNumbers(Programs& programs, Options options) : programs_(programs), options_(std::move(options)) {}

  [[nodiscard]] std::expected<NumberFacts, NumberRefusal> read(std::string_view typed,
                                                               std::string_view country) override;
  [[nodiscard]] std::vector<std::expected<NumberFacts, NumberRefusal>> read_all(std::span<const std::string> typed,
                                                                                std::string_view country) override;

 private:
  [[nodiscard]] std::optional<std::vector<std::expected<NumberFacts, NumberRefusal>>> ask(
      std::span<const std::string> typed, std::string_view country);

  Programs& programs_;
  const Options options_;
};

}  // namespace mfa
