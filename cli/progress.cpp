#include "cli/progress.h"

#include <fmt/core.h>

#include <algorithm>

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
  if ((total_ != 0 && total_ < kLongRun) || count_ < told_ + (terminal_.interactive() ? kStep : kLineStep)) return;
  told_ = count_;
  const auto size = terminal_.size();
  const std::string text = bar(terminal_.interactive() && size && size->columns > 0 ? size->columns : kUsualColumns);
  // That a line of progress cannot be written stops nothing.
  if (terminal_.interactive()) {
    static_cast<void>(terminal_.write("\r" + text + std::string(width_ - std::min(width_, text.size()), ' ')));
    width_ = text.size();
  } else {
    static_cast<void>(terminal_.write(fmt::format("mfa-enroll: {}\n", text.substr(text.find_first_not_of(' ')))));
  }
}

void Progress::say(std::string_view line) {
  clear();
  static_cast<void>(terminal_.write(fmt::format("{}\n", line)));
}

void Progress::clear() {
  if (width_ == 0) return;
  static_cast<void>(terminal_.write("\r" + std::string(width_, ' ') + "\r"));
  width_ = 0;
  told_ = 0;  // drawn again with the next step
}

std::string Progress::bar(unsigned columns) const {
  if (total_ == 0) return fmt::format("  {} {}", grouped(count_), unit_);
  const std::string words = fmt::format("{:3} %  {} {}", done_ * 100 / total_, grouped(count_), unit_);
  if (!terminal_.interactive() || columns < words.size() + 12) return "  " + words;
  const auto width = std::min<std::uint64_t>(kWidestBar, columns - words.size() - 8);
  const auto full = static_cast<std::size_t>(done_ * width / total_);
  return fmt::format("  [{}{}] {}", std::string(full, '#'), std::string(width - full, '.'), words);
}

}  // namespace mfa::cli
