// How far a long run is: a bar on a terminal, written over as it goes on and gone at the end; elsewhere a line from
// time to time. A short run shows nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/terminal.h"

namespace mfa::cli {

class Progress {
 public:
  // `total`: of whatever done() counts; 0: not known. `unit`: what is counted for people, "users".
  Progress(const Terminal& terminal, std::uint64_t total, std::string_view unit)
      : terminal_(terminal), total_(total), unit_(unit) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  // `done` of the total; `count` of the unit.
  void reached(std::uint64_t done, std::uint64_t count);
  // A line that stays, above the bar. `line` is printable, without its line feed.
  void say(std::string_view line);

 private:
  void clear();
  [[nodiscard]] std::string bar(unsigned columns) const;

  const Terminal& terminal_;
  std::uint64_t total_;
  std::string_view unit_;
  std::uint64_t done_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t told_ = 0;  // the count that was shown last
  std::size_t width_ = 0;   // of the bar that stands there
};

// "100,000".
[[nodiscard]] std::string grouped(std::uint64_t number);

}  // namespace mfa::cli
