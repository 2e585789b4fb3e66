#include "cli/suggest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace mfa::cli {

namespace {

constexpr std::size_t kLongestTyped = 64;  // bytes; longer words are nobody's slip of the finger

// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest_word(std::string_view typed, std::span<const std::string_view> known) {
  if (typed.empty() || typed.size() > kLongestTyped) return "";
  std::string_view best;
  std::size_t least = kLongestTyped;
  for (const std::string_view word : known) {
    const std::size_t needed = distance(typed, word);
    const std::size_t allowed = std::min<std::size_t>(3, (std::max(typed.size(), word.size()) + 2) / 3);
    if (needed <= allowed && needed < least) {
      least = needed;
      best = word;
    }
  }
  return std::string(best);
}

}  // namespace mfa::cli
