#include "cli/import/secret_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unordered_set>
#include <utility>

#include "cli/import/words.h"
#include "cli/user_list.h"

namespace mfa::cli {

namespace {

// Under two minutes in seconds, since they count there.
std::string length_of(std::int64_t seconds) {
  if (seconds < 120) return fmt::format("{} seconds", seconds);
  return fmt::format("{} minutes", (seconds + 59) / 60);
}

// Whoever is used to that is locked out here.
std::string clock_note(const SecretFile& file) {
  const std::int64_t period = whole_number(file.entry.period).value_or(0);
  return fmt::format("The clock of their phone is about {} {}: until it is set right, its codes are wrong here.",
                     length_of(std::abs(file.skew) * period), file.skew > 0 ? "ahead" : "behind");
}

SecretPlace in_home(const ListedAccount& person, const std::string& file) {
  return {.person = person,
          .file = {.uid = person.uid,
                   .gid = person.gid,
                   .owner = person.uid,
                   .folder = person.home,
                   .name = file,
                   .groups = {}}};
}

SecretPlace as_root(const ListedAccount& person, const std::string& folder, const std::string& name) {
  return {.person = person,
          .file = {.uid = 0, .gid = 0, .owner = person.uid, .folder = folder, .name = name, .groups = {}}};
}

Failure unreadable(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR)
    return {.error = fmt::format("There is no file or folder {}.", path), .hint = "Is its name right?"};
  if (error == EACCES)  // not even root may: a disk of another computer's
    return {.error = fmt::format("Root may not read {}.", path),
            .hint = "If it lies in a home, give its user's name in a file: --users FILE"};
  return {.error = fmt::format("{} cannot be read: {}.", path, std::strerror(error)), .hint = "May you read it?"};
}

// What lies in a folder, each called after its user: a file, which may be theirs or root's, or a folder of
// either with the file in it. Whoever gives the folder vouches for it.
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
      importer.refuse(name, person.error() == NoAccount::none
                                ? "There is no user of that name, after whom the file would be called."
                                : sentence(person.error()));
      if (auto stuck = people.stuck()) return std::unexpected(*std::move(stuck));
    } else if (const bool inside = lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
               inside && found.st_uid == 0) {
      places.push_back(as_root(*person, folder, fmt::format("{}/{}", name, file)));
    } else if (inside) {
      places.push_back({.person = *person,
                        .file = {.uid = person->uid,
                                 .gid = person->gid,
                                 .owner = person->uid,
                                 .folder = folder,
                                 .name = fmt::format("{}/{}", name, file),
                                 .groups = {}}});
    } else {
      places.push_back(as_root(*person, folder, name));
    }
  }
  return places;
}

std::string folder_of(const std::string& path) {
  const std::string above = std::filesystem::path(path).parent_path();
  return above.empty() ? "." : above;
}

// One file: of a home, by its name, and so its owner's; or called after its user.
Outcome<std::vector<SecretPlace>> one_file(const std::string& path, const struct stat& found, People& people) {
  const std::string name = std::filesystem::path(path).filename();
  const std::string above = folder_of(path);
  if (name == kUsualSecretFile) {
    const auto owner = people.with_uid(found.st_uid);
    std::error_code error;
    if (owner && owner->uid == 0 && !std::filesystem::equivalent(above, owner->home, error))
      return std::unexpected(Failure{
          .error = fmt::format("{} is root's, but does not lie in root's home: whose it is, nothing says.", path),
          .hint = "Call it after its user, or give the folder in which its folder is called after them."});
    if (!owner)
      return std::unexpected(Failure{.error = fmt::format("{} belongs to nobody whom this computer knows.", path),
                                     .hint = "Call it after its user, in a folder of root's."});
    return std::vector<SecretPlace>{
        {.person = *owner,
         .file = {
             .uid = owner->uid, .gid = owner->gid, .owner = owner->uid, .folder = above, .name = name, .groups = {}}}};
  }
  const auto person = people.named(name);
  if (!person)
    return std::unexpected(
        Failure{.error = fmt::format("Whose file {} is, its name does not say.", path),
                .hint = fmt::format("It must be {} in a home, or be called after its user.", kUsualSecretFile)});
  return std::vector<SecretPlace>{as_root(*person, above, name)};
}

}  // namespace

Outcome<std::vector<SecretPlace>> all_homes(People& people, const std::string& file) {
  const auto listed = people_among(people.listed());
  if (!listed) return std::unexpected(listed.error());
  std::vector<SecretPlace> places;
  std::unordered_set<uid_t> seen;
  for (const ListedAccount& person : *listed)
    if (person.home.starts_with('/') && seen.insert(person.uid).second) places.push_back(in_home(person, file));
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
      importer.refuse(name, person ? "They have no home." : sentence(person.error()));
      if (auto stuck = people.stuck()) return std::unexpected(*std::move(stuck));
    }
  }
  return places;
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

std::unique_ptr<FileReading> start_reading(const FileOf& file) {
  return std::make_unique<SecretFileReading>(file, kLongestSecretFile);
}

Outcome<void> SecretFiles::add(SecretPlace place) {
  if (under_way_.size() == kSecretFilesAtOnce) {
    if (auto taken = take(); !taken) return taken;
  }
  auto reading = start_(place.file);
  under_way_.push_back({std::move(place), std::move(reading)});
  return {};
}

Outcome<void> SecretFiles::finish() {
  while (!under_way_.empty()) {
    if (auto taken = take(); !taken) return taken;
  }
  return importer_.finish();
}

// Where the own group does not open the way, another of theirs may: a home in a folder of the staff's.
std::expected<void, Unread> SecretFiles::read(UnderWay& one) {
  auto read = one.reading->finish(text_);
  FileOf& file = one.place.file;
  if (read || read.error() != Unread::denied || file.uid != one.place.person.uid) return read;
  file.groups = groups_of(one.place.person);
  if (file.groups.size() < 2) return read;
  one.reading = start_(file);
  return one.reading->finish(text_);
}

Outcome<void> SecretFiles::take() {
  UnderWay first = std::move(under_way_.front());
  under_way_.pop_front();
  text_.clear();
  const auto text = read(first);
  ++files_;
  importer_.reached(files_, files_);
  const ListedAccount& person = first.place.person;
  if (text) {
    hung_ = 0;
    return take_text(person);
  }
  if (text.error() != Unread::hangs) hung_ = 0;
  if (text.error() == Unread::none && !wanted_) {
    ++importer_.tally().without_file;
    return {};
  }
  importer_.refuse(person.name, sentence(text.error()));
  if (text.error() != Unread::hangs || ++hung_ < kMostThatHang) return {};
  if (auto sent = importer_.finish(); !sent) return sent;
  return std::unexpected(
      Failure{.error = fmt::format("The disks of {} users one after the other do not answer.", hung_),
              .hint = "See to the disks that homes lie on."});
}

Outcome<void> SecretFiles::take_text(const ListedAccount& person) {
  const auto file = parse_google_authenticator(text_.text());
  if (!file) {
    importer_.refuse(person.name, file.error());
    return {};
  }
  for (const NotCarried what : file->not_carried) {
    ++importer_.tally().not_carried[what];
    if (what == NotCarried::skew) importer_.note(person.name, clock_note(*file));
  }
  return importer_.add(person.name, file->entry, person);
}

}  // namespace mfa::cli
