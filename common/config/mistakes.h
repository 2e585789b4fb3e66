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

class Mistakes {
 public:
  Mistakes(std::string file, std::vector<ConfigurationError>& errors) : file_(std::move(file)), errors_(&errors) {}

  void add(Place place, std::string text) {
    errors_->push_back({.file = file_, .line = place.line, .column = place.column, .text = std::move(text)});
  }
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::vector<ConfigurationError>* errors_;
};

// `text` in quotes as a message may show it: control characters and what is not UTF-8 become '?', the end of what is
// long becomes "…".
[[nodiscard]] std::string quoted(std::string_view text);

// The candidate that `word` is most likely a misspelling of: letters in another case, or at most two letters wrong,
// missing, added or swapped. Empty if none is near.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// ` (did you mean "nearest"?)`, or nothing.
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace mfa
