// A text, spoken: by a program that reads it from its standard input and writes a WAVE file, as espeak-ng(1) does.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "common/domain/types.h"
#include "gateways/sip/sound.h"

namespace mfa::sip {

// In a language that the program does not speak, in English. The error is a sentence.
[[nodiscard]] std::expected<Samples, std::string> spoken(const Secret& text, std::string_view language,
                                                         const std::string& program, std::chrono::milliseconds limit);

}  // namespace mfa::sip
