#include "cli/log_check.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

namespace mfa::cli {

namespace {

constexpr std::size_t kHeadDigits = 64;
constexpr std::size_t kMostPages = 64;  // kept: 16 MB
constexpr std::size_t kMostRuns = 100;  // that are told of a kind

std::size_t bytes_of(const LogEntry& entry) { return entry.text.size() + entry.proof.size() + 2; }

}  // namespace

LogCheck::Source LogCheck::source_of(const LogEntry& entry) {
  const auto host = hosts_.try_emplace(entry.host, static_cast<std::uint32_t>(hosts_.size())).first;
  return {.host = host->second, .pid = entry.pid};
}

Outcome<void> LogCheck::ask_for_page(std::int64_t page) {
  auto heads = source_.heads(page * kHeadsPage);
  if (!heads) return std::unexpected(heads.error());
  if (pages_.size() >= kMostPages && !pages_.contains(page))
    pages_.erase(std::ranges::min_element(pages_, {}, [](const auto& kept) { return kept.second.asked_at; }));
  const auto rows = static_cast<std::int64_t>(heads->digits.size() / kHeadDigits);
  if (heads->first > 0) last_ = std::max(last_, heads->first + rows - 1);
  pages_.insert_or_assign(page, Page{.heads = *std::move(heads), .asked_at = questions_});
  return {};
}

Outcome<std::string_view> LogCheck::head_of(std::int64_t seq) {
  const std::int64_t number = (seq - 1) / kHeadsPage;
  auto page = pages_.find(number);
  // Behind the last row that is known there may be more by now.
  if (page == pages_.end() || (seq > last_ && page->second.asked_at < questions_)) {
    if (const auto asked = ask_for_page(number); !asked) return std::unexpected(asked.error());
    page = pages_.find(number);
  }
  const Heads& heads = page->second.heads;
  if (heads.first == 0 || seq < heads.first) return std::string_view();
  const auto index = static_cast<std::size_t>(seq - heads.first);
  if (index >= heads.digits.size() / kHeadDigits) return std::string_view();
  const auto digits = std::string_view(heads.digits).substr(index * kHeadDigits, kHeadDigits);
  return digits.starts_with('-') ? std::string_view() : digits;
}

void LogCheck::take(const LogEntry& entry, std::size_t file, std::int64_t line) {
  if (failure_) return;
  const Place place{.file = static_cast<std::uint32_t>(file), .line = line};
  if (entry.kind == LogEntry::Kind::dropped)
    dropped_.push_back({.source = source_of(entry),
                        .place = place,
                        .lines = std::min<std::int64_t>(entry.dropped, std::numeric_limits<std::int32_t>::max())});
  if (entry.kind == LogEntry::Kind::event && entry.proof.empty()) return refuse(entry, place);
  if (entry.kind != LogEntry::Kind::event) {
    if (entry.host != host_)
      ++others_;
    else if (entry.kind == LogEntry::Kind::cut)
      ++cut_;
    return;
  }
  if (waiting_bytes_ + bytes_of(entry) > kMostAsked) {
    if (const auto judged = judge(); !judged) failure_ = judged.error();
  }
  waiting_.emplace_back(entry, place);
  waiting_bytes_ += bytes_of(entry);
}

void LogCheck::refuse(const LogEntry& entry, Place place) {
  if (entry.host != host_) {
    ++others_;
    return;
  }
  ++forged_;
  if (!first_forged_) first_forged_ = place;
}

// First who wrote them, and only then what the store has in these rows: it was there before its line.
Outcome<void> LogCheck::judge() {
  const auto waiting = std::exchange(waiting_, {});
  waiting_bytes_ = 0;
  if (waiting.empty()) return {};
  std::vector<LogEntry> entries;
  entries.reserve(waiting.size());
  for (const auto& [entry, place] : waiting) entries.push_back(entry);
  const auto writers = source_.writers(entries);
  if (!writers) return std::unexpected(writers.error());
  ++questions_;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const auto& [entry, place] = waiting[i];
    const Writer writer = i < writers->size() ? (*writers)[i] : Writer::unknown;
    if (writer == Writer::old_key) {
      by_old_key_.push_back({.seq = entry.seq, .place = place});
    } else if (writer == Writer::unknown) {
      refuse(entry, place);
    } else if (const auto compared = compare(entry, place); !compared) {
      return compared;
    }
  }
  return {};
}

Outcome<void> LogCheck::compare(const LogEntry& entry, Place place) {
  const auto head = head_of(entry.seq);
  if (!head) return std::unexpected(head.error());
  if (*head == entry.head)
    seen_.push_back({.seq = entry.seq, .run = entry.run, .source = source_of(entry), .place = place});
  else
    (head->empty() ? missing_ : different_).push_back({.seq = entry.seq, .place = place});
  return {};
}

// [{"seq","to","file","line"}]: where the first line of each run of rows stands.
void LogCheck::tell_runs(Json& report, const char* key, std::vector<Row> rows,
                         const std::vector<std::string>& files) const {
  std::ranges::sort(rows, {}, [](const Row& row) { return std::tie(row.seq, row.place); });
  Json list = Json::array();
  std::int64_t last = 0;
  for (const Row& row : rows) {
    if (list.empty() || row.seq > last + 1) {
      if (list.size() == kMostRuns) {
        report[std::string("more_") + key] = true;
        break;
      }
      list.push_back({{"seq", row.seq}, {"file", files.at(row.place.file)}, {"line", row.place.line}});
    } else if (row.seq == last + 1) {
      list.back()["to"] = row.seq;
    }
    last = row.seq;
  }
  report[key] = std::move(list);
}

// What the service says between two of its lines that it could not write: each count is good for one gap.
std::int64_t LogCheck::dropped_between(const Seen& before, const Seen& after) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  const bool one_file = before.place.file == after.place.file;
  const std::array<std::pair<Place, Place>, 2> stretches{
      {{before.place, one_file ? after.place : Place{before.place.file, kEnd}},
       {one_file ? after.place : Place{after.place.file, 0}, after.place}}};
  std::int64_t lines = 0;
  for (const auto& [from, to] : stretches)
    for (auto one = std::ranges::lower_bound(dropped_, from, {}, &Dropped::place);
         one != dropped_.end() && one->place < to; ++one)
      if (one->source == before.source) lines += std::exchange(one->lines, 0);
  return lines;
}

// [{"seq","to","explained"}]: rows between lines that fit. Where a process ended, its last lines may be lost.
void LogCheck::tell_gaps(Json& report) {
  std::ranges::sort(seen_, {}, [](const Seen& seen) { return std::tie(seen.seq, seen.place); });
  std::ranges::sort(dropped_, {}, &Dropped::place);
  Json list = Json::array();
  std::array<std::size_t, 2> told{};
  for (std::size_t i = 1; i < seen_.size(); ++i) {
    const Seen& before = seen_[i - 1];
    const Seen& after = seen_[i];
    const std::int64_t lacking = after.seq - before.seq - 1;
    if (lacking <= 0) continue;
    const bool ended = before.run != after.run;
    const bool explained = ended || (before.source == after.source && lacking <= dropped_between(before, after));
    if (told.at(explained ? 1 : 0)++ >= kMostRuns) {
      report["more_without_line"] = true;
      continue;
    }
    Json run{{"seq", before.seq + 1}};
    if (lacking > 1) run["to"] = after.seq - 1;
    run["explained"] = explained;
    list.push_back(std::move(run));
  }
  report["without_line"] = std::move(list);
}

Outcome<Json> LogCheck::report(const std::vector<std::string>& files) {
  if (!failure_) {
    if (const auto judged = judge(); !judged) failure_ = judged.error();
  }
  if (failure_) return std::unexpected(*failure_);
  std::vector<bool> counts(files.size());
  for (const Seen& seen : seen_) counts.at(seen.place.file) = true;
  for (const auto* rows : {&missing_, &different_, &by_old_key_})
    for (const Row& row : *rows) counts.at(row.place.file) = true;

  Json report{{"lines", seen_.size()}};
  Json gaps;
  tell_gaps(gaps);
  if (!seen_.empty()) report.update({{"first", seen_.front().seq}, {"last", seen_.back().seq}});
  tell_runs(report, "missing", missing_, files);
  tell_runs(report, "different", different_, files);
  if (!by_old_key_.empty()) tell_runs(report, "old_key", by_old_key_, files);
  // Where the store has lines of its own among the others, it went on from an older state.
  if (!different_.empty()) {
    const auto first = std::ranges::min(different_, {}, &Row::seq).seq;
    report["put_back"] = std::ranges::any_of(seen_, [first](const Seen& seen) { return seen.seq >= first; });
  }
  report.update(gaps);
  const std::pair<const char*, std::int64_t> numbers[] = {{"forged", forged_}, {"cut", cut_}, {"other_hosts", others_}};
  for (const auto& [key, count] : numbers)
    if (count > 0) report[key] = count;
  if (first_forged_) report["forged_at"] = {{"file", files.at(first_forged_->file)}, {"line", first_forged_->line}};
  for (std::size_t file = 0; file < files.size(); ++file)
    if (!counts[file]) report["without_any"].push_back(files[file]);
  return report;
}

// Of gaps the unexplained ones are listed whatever else is left out.
bool agrees(const Json& report) {
  const auto explained = [](const Json& run) { return flag_of(run, "explained"); };
  return number_of(report, "lines").value_or(0) > 0 && objects_of(report, "missing").empty() &&
         objects_of(report, "different").empty() && std::ranges::all_of(objects_of(report, "without_line"), explained);
}

}  // namespace mfa::cli
