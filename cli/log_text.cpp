#include "cli/log_text.h"

#include <fmt/core.h>

#include <string_view>

#include "cli/audit_text.h"
#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

class Findings {
 public:
  explicit Findings(const Style& style) : style_(style) {}

  void good(const std::string& what) { tell(Paint::good, "✓", "ok", what); }
  void fault(const std::string& what) { tell(Paint::bad, "✗", "FAULT", what); }
  void note(const std::string& what) { tell(Paint::warning, "·", "note", what); }
  void more(const std::string& what) { text_ += fmt::format("      {}\n", what); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void tell(Paint paint, const char* sign, const char* word, const std::string& what) {
    text_ += fmt::format("  {} log: {}\n", painted(style_, paint, style_.utf8 ? sign : word), what);
  }

  const Style& style_;
  std::string text_;
};

bool is_one(const Json& run) { return !run.contains("to"); }

std::string run_in_words(const Json& run) {
  const std::int64_t first = number_of(run, "seq").value_or(0);
  return events_in_words(first, number_of(run, "to").value_or(first));
}

std::string place_in_words(const Json& place) {
  return fmt::format("{}, line {}", printable_line(text_of(place, "file")), number_of(place, "line").value_or(0));
}

void tell_agreement(const Json& report, Findings& findings) {
  const std::int64_t lines = number_of(report, "lines").value_or(0);
  if (lines == 0) return findings.fault("no line there fits this store: nothing is proven");
  findings.good(fmt::format("{} line{} there agree{} with the store, from event {} to {}; of others it says nothing",
                            lines, lines == 1 ? "" : "s", lines == 1 ? "s" : "", number_of(report, "first").value_or(0),
                            number_of(report, "last").value_or(0)));
}

void tell_store(const Json& report, const Json& verdict, Findings& findings) {
  const bool whole = is_whole(verdict);
  const std::int64_t last = number_of(verdict, "last").value_or(0);
  for (const Json& run : objects_of(report, "missing")) {
    const bool behind = whole && number_of(run, "seq").value_or(0) > last;
    findings.fault(fmt::format("{} stand{} there ({}) and not in the store{}", run_in_words(run),
                               is_one(run) ? "s" : "", place_in_words(run),
                               behind ? ": the newest events were cut off, or an older store was put back" : ""));
  }
  const char* why = "";
  if (whole && flag_of(report, "put_back")) why = ": an older store was put back and went on from there";
  if (whole && !flag_of(report, "put_back"))
    why = ": written anew by somebody who has the key, or an older store was put back";
  for (const Json& run : objects_of(report, "different"))
    findings.fault(fmt::format("{} {} there ({}) something else than in the store{}", run_in_words(run),
                               is_one(run) ? "is" : "are", place_in_words(run), why));
  for (const char* key : {"more_missing", "more_different"})
    if (flag_of(report, key)) findings.fault("and more of that, which is not listed");
}

void tell_gaps(const Json& report, Findings& findings) {
  for (const Json& run : objects_of(report, "without_line")) {
    const char* has = is_one(run) ? "has" : "have";
    if (flag_of(run, "explained"))
      findings.note(fmt::format("{} {} no line there; the service ended just then, or it says that it lost lines",
                                run_in_words(run), has));
    else
      findings.fault(
          fmt::format("{} {} no line there, while those before and after have: lines were lost or taken out, or "
                      "somebody who has the key wrote the event{}",
                      run_in_words(run), has, is_one(run) ? "" : "s"));
  }
  if (flag_of(report, "more_without_line")) findings.note("more events have no line there, which are not listed");
}

void tell_lines(const Json& report, Findings& findings) {
  const auto note = [&](const char* key, const char* what) {
    if (const auto count = number_of(report, key).value_or(0); count > 0)
      findings.note(fmt::format("{} line{} {}", count, count == 1 ? "" : "s", what));
  };
  for (const Json& run : objects_of(report, "old_key"))
    findings.note(
        fmt::format("{} {} there with a key that was replaced, and not in the store: cut off along with the "
                    "change of the key, or written by somebody who kept the old key",
                    run_in_words(run), is_one(run) ? "stands" : "stand"));
  if (flag_of(report, "more_old_key")) findings.note("and more of that, which is not listed");
  if (const auto at = report.find("forged_at"); at != report.end()) {
    note("forged",
         "there were not written with a key of this key file: by somebody with logger, or changed on the way, "
         "or with a newer key, where an older store and its key file were put back");
    findings.more(fmt::format("the first: {}", place_in_words(*at)));
  }
  note("cut", "there cut short, which say nothing");
  note("other_hosts", "there of other hosts");
  for (const std::string& name : texts_of(report, "without_any"))
    findings.note(fmt::format("{} has no line of this trail", printable_line(name)));
}

}  // namespace

std::string log_text(const Json& report, const Json& verdict, const Style& style) {
  Findings findings(style);
  tell_agreement(report, findings);
  tell_store(report, verdict, findings);
  tell_gaps(report, findings);
  tell_lines(report, findings);
  return findings.take();
}

}  // namespace mfa::cli
