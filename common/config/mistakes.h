// Collects what is wrong with one text, and words it: where, what was found, what would be right.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/config/configuration.h"
#include "common/config/document.h"

namespace mfa {

// `text` with a '?' for every control character and every byte that is not UTF-8.
[[nodiscard]] std::string printable(std::string_view text);

// `text` in quotes as a message may show it: printable, and "…" for the end of what is long.
[[nodiscard]] std::string in_quotes(std::string_view text);

class Mistakes {
 public:
  Mistakes(std::string file, std::vector<ConfigurationError>& errors) : file_(std::move(file)), errors_(&errors) {}

  void add(Place place, std::string_view text) {
    errors_->push_back({.file = file_, .line = place.line, .column = place.column, .text = printable(text)});
  }
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::vector<ConfigurationError>* errors_;
};

// The candidate that `word` is most likely a misspelling of: letters in another case, or at most two letters wrong,
// missing, added or swapped. Empty if none is near.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// ` (did you mean "nearest"?)`, or nothing.
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace mfa
