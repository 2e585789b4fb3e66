#include "cli/verbs/import.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "cli/command_line.h"
#include "cli/import/csv.h"
#include "cli/import/importer.h"
#include "cli/import/line_reader.h"
#include "cli/import/oath_users.h"
#include "cli/import/people.h"
#include "cli/import/secret_files.h"
#include "cli/import/summary.h"
#include "cli/input.h"
#include "cli/user_list.h"

namespace mfa::cli {

namespace {

// --- files of lines: oath, csv

// Whoever runs this may have made it: root, or whoever became root by sudo.
bool is_own(uid_t owner) {
  const char* const caller = std::getenv("SUDO_UID");
  return owner == 0 || (caller != nullptr && std::to_string(owner) == caller);
}

// Of a file its size; of a pipe 0. Whoever can write a file decides who gets in; of standard input whoever runs this
// has decided.
Outcome<std::uint64_t> size_of(int fd, const std::string& path, bool standard) {
  struct stat found{};
  if (fstat(fd, &found) != 0) return std::unexpected(failure_of(NoInput::failed, path));
  if (S_ISCHR(found.st_mode) || S_ISBLK(found.st_mode))
    return std::unexpected(Failure{.error = fmt::format("{} is a device.", path), .hint = "Give a file."});
  if (!S_ISREG(found.st_mode)) return 0;
  if (!standard && !is_own(found.st_uid))
    return std::unexpected(Failure{.error = fmt::format("{} is somebody else's, who says by it who gets in.", path),
                                   .hint = fmt::format("Look through it, then: chown root {}", path)});
  if (!standard && (found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return std::unexpected(Failure{.error = fmt::format("Others may write {}, and say by it who gets in.", path),
                                   .hint = fmt::format("Look through it, then: chmod go-w {}", path)});
  return static_cast<std::uint64_t>(found.st_size);
}

bool others_may_read(int fd) {
  struct stat found{};
  return fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && (found.st_mode & S_IROTH) != 0;
}

// What was read before it is imported all the same.
Outcome<void> stopped(Importer& importer, Failure why) {
  if (auto sent = importer.finish(); !sent) return sent;
  return std::unexpected(std::move(why));
}

template <class Parse>
Outcome<void> import_lines(LineReader& lines, const std::string& path, Importer& importer, People& people,
                           Parse parse) {
  for (;;) {
    const auto line = lines.next();
    if (!line) return stopped(importer, failure_of(line.error(), path));
    if (!*line) return importer.finish();
    const std::uint64_t number = (*line)->number;
    if (!(*line)->whole) {
      importer.refuse(row_of(number, ""), "It is too long for a line.");
      continue;
    }
    const std::expected<std::optional<Entry>, std::string> entry = parse((*line)->text);
    if (!entry) {
      importer.refuse(row_of(number, ""), entry.error());
      continue;
    }
    if (!*entry) continue;
    const std::string place = row_of(number, (*entry)->user);
    const auto person = people.named((*entry)->user);
    if (!person) {
      importer.refuse(place, sentence(person.error()));
      if (auto stuck = people.stuck()) return stopped(importer, *std::move(stuck));
    } else if (auto added = importer.add(place, **entry, *person); !added) {
      return added;
    }
    importer.reached(lines.bytes(), number);
  }
}

Outcome<void> import_table(const Console& console, const ImportOptions& options, ImportTally& tally) {
  const bool standard = options.path == "-";
  std::optional<Descriptor> opened;
  if (!standard) {
    auto file = open_input(options.path);
    if (!file) return std::unexpected(file.error());
    opened.emplace(std::move(*file));
  }
  const std::string place = standard ? "standard input" : options.path;
  const int fd = standard ? console.input : opened->get();
  const auto size = size_of(fd, place, standard);
  if (!size) return std::unexpected(size.error());
  Progress progress(console, *size, "rows");
  Importer importer(console, options.source, options.dry_run, progress);
  if (!standard && options.source == "oath" && others_may_read(fd))
    importer.note(place, "Others may read it, and whoever has can make these codes.");
  People people(options.accounts);
  LineReader lines(fd);
  CsvPhones csv;
  auto done = options.source == "oath"
                  ? import_lines(lines, place, importer, people, parse_oath_line)
                  : import_lines(lines, place, importer, people, [&](std::string_view line) { return csv.read(line); });
  tally = importer.tally();
  return done;
}

// --- files of one user each: google-authenticator

Outcome<void> import_secrets(const Console& console, const ImportOptions& options, ImportTally& tally) {
  People people(options.accounts);
  const std::string file = options.file.empty() ? std::string(kUsualSecretFile) : options.file;
  std::vector<std::string> names;
  if (!options.users.empty()) {
    auto given = names_in_file(console, options.users);
    if (!given) return std::unexpected(given.error());
    names = *std::move(given);
  }
  Progress progress(console, 1, "users");
  Importer importer(console, options.source, options.dry_run, progress);
  const auto places = options.all_homes ? all_homes(people, file)
                      : !names.empty()  ? homes_of(names, people, file, importer)
                                        : places_at(options.path, people, file, importer);
  tally = importer.tally();
  if (!places) return std::unexpected(places.error());
  progress.expect(places->size());
  if (!options.path.empty() && places->size() == 1) importer.tally().whose = places->front().person.name;
  SecretFiles files(importer, /*wanted=*/!options.all_homes && names.empty(), start_reading);
  Outcome<void> done;
  for (const SecretPlace& place : *places) {
    done = files.add(place);
    if (!done) break;
  }
  if (done) done = files.finish();
  tally = importer.tally();
  return done;
}

// A place in a home, and nowhere else.
bool is_below(const std::filesystem::path& name) {
  return name.is_relative() && std::ranges::find(name, std::filesystem::path("..")) == name.end();
}

std::optional<Failure> fault_of(const ImportOptions& options) {
  constexpr std::string_view kVerb = "admin import";
  const bool secrets = options.source == "google-authenticator";
  if (!secrets && options.source != "oath" && options.source != "csv") return unknown_source(options.source);
  const bool of_homes = options.all_homes || !options.users.empty();
  if (!secrets && of_homes)
    return unknown_option("admin import " + options.source, options.all_homes ? "--all-homes" : "--users");
  if (!secrets && !options.file.empty()) return unknown_option("admin import " + options.source, "--file");
  if (options.all_homes && !options.users.empty()) return one_of_both(kVerb, "--all-homes", "--users FILE");
  if (options.path.empty() != of_homes)
    return secrets ? one_of_both(kVerb, "a PATH", "--all-homes or --users FILE") : missing_words(kVerb);
  if (!is_below(options.file)) return other_fault(kVerb, "--file is where in each home the file lies");
  return std::nullopt;
}

}  // namespace

Outcome<void> admin_import(const Console& console, const ImportOptions& options) {
  if (auto fault = fault_of(options)) return std::unexpected(*std::move(fault));
  if (!console.where.by_root)
    return std::unexpected(Failure{.error = "Only root may import second factors.", .hint = "Run it with sudo."});
  ImportTally tally;
  const auto done = options.source == "google-authenticator" ? import_secrets(console, options, tally)
                                                             : import_table(console, options, tally);
  if (!done && tally.rows == 0) return done;
  const auto printed = console.json ? console.print_json(import_json(tally, options.dry_run))
                                    : console.print(import_text(tally, options.dry_run));
  if (!done) {
    Failure failure = done.error();
    failure.hint += failure.hint.empty() ? "Run" : " Then run";
    failure.hint += " it again: what is done is passed over.";
    return std::unexpected(std::move(failure));
  }
  if (!printed || tally.refused == 0) return printed;
  return std::unexpected(
      Failure{.error = fmt::format("{} of {} rows were refused.", grouped(tally.refused), grouped(tally.rows)),
              .hint = "Why is told with each. Run it again when they are mended: what is done is passed over."});
}

}  // namespace mfa::cli
