#include "cli/import/summary.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

struct Words {
  NotCarried what;
  const char* key;
  std::string_view words;
};
constexpr std::array kNotCarried{
    Words{NotCarried::rate_limit, "rate_limit",
          "have a limit of logins (RATE_LIMIT): [lockout] in mfa.toml takes its place"},
    Words{NotCarried::window, "window",
          "take codes further from now (WINDOW_SIZE): window in [totp] of mfa.toml is for all"},
    Words{NotCarried::skew, "skew",
          "are of phones with a wrong clock (TIME_SKEW): it must be set before codes are right"},
    Words{NotCarried::reuse, "reuse", "let a code be used again: here each is good once"},
    Words{NotCarried::grace, "grace", "remember hosts for a while (LAST…): trust in mfa.toml takes its place"},
    Words{NotCarried::option, "option", "hold lines that are passed over"},
};

}  // namespace

std::string import_text(const ImportTally& tally, bool tries) {
  const std::string whose = tally.whose.empty() ? "" : fmt::format(", for {}", printable_line(tally.whose));
  std::string text = fmt::format("{} {} of {} {}{}.\n", tries ? "Would import" : "Imported", grouped(tally.added),
                                 grouped(tally.rows), tally.rows == 1 ? "row" : "rows", whose);
  const auto line = [&](std::uint64_t count, std::string_view words) {
    if (count > 0) text += fmt::format("  {:>9}  {}\n", grouped(count), words);
  };
  line(tally.there, "are here already");
  line(tally.left, "were left alone, for the reasons above");
  line(tally.refused, "were refused, for the reasons above");
  line(tally.without_file, "users have no such file");
  if (!tally.not_carried.empty()) {
    text += "Not carried over; of all files that were read:\n";
    for (const Words& words : kNotCarried)
      if (const auto found = tally.not_carried.find(words.what); found != tally.not_carried.end())
        line(found->second, words.words);
  }
  if (tries) text += "Nothing was changed.\n";
  return text;
}

Json import_json(const ImportTally& tally, bool tries) {
  Json json{{"dry_run", tries},
            {"rows", tally.rows},
            {"added", tally.added},
            {"there", tally.there},
            {"left", tally.left},
            {"refused", tally.refused},
            {"without_file", tally.without_file}};
  if (!tally.whose.empty()) json["user"] = tally.whose;
  Json not_carried = Json::object();
  for (const Words& words : kNotCarried)
    if (const auto found = tally.not_carried.find(words.what); found != tally.not_carried.end())
      not_carried[words.key] = found->second;
  json["not_carried"] = std::move(not_carried);
  return json;
}

}  // namespace mfa::cli
