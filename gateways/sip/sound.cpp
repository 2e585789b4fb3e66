#include "gateways/sip/sound.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace mfa::sip {
namespace {

constexpr int kHighestRate = 96'000;

std::uint32_t number_at(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint32_t{bytes[at + i]} << (8 * i);
  return value;
}

bool has_tag(std::span<const std::uint8_t> bytes, std::size_t at, std::string_view tag) {
  return bytes.size() >= at + tag.size() && std::ranges::equal(bytes.subspan(at, tag.size()), tag);
}

// Sinc, within a Hann window of `width` to either side.
double weight(double distance, double width) {
  if (std::abs(distance) >= width) return 0;
  const double x = std::numbers::pi * distance;
  const double sinc = distance == 0 ? 1 : std::sin(x) / x;
  return sinc * (0.5 + (0.5 * std::cos(x / width)));
}

}  // namespace

std::optional<Samples> read_wave(std::span<const std::uint8_t> bytes) {
  if (!has_tag(bytes, 0, "RIFF") || !has_tag(bytes, 8, "WAVE")) return std::nullopt;
  int rate = 0;
  for (std::size_t at = 12; bytes.size() >= at + 8;) {
    const std::size_t size = std::min<std::size_t>(number_at(bytes, at + 4, 4), bytes.size() - at - 8);
    if (has_tag(bytes, at, "fmt ") && size >= 16) {
      const bool plain =
          number_at(bytes, at + 8, 2) == 1 && number_at(bytes, at + 10, 2) == 1 && number_at(bytes, at + 22, 2) == 16;
      const std::uint32_t found = number_at(bytes, at + 12, 4);
      if (!plain || found < kSampleRate || found > kHighestRate) return std::nullopt;
      rate = static_cast<int>(found);
    } else if (has_tag(bytes, at, "data")) {
      if (rate == 0 || size < 2) return std::nullopt;
      Samples samples(size / 2);
      for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<std::int16_t>(number_at(bytes, at + 8 + (2 * i), 2));
      return for_telephone(samples, rate);
    }
    at += 8 + size + (size % 2);
  }
  return std::nullopt;
}

Samples for_telephone(std::span<const std::int16_t> samples, int rate) {
  if (rate == kSampleRate) return {samples.begin(), samples.end()};
  constexpr double kPeriods = 8;  // of the highest tone that is left
  const double ratio = double{1} * rate / kSampleRate;
  const auto reach = static_cast<std::ptrdiff_t>(std::ceil(kPeriods * ratio));
  const auto count = static_cast<std::ptrdiff_t>(samples.size());
  Samples out(static_cast<std::size_t>(static_cast<double>(count) / ratio));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double middle = static_cast<double>(i) * ratio;
    const auto nearest = static_cast<std::ptrdiff_t>(middle);
    double sum = 0;
    double weights = 0;
    for (std::ptrdiff_t at = nearest - reach; at <= nearest + reach; ++at) {
      const double share = weight((static_cast<double>(at) - middle) / ratio, kPeriods);
      weights += share;
      if (at >= 0 && at < count) sum += share * samples[static_cast<std::size_t>(at)];
    }
    out[i] = static_cast<std::int16_t>(std::clamp(std::lround(sum / weights), -32768L, 32767L));
  }
  return out;
}

std::uint8_t coded(std::int16_t sample, Law law) {
  const bool negative = sample < 0;
  int segment = 0;
  if (law == Law::mu) {  // G.711 table 2: 14 bits, biased by 33
    const int value = std::min(negative ? -(sample >> 2) : sample >> 2, 8158) + 33;
    while (value >= 0x40 << segment) ++segment;
    const int code = (negative ? 0x80 : 0) | (segment << 4) | ((value >> (segment + 1)) & 0xF);
    return static_cast<std::uint8_t>(~code);
  }
  const int value = negative ? ~(sample >> 3) : sample >> 3;  // table 1: 13 bits, every other bit of the code inverted
  while (value >= 0x20 << segment) ++segment;
  const int code = (segment << 4) | ((value >> std::max(segment, 1)) & 0xF);
  return static_cast<std::uint8_t>(code ^ (negative ? 0x55 : 0xD5));
}

}  // namespace mfa::sip
