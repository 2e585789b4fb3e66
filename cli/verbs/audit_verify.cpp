#include "cli/verbs/audit_verify.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include "cli/audit_text.h"
#include "cli/input.h"
#include "cli/log_check.h"
#include "cli/log_text.h"
#include "cli/trail_log.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 16U;  // bytes of a log that are held at a time
static_assert(kMostAsked <= kMostOfRows);

Failure not_whole() {
  return {.error = "The trail is not as it was written.",
          .hint = "Keep a copy of the store before anything else. Then find out who could write to it."};
}
Failure not_proven() {
  return {.error = "The trail and the system log do not agree.",
          .hint =
              "If root restored a backup that is why: admin audit --event store.restored tells. If not, keep "
              "copies of both before anything else, then find out who could write to the store."};
}
Failure nothing_compared() {
  return {.error = "The log has no line that fits this store, so nothing is proven.",
          .hint = "Give the file that has lines with event= of mfad, or an older one of it along with it."};
}

std::string own_host() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

Outcome<Heads> heads_after(const Console& console, std::int64_t after) {
  const auto reply = console.ask({{"verb", "admin audit --heads"}, {"after", std::to_string(after)}});
  if (!reply) return std::unexpected(reply.error());
  Heads heads{.first = number_of(*reply, "first").value_or(0), .digits = text_of(*reply, "head")};
  if (heads.first <= after || heads.first > after + kHeadsPage) heads = {};
  return heads;
}

Outcome<std::vector<Writer>> writers_of(const Console& console, const std::vector<LogEntry>& entries) {
  std::string lines;
  for (const LogEntry& entry : entries) lines += fmt::format("{} {}\n", entry.proof, entry.text);
  const auto reply = console.ask({{"verb", "admin audit --lines"}}, lines);
  if (!reply) return std::unexpected(reply.error());
  std::vector<Writer> writers;
  writers.reserve(entries.size());
  for (const std::string& word : texts_of(*reply, "lines")) {
    const bool old_key = word == "old_key";
    writers.push_back(word == "genuine" ? Writer::engine : old_key ? Writer::old_key : Writer::unknown);
  }
  return writers;
}

Outcome<void> read_log(int input, const std::string& name, std::size_t file, LogCheck& check) {
  LogReader reader([&](const LogEntry& entry, std::int64_t line) { check.take(entry, file, line); });
  std::string piece(kPiece, '\0');
  for (;;) {
    const auto got = read_some(input, piece.data(), piece.size(), std::chrono::steady_clock::now() + kInputLimit);
    if (!got) return std::unexpected(failure_of(got.error(), name));
    if (*got == 0) break;
    reader.feed(std::string_view(piece).substr(0, *got));
    if (const auto unpacked_by = reader.unpacked_by(); !unpacked_by.empty())
      return std::unexpected(Failure{
          .error = fmt::format("{} is compressed.", name),
          .hint =
              fmt::format("Unpack it on the way: {} FILE | mfa-enroll admin audit --verify --against -", unpacked_by)});
  }
  reader.finish();
  return {};
}

Outcome<Json> compared(const Console& console, const AuditOptions& options, std::int64_t last) {
  LogCheck check({.heads = [&](std::int64_t after) { return heads_after(console, after); },
                  .writers = [&](const std::vector<LogEntry>& entries) { return writers_of(console, entries); }},
                 short_host(options.host.empty() ? own_host() : options.host), last);
  std::vector<std::string> names;
  names.reserve(options.against.size());
  for (const std::string& path : options.against) {
    const bool standard = path == "-";
    names.push_back(standard ? "standard input" : path);
    Outcome<Descriptor> file = standard ? Outcome<Descriptor>(Descriptor(-1)) : open_input(path);
    if (!file) return std::unexpected(file.error());
    const auto done = read_log(standard ? console.input : file->get(), names.back(), names.size() - 1, check);
    if (!done) return std::unexpected(done.error());
  }
  return check.report(names);
}

}  // namespace

Outcome<void> verify_audit(const Console& console, const AuditOptions& options) {
  auto verdict = console.ask({{"verb", "admin audit --verify"}});
  if (!verdict) return std::unexpected(verdict.error());
  const bool whole = is_whole(*verdict);
  bool proven = true;
  bool anything = true;
  Json report{{"ok", whole}};
  report.update(*verdict);
  std::string text = verdict_text(*verdict, console.style);
  if (options.against.empty()) {
    text +=
        "  Whether the newest events were cut off, or an older store was put back, the system log tells: --against\n";
  } else {
    const auto log = compared(console, options, number_of(*verdict, "last").value_or(0));
    if (!log) return std::unexpected(log.error());
    proven = agrees(*log);
    anything = number_of(*log, "lines").value_or(0) > 0 || !objects_of(*log, "missing").empty() ||
               !objects_of(*log, "different").empty();
    report["ok"] = whole && proven;
    report["log"] = *log;
    text += log_text(*log, *verdict, console.style);
  }
  const auto printed = console.json ? console.print_json(report) : console.print(text);
  if (!printed) return printed;
  if (!whole) return std::unexpected(not_whole());
  if (!anything) return std::unexpected(nothing_compared());
  return proven ? Outcome<void>() : std::unexpected(not_proven());
}

}  // namespace mfa::cli
