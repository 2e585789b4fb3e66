// How far a long run is: a bar on a terminal, written over as it goes on and gone at the end; elsewhere a line from
// time to time. A short run shows nothing. And what is wrong with one row of it, on standard error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/console.h"

namespace mfa::cli {

class Progress {
 public:
  // `total`: of what reached() calls done; 0: not known. `unit`: what is counted for people, "users".
  Progress(const Console& console, std::uint64_t total, std::string_view unit)
      : terminal_(console.terminal), json_(console.json), total_(total), unit_(unit) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  // `done` of the total; `count` of the unit.
  void reached(std::uint64_t done, std::uint64_t count);
  void clear();  // before something else is written where the bar is
  void expect(std::uint64_t total) { total_ = total; }
  // About one row, on standard error: "mfa-enroll: line 7 (alice): …", or with --json {"row":"line 7 (alice)",KEY:"…"}.
  void tell(std::string_view row, const char* key, std::string_view what);

 private:
  [[nodiscard]] std::uint64_t percent() const { return done_ * 100 / total_; }
  [[nodiscard]] std::string words() const;
  [[nodiscard]] std::string bar(unsigned columns) const;

  const Terminal& terminal_;
  bool json_;
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
