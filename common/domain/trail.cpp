#include "common/domain/trail.h"

#include "common/domain/moment.h"

namespace mfa {
namespace {

constexpr std::string_view kBefore = "before ";

}  // namespace

std::string_view name_of(LineOrigin origin) {
  switch (origin) {
    case LineOrigin::engine:
      return "genuine";
    case LineOrigin::old_key:
      return "old_key";
    case LineOrigin::unknown:
      return "forged";
  }
  return "forged";
}

std::string_view name_of(TrailDamage damage) {
  switch (damage) {
    case TrailDamage::altered:
      return "altered";
    case TrailDamage::removed:
      return "removed";
    case TrailDamage::inserted:
      return "inserted";
    case TrailDamage::swapped:
      return "swapped";
    case TrailDamage::broken:
      return "broken";
    case TrailDamage::erased:
      return "erased";
    case TrailDamage::old_key:
      return "old_key";
    case TrailDamage::unknown_key:
      return "unknown_key";
  }
  return "broken";
}

std::string purge_reason(UnixTime before) { return std::string(kBefore) + rfc3339(before); }

std::optional<UnixTime> purged_before(std::string_view reason) {
  if (!reason.starts_with(kBefore)) return std::nullopt;
  return parse_rfc3339(reason.substr(kBefore.size()));
}

}  // namespace mfa
