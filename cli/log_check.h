// The trail held against the lines of syslog: what stands there and not in the store, or there alone.
//
// Only within what the log covers: what came before its first line of this trail, or after its last one, it says
// nothing about. A line counts if the engine wrote it, word by word, which its proof tells, whatever host it is of. So
// what somebody wrote with logger(1), or copied and changed, is no line of the trail. What fits proves as much as the
// log does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/json.h"
#include "cli/outcome.h"
#include "cli/trail_log.h"

namespace mfa::cli {

// Values of the chain in the rows among the next kHeadsPage numbers; what the engine says.
struct Heads {
  std::int64_t first = 0;  // number of the first of them; 0: there is none
  std::string digits;      // 64 for each, as many '-' for a row that is not there
};
inline constexpr std::int64_t kHeadsPage = 4'000;

// Who wrote a line, as far as its proof tells.
enum class Writer : std::uint8_t {
  engine,
  old_key,  // of an event that the store lacks, with a key that was replaced
  unknown,
};

// What the engine is asked on the way.
struct TrailSource {
  std::function<Outcome<Heads>(std::int64_t after)> heads;
  // Of lines with proofs, kMostAsked bytes of text, proof and two more each at most: as many answers.
  std::function<Outcome<std::vector<Writer>>(const std::vector<LogEntry>&)> writers;
};
inline constexpr std::size_t kMostAsked = 15'000;

class LogCheck {
 public:
  // `host`: whose lines are told if the engine did not write them. `last`: the number of the store's last row.
  LogCheck(TrailSource source, std::string host, std::int64_t last)
      : source_(std::move(source)), host_(std::move(host)), last_(last) {}

  // The next line; after a failure nothing more is taken.
  void take(const LogEntry& entry, std::size_t file, std::int64_t line);
  // After the last one. `files`: their names. {"lines","first","last","missing":[…],…}, see mfa-enroll(1).
  [[nodiscard]] Outcome<Json> report(const std::vector<std::string>& files);

 private:
  struct Place {
    std::uint32_t file = 0;
    std::int64_t line = 0;
    auto operator<=>(const Place&) const = default;
  };
  struct Row {
    std::int64_t seq = 0;
    Place place;
  };
  struct Source {
    std::uint32_t host = 0, pid = 0;  // host: index into hosts_
    bool operator==(const Source&) const = default;
  };
  struct Seen {
    std::int64_t seq = 0;
    std::uint32_t run = 0;
    Source source;
    Place place;
  };
  struct Dropped {
    Source source;
    Place place;
    std::int64_t lines = 0;
  };
  struct Page {
    Heads heads;
    std::int64_t asked_at = 0;  // as of questions_
  };

  [[nodiscard]] Outcome<void> judge();
  [[nodiscard]] Outcome<void> compare(const LogEntry& entry, Place place);
  void refuse(const LogEntry& entry, Place place);
  // Empty: there is no such row.
  [[nodiscard]] Outcome<std::string_view> head_of(std::int64_t seq);
  [[nodiscard]] Outcome<void> ask_for_page(std::int64_t page);
  [[nodiscard]] Source source_of(const LogEntry& entry);

  void tell_runs(Json& report, const char* key, std::vector<Row> rows, const std::vector<std::string>& files) const;
  void tell_gaps(Json& report);
  [[nodiscard]] std::int64_t dropped_between(const Seen& before, const Seen& after);

  TrailSource source_;
  std::string host_;
  std::int64_t last_;  // highest number of a row that is known
  std::optional<Failure> failure_;
  std::vector<std::pair<LogEntry, Place>> waiting_;  // to be asked for together
  std::size_t waiting_bytes_ = 0;
  std::int64_t questions_ = 0;          // of these
  std::map<std::int64_t, Page> pages_;  // by number, from 0
  std::map<std::string, std::uint32_t, std::less<>> hosts_;
  std::vector<Seen> seen_;  // lines that fit
  std::vector<Dropped> dropped_;
  std::vector<Row> missing_, different_, by_old_key_;
  std::int64_t forged_ = 0, cut_ = 0, others_ = 0;
  std::optional<Place> first_forged_;
};

// Nothing in such a report speaks against the store, and something for it.
[[nodiscard]] bool agrees(const Json& report);

}  // namespace mfa::cli
