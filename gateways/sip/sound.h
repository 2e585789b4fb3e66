// Sound as telephones carry it: 8000 samples a second, of 16 bits, coded by ITU-T G.711. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mfa::sip {

inline constexpr int kSampleRate = 8000;  // Hz

using Samples = std::vector<std::int16_t>;

// A RIFF WAVE file of one channel of 16-bit PCM at 8000 Hz or more. Programs that write into a pipe do not know the
// length: what is there counts. Nothing: it is something else, or has no sound.
[[nodiscard]] std::optional<Samples> read_wave(std::span<const std::uint8_t> bytes);

// At `rate` Hz to 8000 Hz, without what a telephone cannot carry.
[[nodiscard]] Samples for_telephone(std::span<const std::int16_t> samples, int rate);

enum class Law : std::uint8_t { mu, a };
[[nodiscard]] std::uint8_t coded(std::int16_t sample, Law law);

}  // namespace mfa::sip
