// A file of any length, a line at a time, in bounded memory; what went by is overwritten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "cli/import/wiped_text.h"
#include "cli/input.h"

namespace mfa::cli {

inline constexpr std::size_t kLongestImportLine = 4096;  // bytes

class LineReader {
 public:
  explicit LineReader(int fd) : fd_(fd) {}

  struct Line {
    std::string_view text;  // without its line feed; until the next call
    std::uint64_t number = 0;
    bool whole = true;  // false: it is longer than kLongestImportLine, and passed over
  };
  // Nothing at the end.
  [[nodiscard]] std::expected<std::optional<Line>, NoInput> next();
  // Of the lines that were given out.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_ - (buffer_.text().size() - used_); }

 private:
  [[nodiscard]] std::expected<bool, NoInput> fill();

  int fd_;
  WipedText buffer_{std::size_t{16} * kLongestImportLine};
  std::size_t used_ = 0;  // of the buffer, by lines that were given out
  std::uint64_t number_ = 0;
  std::uint64_t bytes_ = 0;  // read so far
  bool at_end_ = false;
};

}  // namespace mfa::cli
