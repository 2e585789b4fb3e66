// The trail held against the lines of syslog: what stands there and not in the store, or there alone.
//
// Only within what the log covers: what came before its first line of this trail, or after its last one, it says
// nothing about. A line that does not fit counts if the engine wrote it, which its proof tells; so neither lines that
// somebody wrote with logger(1) nor those of other hosts are taken for damage. What fits proves as much as the log
// does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/json.h"
#include "cli/outcome.h"
#include "cli/style.h"
#include "cli/trail_log.h"

namespace mfa::cli {

// Values of the chain that follow each other, from row `first` on; what the engine says.
struct Heads {
  std::int64_t first = 0;  // 0: there is no row behind the one that was asked for
  std::string digits;      // 64 for each
};

// What the engine is asked on the way.
struct TrailSource {
  std::function<Outcome<Heads>(std::int64_t after)> heads;
  std::function<Outcome<std::vector<bool>>(const std::vector<LogEntry>&)> genuine;  // as many as were given
};

class LogCheck {
 public:
  // `last`: the number of the store's last row; behind it the engine is asked only about lines that it wrote.
  LogCheck(TrailSource source, std::string host, std::int64_t last)
      : source_(std::move(source)), host_(std::move(host)), end_(last + 1) {}

  // The next line; after a failure nothing more is taken.
  void take(const LogEntry& entry, std::size_t file, std::int64_t line);
  // After the last one. `files`: their names. {"lines","first","last","missing":[…],…}, see mfa-enroll(1).
  [[nodiscard]] Outcome<Json> report(const std::vector<std::string>& files);

 private:
  struct Place {
    std::int64_t seq = 0;
    std::size_t file = 0;
    std::int64_t line = 0;
  };
  struct Seen {
    std::int64_t seq = 0;
    std::uint32_t pid = 0;
  };

  // Nothing: there is no such row. `fresh`: the engine is asked anew.
  [[nodiscard]] Outcome<std::optional<std::string_view>> head_of(std::int64_t seq, bool fresh);
  [[nodiscard]] Outcome<bool> fits(const LogEntry& entry, bool fresh);
  [[nodiscard]] Outcome<void> take_line(const LogEntry& entry, const Place& place);
  [[nodiscard]] Outcome<void> judge_strangers();
  [[nodiscard]] Json runs(std::vector<Place> places, const std::vector<std::string>& files) const;
  [[nodiscard]] Json without_lines();

  TrailSource source_;
  std::string host_;
  std::optional<Failure> failure_;
  std::map<std::int64_t, Heads> heads_;  // by first row
  std::int64_t end_;                     // as far as is known there is no row from this one on
  std::vector<Seen> seen_;               // lines that fit
  std::vector<std::pair<LogEntry, Place>> strangers_;
  std::vector<Place> missing_, different_;
  std::int64_t forged_ = 0, cut_ = 0, others_ = 0, dropped_ = 0;
  std::optional<Place> first_forged_;
};

// For people: a line for each finding of such a report.
[[nodiscard]] std::string log_text(const Json& report, const Style& style);
// Nothing in it speaks against the store, and something for it.
[[nodiscard]] bool agrees(const Json& report);

}  // namespace mfa::cli
