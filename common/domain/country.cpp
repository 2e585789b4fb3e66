#include "common/domain/country.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace mfa {
namespace {

// Sorted, and each three characters from the next.
constexpr std::string_view kCodes =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ "
    "BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR "
    "CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR "
    "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU "
    "ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ "
    "LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
    "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF "
    "PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI "
    "SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR "
    "TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

struct Meant {
  std::string_view written, code;
};
// Reserved in ISO 3166 for the sake of these, and what people write.
constexpr std::array kMeant{Meant{"UK", "GB"}, Meant{"EL", "GR"}};

struct Block {
  std::array<std::uint8_t, 2> begin;  // all of these networks are told by their first two bytes
  int prefix;
};
constexpr std::array kPrivateV4{
    Block{{10, 0}, 8},    Block{{172, 16}, 12}, Block{{192, 168}, 16},
    Block{{100, 64}, 10}, Block{{127, 0}, 8},   Block{{169, 254}, 16},
};
constexpr std::array kPrivateV6{Block{{0xFC, 0x00}, 7}, Block{{0xFE, 0x80}, 10}};

bool in(const Block& block, const Address& address) {
  const auto bits = [](std::uint8_t high, std::uint8_t low) { return (unsigned{high} << 8U) | low; };
  const unsigned differs = bits(address.bytes[0], address.bytes[1]) ^ bits(block.begin[0], block.begin[1]);
  return (differs >> static_cast<unsigned>(16 - block.prefix)) == 0;
}

}  // namespace

bool is_country(std::string_view code) {
  if (code.size() != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z') return false;
  return kCodes.find(code) != std::string_view::npos;
}

std::string_view country_meant(std::string_view text) {
  if (text.size() != 2) return {};
  std::string capitals(text);
  for (char& c : capitals) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const auto* meant = std::ranges::find(kMeant, std::string_view(capitals), &Meant::written);
  if (meant != kMeant.end()) return meant->code;
  return is_country(capitals) ? kCodes.substr(kCodes.find(capitals), 2) : std::string_view{};
}

bool is_private(const Address& address) {
  if (!address.v6) return std::ranges::any_of(kPrivateV4, [&](const Block& block) { return in(block, address); });
  Address loopback{.v6 = true, .bytes = {}};
  loopback.bytes.back() = 1;
  return address == loopback || std::ranges::any_of(kPrivateV6, [&](const Block& b) { return in(b, address); });
}

}  // namespace mfa
