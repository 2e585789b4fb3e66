// Sends what is to be imported to the engine, as many rows at a time as a request holds, and keeps account of what came
// of them. Whatever is wrong with a row is told at once, on standard error, and the rest goes on.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/accounts.h"
#include "cli/console.h"
#include "cli/import/entry.h"
#include "cli/import/wiped_text.h"
#include "cli/outcome.h"
#include "cli/progress.h"

namespace mfa::cli {

struct ImportTally {
  std::string whose;  // of one file alone: for whom it was taken
  std::uint64_t rows = 0;
  std::uint64_t added = 0;
  std::uint64_t there = 0;  // they have that factor already
  std::uint64_t left = 0;   // left alone, since it may be somebody else's
  std::uint64_t refused = 0;
  std::uint64_t without_file = 0;  // no row
  std::map<NotCarried, std::uint64_t> not_carried;
};

class Importer {
 public:
  // `source`: as the engine names it. `tries`: nothing is to be changed.
  Importer(const Console& console, std::string source, bool tries, Progress& progress)
      : console_(console), source_(std::move(source)), tries_(tries), progress_(progress) {}

  // `place`: where the row stands, for people: "line 17 (alice)". The failure is one of the engine: nothing goes on.
  [[nodiscard]] Outcome<void> add(const std::string& place, const Entry& entry, const ListedAccount& person);
  void refuse(const std::string& place, std::string_view why);
  // What its person or whoever imports it ought to know.
  void note(const std::string& place, std::string_view what) { progress_.tell(place, "note", what); }
  // What still waits to be sent.
  [[nodiscard]] Outcome<void> finish() { return send(); }
  // How much of the total is behind us, for the bar; `count` for people.
  void reached(std::uint64_t done, std::uint64_t count) { progress_.reached(done, count); }

  [[nodiscard]] ImportTally& tally() { return tally_; }

 private:
  [[nodiscard]] Outcome<void> send();
  void take(const std::string& place, const Json& row);

  const Console& console_;
  std::string source_;
  bool tries_;
  Progress& progress_;
  ImportTally tally_;
  WipedText rows_{kMostOfRows};
  std::vector<std::string> places_;  // of the rows that wait
};

}  // namespace mfa::cli
