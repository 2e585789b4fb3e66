#include "common/config/mistakes.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "common/domain/utf8.h"

namespace mfa {
namespace {

constexpr std::size_t kShown = 60;            // bytes of a value in a message
constexpr std::size_t kLongestMisspelt = 32;  // bytes; no key is nearly as long

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// How many single letters must change, go, come, or swap with their neighbour to make `a` into `b` (optimal string
// alignment), letters of either case being equal.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::string_view before = text;
    if (!take_code_point(text)) {
      shown += '?';
      text.remove_prefix(1);
      continue;
    }
    const std::string_view point = before.substr(0, before.size() - text.size());
    shown += has_control_characters(point) ? "?" : point;
  }
  return shown;
}

std::string in_quotes(std::string_view text) {
  std::size_t end = std::min(text.size(), kShown);
  // Not in the middle of a character: its further bytes are 10xxxxxx.
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return fmt::format("\"{}{}\"", printable(text.substr(0, end)), end < text.size() ? "…" : "");
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view near = nearest(word, candidates);
  return near.empty() ? std::string() : fmt::format(" (did you mean \"{}\"?)", near);
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  if (word.size() > kLongestMisspelt) return best;
  std::size_t least = 3;
  for (const std::string_view candidate : candidates) {
    const std::size_t apart = distance(word, candidate);
    // Of a short word two wrong letters leave too little to go by.
    if (apart < least && apart * 2 < candidate.size()) {
      least = apart;
      best = candidate;
    }
  }
  return best;
}

}  // namespace mfa
