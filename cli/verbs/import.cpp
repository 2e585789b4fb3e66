#include "cli/verbs/import.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <memory>
#include <unordered_set>
#include <utility>

#include "cli/command_line.h"
#include "cli/import/csv.h"
#include "cli/import/google_authenticator.h"
#include "cli/import/importer.h"
#include "cli/import/line_reader.h"
#include "cli/import/oath_users.h"
#include "cli/import/people.h"
#include "cli/import/secret_file.h"
#include "cli/input.h"
#include "cli/plain_text.h"
#include "cli/user_list.h"
#include "cli/user_names.h"

namespace mfa::cli {

namespace {

constexpr std::string_view kUsualFile = ".google_authenticator";
constexpr std::size_t kFilesAtOnce = 8;      // that are read side by side
constexpr std::uint64_t kMostThatHang = 16;  // files, after which no more are tried

constexpr std::string_view kNobody = "There is no user of that name.";

std::string place_of(std::uint64_t line, std::string_view user) {
  if (!fault_of_user_name(user).empty()) return fmt::format("line {}", line);
  return fmt::format("line {} ({})", line, user);
}

// --- files of lines: oath, csv

// Of a file its size; of a pipe 0. Whoever can write a file decides who gets in; of standard input whoever runs this
// has decided.
Outcome<std::uint64_t> size_of(int fd, const std::string& path, bool standard) {
  struct stat found{};
  if (fstat(fd, &found) != 0) return std::unexpected(failure_of(NoInput::failed, path));
  if (!standard && S_ISREG(found.st_mode) && (found.st_mode & S_IWOTH) != 0)
    return std::unexpected(Failure{.error = fmt::format("Anybody may write {}.", path),
                                   .hint = fmt::format("Look through it, then: chmod o-w {}", path)});
  if (S_ISCHR(found.st_mode) || S_ISBLK(found.st_mode))
    return std::unexpected(Failure{.error = fmt::format("{} is a device.", path), .hint = "Give a file."});
  return S_ISREG(found.st_mode) ? static_cast<std::uint64_t>(found.st_size) : 0;
}

template <class Parse>
Outcome<void> import_lines(LineReader& lines, const std::string& path, Importer& importer, People& people,
                           Parse parse) {
  for (;;) {
    const auto line = lines.next();
    if (!line) return std::unexpected(failure_of(line.error(), path));
    if (!*line) return importer.finish();
    const std::uint64_t number = (*line)->number;
    if (!(*line)->whole) {
      importer.refuse(place_of(number, ""), "It is too long for a line.");
      continue;
    }
    const std::expected<std::optional<Entry>, std::string> entry = parse((*line)->text);
    if (!entry) {
      importer.refuse(place_of(number, ""), entry.error());
      continue;
    }
    if (!*entry) continue;
    const std::string place = place_of(number, (*entry)->user);
    const auto person = people.named((*entry)->user);
    if (!person) {
      importer.refuse(place, kNobody);
    } else if (auto added = importer.add(place, **entry, *person); !added) {
      return added;
    }
    importer.reached(lines.bytes());
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
  Progress progress(console.terminal, *size, "rows");
  Importer importer(console, options.source, options.dry_run, progress);
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

struct SecretPlace {
  ListedAccount person;
  FileOf file;
};

// Reads as many as kFilesAtOnce at a time, in their order.
class SecretFiles {
 public:
  // `all`: how many there will be. `wanted`: who has no such file is told.
  SecretFiles(Importer& importer, bool wanted) : importer_(importer), wanted_(wanted) {}

  Outcome<void> add(SecretPlace place) {
    if (under_way_.size() == kFilesAtOnce) {
      if (auto taken = take(); !taken) return taken;
    }
    auto reading = std::make_unique<SecretFileReading>(place.file, kLongestSecretFile);
    under_way_.push_back({std::move(place), std::move(reading)});
    return {};
  }
  Outcome<void> finish() {
    while (!under_way_.empty()) {
      if (auto taken = take(); !taken) return taken;
    }
    return importer_.finish();
  }

 private:
  struct UnderWay {
    SecretPlace place;
    std::unique_ptr<SecretFileReading> reading;
  };

  Outcome<void> take() {
    const UnderWay first = std::move(under_way_.front());
    under_way_.pop_front();
    text_.clear();
    const auto read = first.reading->finish(text_);
    importer_.reached(++files_);
    const std::string& name = first.place.person.name;
    if (!read && read.error() == Unread::none && !wanted_) {
      ++importer_.tally().without_file;
      return {};
    }
    if (!read) {
      importer_.refuse(name, sentence(read.error()));
      if (read.error() != Unread::hangs || ++hung_ < kMostThatHang) return {};
      return std::unexpected(Failure{.error = fmt::format("The disks of {} users do not answer.", hung_),
                                     .hint = "Run it again when they do; what is done is passed over."});
    }
    return take_text(name, first.place.person);
  }

  Outcome<void> take_text(const std::string& name, const ListedAccount& person) {
    const auto file = parse_google_authenticator(text_.text());
    if (!file) {
      importer_.refuse(name, file.error());
      return {};
    }
    for (const NotCarried what : file->not_carried) ++importer_.tally().not_carried[what];
    return importer_.add(name, file->entry, person);
  }

  Importer& importer_;
  bool wanted_;
  std::deque<UnderWay> under_way_;
  WipedText text_{std::size_t{2} * kLongestSecretFile};
  std::uint64_t files_ = 0;
  std::uint64_t hung_ = 0;
};

SecretPlace in_home(const ListedAccount& person, const std::string& file) {
  return {.person = person,
          .file = {.uid = person.uid, .gid = person.gid, .owner = person.uid, .path = person.home + "/" + file}};
}

Failure unreadable(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR)
    return {.error = fmt::format("There is no file or folder {}.", path), .hint = "Is its name right?"};
  return {.error = fmt::format("{} cannot be read: {}.", path, std::strerror(error)), .hint = "May you read it?"};
}

// Everybody who may log in and has a home of their own; nobody twice.
Outcome<std::vector<SecretPlace>> all_homes(People& people, const std::string& file) {
  const auto& all = people.listed();
  if (!all) return std::unexpected(all.error());
  std::vector<SecretPlace> places;
  std::unordered_set<uid_t> seen;
  for (const ListedAccount& person : *all)
    if (logs_in(person) && person.home.starts_with('/') && seen.insert(person.uid).second)
      places.push_back(in_home(person, file));
  return places;
}

Outcome<std::vector<SecretPlace>> homes_of(const std::vector<std::string>& names, People& people,
                                           const std::string& file, Importer& importer) {
  std::vector<SecretPlace> places;
  for (const std::string& name : names) {
    const auto person = people.named(name);
    if (person && person->home.starts_with('/')) {
      places.push_back(in_home(*person, file));
    } else {
      importer.refuse(name, person ? "They have no home." : kNobody);
    }
  }
  return places;
}

// What lies in a folder, each called after its user: a file, which may be theirs or root's, or a folder of theirs with
// the file in it. Whoever gives the folder vouches for it.
Outcome<std::vector<SecretPlace>> in_folder(const std::string& folder, People& people, const std::string& file,
                                            Importer& importer) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (const std::string name = entry->path().filename(); !name.starts_with('.')) names.push_back(name);
  if (error) return std::unexpected(unreadable(folder, error.value()));
  if (names.empty())
    return std::unexpected(Failure{.error = fmt::format("There is no file in {}.", folder),
                                   .hint = "Its files must be called after their users."});
  std::ranges::sort(names);
  std::vector<SecretPlace> places;
  for (const std::string& name : names) {
    const auto person = people.named(name);
    struct stat found{};
    const std::string path = fmt::format("{}/{}", folder, name);
    if (!person) {
      importer.refuse(name, "There is no user of that name, after whom the file would be called.");
    } else if (lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) {
      places.push_back({.person = *person,
                        .file = {.uid = person->uid,
                                 .gid = person->gid,
                                 .owner = person->uid,
                                 .path = fmt::format("{}/{}", path, file)}});
    } else {
      places.push_back({.person = *person, .file = {.uid = 0, .gid = 0, .owner = person->uid, .path = path}});
    }
  }
  return places;
}

std::filesystem::path place_above(const std::string& path) {
  const std::filesystem::path above = std::filesystem::path(path).parent_path();
  return above.empty() ? "." : above;
}

// One file: of a home, by its name, and so its owner's; or called after its user.
Outcome<std::vector<SecretPlace>> one_file(const std::string& path, const struct stat& found, People& people) {
  const std::string name = std::filesystem::path(path).filename();
  if (name == kUsualFile) {
    const auto owner = people.with_uid(found.st_uid);
    std::error_code error;
    if (owner && owner->uid == 0 && !std::filesystem::equivalent(place_above(path), owner->home, error))
      return std::unexpected(Failure{
          .error = fmt::format("{} is root's, but does not lie in root's home: whose it is, nothing says.", path),
          .hint = "Call it after its user, or give the folder in which its folder is called after them."});
    if (!owner)
      return std::unexpected(Failure{.error = fmt::format("{} belongs to nobody whom this computer knows.", path),
                                     .hint = "Call it after its user, in a folder of root's."});
    return std::vector<SecretPlace>{
        {.person = *owner, .file = {.uid = owner->uid, .gid = owner->gid, .owner = owner->uid, .path = path}}};
  }
  const auto person = people.named(name);
  if (!person)
    return std::unexpected(
        Failure{.error = fmt::format("Whose file {} is, its name does not say.", path),
                .hint = fmt::format("It must be {} in a home, or be called after its user.", kUsualFile)});
  return std::vector<SecretPlace>{
      {.person = *person, .file = {.uid = 0, .gid = 0, .owner = person->uid, .path = path}}};
}

Outcome<std::vector<SecretPlace>> places_at(const std::string& path, People& people, const std::string& file,
                                            Importer& importer) {
  struct stat found{};
  if (lstat(path.c_str(), &found) != 0) return std::unexpected(unreadable(path, errno));
  if (S_ISDIR(found.st_mode)) return in_folder(path, people, file, importer);
  if (S_ISREG(found.st_mode)) return one_file(path, found, people);
  return std::unexpected(
      Failure{.error = fmt::format("{}: {}", path, sentence(S_ISLNK(found.st_mode) ? Unread::link : Unread::no_file)),
              .hint = "Give the file itself, or a folder of such files."});
}

Outcome<void> import_secrets(const Console& console, const ImportOptions& options, ImportTally& tally) {
  People people(options.accounts);
  const std::string file = options.file.empty() ? std::string(kUsualFile) : options.file;
  std::vector<std::string> names;
  if (!options.users.empty()) {
    auto given = names_in_file(console, options.users);
    if (!given) return std::unexpected(given.error());
    names = *std::move(given);
  }
  std::optional<Progress> progress;
  // Those that are refused before anything is read need no bar.
  progress.emplace(console.terminal, 1, "users");
  std::optional<Importer> importer;
  importer.emplace(console, options.source, options.dry_run, *progress);
  const auto places = options.all_homes ? all_homes(people, file)
                      : !names.empty()  ? homes_of(names, people, file, *importer)
                                        : places_at(options.path, people, file, *importer);
  if (!places) return std::unexpected(places.error());
  const ImportTally before = importer->tally();
  importer.reset();
  progress.emplace(console.terminal, places->size(), "users");
  importer.emplace(console, options.source, options.dry_run, *progress);
  importer->tally() = before;
  if (!options.path.empty() && places->size() == 1) importer->tally().whose = places->front().person.name;
  SecretFiles files(*importer, /*wanted=*/!options.all_homes && names.empty());
  Outcome<void> done;
  for (const SecretPlace& place : *places) {
    done = files.add(place);
    if (!done) break;
  }
  if (done) done = files.finish();
  tally = importer->tally();
  return done;
}

// --- what came of it

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

std::string summary(const ImportTally& tally, bool tries) {
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

Json summary_json(const ImportTally& tally, bool tries) {
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
  const auto printed = console.json ? console.print_json(summary_json(tally, options.dry_run))
                                    : console.print(summary(tally, options.dry_run));
  if (!done) {
    Failure failure = done.error();
    failure.hint += failure.hint.contains("passed over") ? "" : " Then run it again: what is done is passed over.";
    return std::unexpected(std::move(failure));
  }
  if (!printed || tally.refused == 0) return printed;
  return std::unexpected(
      Failure{.error = fmt::format("{} of {} rows were refused.", grouped(tally.refused), grouped(tally.rows)),
              .hint = "Why is told with each. Run it again when they are mended: what is done is passed over."});
}

}  // namespace mfa::cli
