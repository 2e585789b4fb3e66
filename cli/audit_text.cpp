#include "cli/audit_text.h"

#include <fmt/core.h>

#include "cli/plain_text.h"
#include "cli/times.h"

namespace mfa::cli {

namespace {

std::string moment_of(const Json& event) {
  const auto at = parse_time(text_of(event, "at"));
  return at ? fmt::format("{}:{:02}", local_time(*at), *at % 60) : "?";
}

std::string damage_in_words(const Json& damage) {
  const std::string kind = text_of(damage, "kind");
  const std::int64_t first = number_of(damage, "seq").value_or(0);
  const std::int64_t last = number_of(damage, "to").value_or(first);
  const std::string events = events_in_words(first, last);
  const char* was = first == last ? "was" : "were";
  if (kind == "swapped")
    return fmt::format("events {} and {} do not stand where they were written", first,
                       number_of(damage, "with").value_or(0));
  if (kind == "broken") return fmt::format("{}: not what was written there; altered, or put in by somebody", events);
  if (kind == "erased") return fmt::format("{}: personal detail was erased, by no purge on record", events);
  if (kind == "old_key") return fmt::format("{}: written with a key that had been replaced before", events);
  if (kind == "unknown_key") return fmt::format("{}: cannot be checked, the key is not in the key file", events);
  return fmt::format("{} {} {}", events, was, printable_line(kind));
}

}  // namespace

LongTable audit_table(const Style& style) {
  return {{"  ", "NUMBER", "WHEN", "EVENT", "USER", "ACTOR", "SERVICE", "FROM", "FACTOR", "REASON"}, style};
}

Row audit_row(const Json& event) {
  const auto text = [&event](const char* key) { return printable_line(text_of(event, key)); };
  return {"  ",
          std::to_string(number_of(event, "seq").value_or(0)),
          moment_of(event),
          text("event"),
          text("user"),
          text("actor"),
          text("service"),
          text("from"),
          text("factor"),
          text("reason")};
}

std::string events_in_words(std::int64_t first, std::int64_t last) {
  return first == last ? fmt::format("event {}", first) : fmt::format("events {} to {}", first, last);
}

bool is_whole(const Json& verdict) { return objects_of(verdict, "damage").empty() && !flag_of(verdict, "more_damage"); }

std::string verdict_text(const Json& verdict, const Style& style) {
  const std::int64_t events = number_of(verdict, "events").value_or(0);
  const std::int64_t purged = number_of(verdict, "purged").value_or(0);
  const std::string how_many = fmt::format("{} event{}", events, events == 1 ? "" : "s");
  const std::string detail = purged == 0 ? "" : fmt::format("; of {} the personal detail was purged", purged);
  if (is_whole(verdict))
    return fmt::format("  {} store: {}, each as it was written and where{}\n",
                       painted(style, Paint::good, style.utf8 ? "✓" : "ok"), how_many, detail);
  std::string text;
  for (const Json& damage : objects_of(verdict, "damage"))
    text += fmt::format("  {} store: {}\n", painted(style, Paint::bad, style.utf8 ? "✗" : "FAULT"),
                        damage_in_words(damage));
  if (flag_of(verdict, "more_damage"))
    return text + fmt::format("  and more damage, which is not listed, among {}{}\n", how_many, detail);
  return text + fmt::format("  The others of {} are as they were written{}.\n", how_many, detail);
}

}  // namespace mfa::cli
