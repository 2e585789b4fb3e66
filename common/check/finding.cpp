#include "common/check/finding.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mfa {

Finding fault(std::string_view name, std::string detail, std::string mend) {
  return {.name = std::string(name), .ok = false, .detail = std::move(detail), .mend = std::move(mend)};
}

Finding good(std::string_view name, std::string detail) {
  return {.name = std::string(name), .ok = true, .detail = std::move(detail), .mend = {}};
}

bool any_fault(const Findings& findings) {
  return std::ranges::any_of(findings, [](const Finding& finding) { return !finding.ok; });
}

void append(Findings& findings, Findings more) { std::ranges::move(more, std::back_inserter(findings)); }

}  // namespace mfa
