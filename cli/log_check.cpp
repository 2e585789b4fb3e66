#include "cli/log_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "cli/audit_text.h"
#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kHeadDigits = 64;
constexpr std::int64_t kPage = 4'000;         // rows: what the engine gives at once
constexpr std::size_t kMostPages = 64;        // kept: 16 MB
constexpr std::size_t kStrangersAtOnce = 30;  // as many as fit into a request
constexpr std::size_t kMostRuns = 100;        // that are told of a kind

}  // namespace

Outcome<std::optional<std::string_view>> LogCheck::head_of(std::int64_t seq, bool fresh) {
  using Head = std::optional<std::string_view>;
  const auto known = [&]() -> Head {
    auto run = heads_.upper_bound(seq);
    if (run == heads_.begin()) return std::nullopt;
    const Heads& heads = (--run)->second;
    const auto index = static_cast<std::size_t>(seq - heads.first);
    if (index >= heads.digits.size() / kHeadDigits) return std::nullopt;
    return std::string_view(heads.digits).substr(index * kHeadDigits, kHeadDigits);
  };
  if (seq >= end_ && !fresh) return Head();
  if (const Head head = known()) return head;
  if (heads_.size() >= kMostPages) heads_.clear();
  // Whole pages, but behind a row that is missing from where the next ones begin.
  for (std::int64_t after = (seq - 1) / kPage * kPage;;) {
    auto heads = source_.heads(after);
    if (!heads) return std::unexpected(heads.error());
    if (heads->first == 0) return Head();
    const auto behind = heads->first + static_cast<std::int64_t>(heads->digits.size() / kHeadDigits);
    end_ = std::max(end_, behind);
    const std::int64_t first = heads->first;
    heads_.insert_or_assign(first, *std::move(heads));
    if (const Head head = known()) return head;
    if (first > seq || behind <= after) return Head();
    after = behind - 1;
  }
}

Outcome<bool> LogCheck::fits(const LogEntry& entry, bool fresh) {
  const auto head = head_of(entry.seq, fresh);
  if (!head) return std::unexpected(head.error());
  return *head && **head == entry.head;
}

void LogCheck::take(const LogEntry& entry, std::size_t file, std::int64_t line) {
  if (failure_) return;
  if (const auto taken = take_line(entry, {.seq = entry.seq, .file = file, .line = line}); !taken)
    failure_ = taken.error();
}

Outcome<void> LogCheck::take_line(const LogEntry& entry, const Place& place) {
  const bool ours = entry.host == host_;
  if (entry.kind == LogEntry::Kind::event) {
    const auto fit = fits(entry, false);
    if (!fit) return std::unexpected(fit.error());
    if (*fit) {  // whatever the host was called then
      seen_.push_back({.seq = entry.seq, .pid = entry.pid});
      return {};
    }
  }
  if (!ours) {
    ++others_;
    return {};
  }
  if (entry.kind == LogEntry::Kind::cut) ++cut_;
  if (entry.kind == LogEntry::Kind::dropped) dropped_ += std::min<std::int64_t>(entry.dropped, INT32_MAX);
  if (entry.kind != LogEntry::Kind::event) return {};
  strangers_.emplace_back(entry, place);
  return strangers_.size() < kStrangersAtOnce ? Outcome<void>() : judge_strangers();
}

// Of those that the engine wrote it is asked once more whether they fit: rows may have come since it was asked.
Outcome<void> LogCheck::judge_strangers() {
  const auto strangers = std::exchange(strangers_, {});
  std::vector<LogEntry> entries;
  entries.reserve(strangers.size());
  for (const auto& [entry, place] : strangers) entries.push_back(entry);
  const auto genuine = entries.empty() ? Outcome<std::vector<bool>>() : source_.genuine(entries);
  if (!genuine) return std::unexpected(genuine.error());
  for (std::size_t i = 0; i < strangers.size(); ++i) {
    const auto& [entry, place] = strangers[i];
    if (i >= genuine->size() || !(*genuine)[i]) {
      ++forged_;
      if (!first_forged_) first_forged_ = place;
      continue;
    }
    const bool fresh = entry.seq >= end_;
    const auto fit = fits(entry, fresh);
    if (!fit) return std::unexpected(fit.error());
    const auto head = head_of(entry.seq, false);
    if (!head) return std::unexpected(head.error());
    if (*fit)
      seen_.push_back({.seq = entry.seq, .pid = entry.pid});
    else
      (*head ? different_ : missing_).push_back(place);
  }
  return {};
}

// [{"seq","to","file","line"}]: where the first line of each run of rows stands.
Json LogCheck::runs(std::vector<Place> places, const std::vector<std::string>& files) const {
  std::ranges::sort(places, {}, [](const Place& place) { return std::tie(place.seq, place.file, place.line); });
  Json list = Json::array();
  std::int64_t last = 0;
  for (const Place& place : places) {
    if (!list.empty() && place.seq <= last + 1) {
      if (place.seq == last + 1) list.back()["to"] = place.seq;
    } else if (list.size() < kMostRuns) {
      list.push_back({{"seq", place.seq}, {"file", files.at(place.file)}, {"line", place.line}});
    }
    last = place.seq;
  }
  return list;
}

// [{"seq","to","explained"}]: rows between lines that fit. Where the engine ended, its last lines may be lost.
Json LogCheck::without_lines() {
  std::ranges::sort(seen_, {}, [](const Seen& seen) { return std::tie(seen.seq, seen.pid); });
  Json list = Json::array();
  for (std::size_t i = 1; i < seen_.size() && list.size() < kMostRuns; ++i) {
    const Seen& before = seen_[i - 1];
    const Seen& after = seen_[i];
    const std::int64_t lacking = after.seq - before.seq - 1;
    if (lacking <= 0) continue;
    Json run{{"seq", before.seq + 1}};
    if (lacking > 1) run["to"] = after.seq - 1;
    const bool ended = before.pid != after.pid;
    run["explained"] = ended || lacking <= dropped_;
    if (!ended && lacking <= dropped_) dropped_ -= lacking;
    list.push_back(std::move(run));
  }
  return list;
}

Outcome<Json> LogCheck::report(const std::vector<std::string>& files) {
  if (!failure_) {
    if (const auto judged = judge_strangers(); !judged) failure_ = judged.error();
  }
  if (failure_) return std::unexpected(*failure_);
  Json report{{"lines", seen_.size()}};
  Json unlogged = without_lines();
  if (!seen_.empty()) report.update({{"first", seen_.front().seq}, {"last", seen_.back().seq}});
  report["missing"] = runs(missing_, files);
  report["different"] = runs(different_, files);
  // Where the store has lines of its own among the others, it went on from an older state.
  if (!different_.empty()) {
    const auto first = std::ranges::min(different_, {}, &Place::seq).seq;
    report["put_back"] = std::ranges::any_of(seen_, [first](const Seen& seen) { return seen.seq >= first; });
  }
  report["without_line"] = std::move(unlogged);
  const std::pair<const char*, std::int64_t> counts[] = {{"forged", forged_}, {"cut", cut_}, {"other_hosts", others_}};
  for (const auto& [key, count] : counts)
    if (count > 0) report[key] = count;
  if (first_forged_) report["forged_at"] = {{"file", files.at(first_forged_->file)}, {"line", first_forged_->line}};
  return report;
}

namespace {

std::string run_in_words(const Json& run) {
  const std::int64_t first = number_of(run, "seq").value_or(0);
  return events_in_words(first, number_of(run, "to").value_or(first));
}

std::string place_in_words(const Json& place) {
  return fmt::format("{}, line {}", printable_line(text_of(place, "file")), number_of(place, "line").value_or(0));
}

}  // namespace

bool agrees(const Json& report) {
  const auto explained = [](const Json& run) { return flag_of(run, "explained"); };
  return number_of(report, "lines").value_or(0) > 0 && objects_of(report, "missing").empty() &&
         objects_of(report, "different").empty() && std::ranges::all_of(objects_of(report, "without_line"), explained);
}

std::string log_text(const Json& report, const Style& style) {
  std::string text;
  const auto tell = [&](Paint paint, const char* sign, const char* word, const std::string& what) {
    text += fmt::format("  {} log: {}\n", painted(style, paint, style.utf8 ? sign : word), what);
  };
  const auto fault = [&](const std::string& what) { tell(Paint::bad, "✗", "FAULT", what); };
  const std::int64_t lines = number_of(report, "lines").value_or(0);
  if (lines == 0)
    fault("no line there fits this store: nothing is proven");
  else
    tell(Paint::good, "✓", "ok",
         fmt::format("{} line{} there agree{} with the store, from event {} to {}; of others it says nothing", lines,
                     lines == 1 ? "" : "s", lines == 1 ? "s" : "", number_of(report, "first").value_or(0),
                     number_of(report, "last").value_or(0)));
  for (const Json& run : objects_of(report, "missing"))
    fault(
        fmt::format("{} stand{} there ({}) and not in the store: the newest events were cut off, or an older store was "
                    "put back",
                    run_in_words(run), run.contains("to") ? "" : "s", place_in_words(run)));
  for (const Json& run : objects_of(report, "different"))
    fault(fmt::format("{} {} there ({}) something else than in the store: {}", run_in_words(run),
                      run.contains("to") ? "are" : "is", place_in_words(run),
                      flag_of(report, "put_back") ? "an older store was put back and went on from there"
                                                  : "written anew by somebody who has the key"));
  for (const Json& run : objects_of(report, "without_line")) {
    const bool one = !run.contains("to");
    if (flag_of(run, "explained"))
      tell(Paint::warning, "·", "note",
           fmt::format("{} {} no line there; the service ended just then, or says that it lost lines",
                       run_in_words(run), one ? "has" : "have"));
    else
      fault(
          fmt::format("{} {} no line there, while those before and after have: lines were lost or taken out, or "
                      "somebody who has the key wrote the event{}",
                      run_in_words(run), one ? "has" : "have", one ? "" : "s"));
  }
  const auto note = [&](const char* key, const char* what) {
    if (const auto count = number_of(report, key).value_or(0); count > 0)
      tell(Paint::warning, "·", "note", fmt::format("{} line{} {}", count, count == 1 ? "" : "s", what));
  };
  if (const auto at = report.find("forged_at"); at != report.end()) {
    note("forged", "there look like the service's, and it did not write them (anybody can, with logger)");
    text += fmt::format("      the first: {}\n", place_in_words(*at));
  }
  note("cut", "there cut short, which say nothing");
  note("other_hosts", "there of other hosts");
  return text;
}

}  // namespace mfa::cli
