#include "cli/import/line_reader.h"

#include <algorithm>
#include <chrono>

namespace mfa::cli {

// False: there is no more.
std::expected<bool, NoInput> LineReader::fill() {
  if (at_end_) return false;
  buffer_.drop_front(used_);
  used_ = 0;
  const auto got = read_some(fd_, buffer_.end(), buffer_.room(), std::chrono::steady_clock::now() + kInputLimit);
  if (!got) return std::unexpected(got.error());
  buffer_.grow(*got);
  bytes_ += *got;
  at_end_ = *got == 0;
  return !at_end_;
}

std::expected<std::optional<LineReader::Line>, NoInput> LineReader::next() {
  bool whole = true;
  for (;;) {
    const std::string_view rest = buffer_.text().substr(used_);
    const std::size_t end = rest.find('\n');
    if (end != std::string_view::npos || (at_end_ && (!rest.empty() || !whole))) {
      const std::string_view line = rest.substr(0, end);
      used_ += std::min(line.size() + 1, rest.size());
      whole = whole && line.size() <= kLongestImportLine;
      return Line{.text = whole ? line : std::string_view(), .number = ++number_, .whole = whole};
    }
    if (at_end_) return std::nullopt;
    if (rest.size() > kLongestImportLine) {
      whole = false;
      used_ = buffer_.text().size();
    }
    if (const auto more = fill(); !more) return std::unexpected(more.error());
  }
}

}  // namespace mfa::cli
