#include "common/config/places.h"

#include <charconv>
#include <cstddef>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/config/mistakes.h"
#include "common/domain/country.h"

namespace mfa {
namespace {

bool fits(const Network& network) {
  const std::size_t size = network.address.v6 ? 16 : 4;
  for (std::size_t bit = static_cast<std::size_t>(network.prefix); bit < size * 8; ++bit) {
    if ((network.address.bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) return false;
  }
  return true;
}

}  // namespace

std::expected<Network, std::string> parse_network(std::string_view text, std::span<const std::string_view> words) {
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const std::optional<Address> address = host.contains('%') ? std::nullopt : parse_address(host);
  if (!address) {
    const std::string others =
        words.empty() ? " or an address" : fmt::format(", an address, \"{}\"", fmt::join(words, "\" or \""));
    return std::unexpected(fmt::format("must be a network such as \"192.0.2.0/24\"{}, not {}{}", others,
                                       in_quotes(text), suggestion(text, words)));
  }
  // ::ffff:192.0.2.0/120 is 192.0.2.0/24: the bits are counted as written.
  const int before = !address->v6 && host.contains(':') ? 96 : 0;
  const int most = address->v6 ? 128 : 32;
  Network network{.address = *address, .prefix = most};
  if (slash != std::string_view::npos) {
    const std::string_view bits = text.substr(slash + 1);
    int prefix = -1;
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
    if (error != std::errc() || end != bits.data() + bits.size() || prefix < before || prefix > before + most) {
      return std::unexpected(
          fmt::format("must have from {} to {} bits after the slash, not {}", before, before + most, in_quotes(bits)));
    }
    network.prefix = prefix - before;
  }
  if (!fits(network)) {
    return std::unexpected(
        fmt::format("must be a network whose host part is zero, not {}; for one address leave the "
                    "bits out",
                    in_quotes(text)));
  }
  return network;
}

std::string check_country(const std::string& text) {
  if (is_country(text)) return {};
  const std::string_view meant = country_meant(text);
  return fmt::format("must be a country's code of two capitals such as \"NZ\" (ISO 3166-1), not {}{}", in_quotes(text),
                     meant.empty() ? std::string() : fmt::format(" (did you mean \"{}\"?)", meant));
}

}  // namespace mfa
