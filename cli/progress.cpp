#include "cli/progress.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/json.h"
#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

constexpr std::uint64_t kLongRun = 500;      // of the total, from which on progress is shown
constexpr std::uint64_t kStep = 100;         // between two bars
constexpr std::uint64_t kLineStep = 10'000;  // between two lines
constexpr unsigned kUsualColumns = 80;
constexpr unsigned kWidestBar = 40;

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

void Progress::reached(std::uint64_t done, std::uint64_t count) {
  done_ = total_ == 0 ? done : std::min(done, total_);
  count_ = count;
  const bool screen = terminal_.is_screen();
  if ((total_ != 0 && total_ < kLongRun) || count_ < told_ + (screen ? kStep : kLineStep)) return;
  told_ = count_;
  // That a line of progress cannot be written stops nothing.
  if (screen) {
    const auto size = terminal_.size();
    const std::string text = bar(size && size->columns > 0 ? size->columns : kUsualColumns);
    static_cast<void>(terminal_.write("\r" + text + std::string(width_ - std::min(width_, text.size()), ' ')));
    width_ = text.size();
  } else if (json_) {
    Json line{{"count", count_}};
    if (total_ != 0) line["percent"] = percent();
    static_cast<void>(terminal_.report(json_line(line) + "\n"));
  } else {
    const std::string text = words();
    static_cast<void>(
        terminal_.report(fmt::format("mfa-enroll: {}\n", std::string_view(text).substr(text.find_first_not_of(' ')))));
  }
}

void Progress::tell(std::string_view row, const char* key, std::string_view what) {
  clear();
  // What cannot be written there stands in the summary's count.
  static_cast<void>(terminal_.report(json_ ? json_line({{"row", row}, {key, what}}) + "\n"
                                           : fmt::format("mfa-enroll: {}: {}\n", printable_line(std::string(row)),
                                                         printable_line(std::string(what)))));
}

void Progress::clear() {
  if (width_ == 0) return;
  static_cast<void>(terminal_.write("\r" + std::string(width_, ' ') + "\r"));
  width_ = 0;
  told_ = 0;  // drawn again with the next step
}

std::string Progress::words() const {
  if (total_ == 0) return fmt::format("{} {}", grouped(count_), unit_);
  return fmt::format("{:3} %  {} {}", percent(), grouped(count_), unit_);
}

std::string Progress::bar(unsigned columns) const {
  const std::string text = words();
  if (total_ == 0 || columns < text.size() + 12) return "  " + text;
  const auto width = std::min<std::uint64_t>(kWidestBar, columns - text.size() - 8);
  const auto full = static_cast<std::size_t>(done_ * width / total_);
  return fmt::format("  [{}{}] {}", std::string(full, '#'), std::string(width - full, '.'), text);
}

}  // namespace mfa::cli
