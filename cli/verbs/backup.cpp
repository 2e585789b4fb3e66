#include "cli/verbs/backup.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <string.h>  // explicit_bzero(3)
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

#include "cli/accounts.h"
#include "cli/descriptor.h"
#include "cli/plain_text.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kMostNamed = 100;      // ports/store.h
constexpr std::size_t kPiece = 16'000;       // bytes; ports/dialogue.h
constexpr std::size_t kLongestKey = 65'536;  // bytes; store/keyring.h
constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

std::string why(int error) { return std::strerror(error); }

Failure cannot(std::string_view act, const std::string& path, int error, std::string hint = "") {
  return {.error = fmt::format("{}: cannot {}: {}.", printable_line(path), act, why(error)), .hint = std::move(hint)};
}

// Questions go to the person at the terminal, files to whoever holds them.
class FileBearer : public Person {
 public:
  explicit FileBearer(Person& person) : person_(person) {}
  [[nodiscard]] bool show(std::string_view text) override { return person_.show(text); }
  [[nodiscard]] std::expected<Answer, NoAnswer> ask(std::string_view text, bool echo) override {
    return person_.ask(text, echo);
  }
  [[nodiscard]] bool offer(const Offer& offer) override { return person_.offer(offer); }
  [[nodiscard]] bool step(const GuidedStep& step) override { return person_.step(step); }

 private:
  Person& person_;
};

struct Place {
  std::string folder, name;
};
Place place_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

// A file that is not there yet under its name.
class Arriving final : public FileBearer {
 public:
  Arriving(Person& person, std::string path) : FileBearer(person), path_(std::move(path)), place_(place_of(path_)) {}
  ~Arriving() override {
    if (!draft_.empty()) static_cast<void>(unlinkat(folder_.get(), draft_.c_str(), 0));
  }

  Outcome<void> begin() {
    folder_ = Descriptor(open(place_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder_.get() < 0) return std::unexpected(cannot("open its folder", path_, errno));
    struct stat about{};
    if (fstat(folder_.get(), &about) != 0) return std::unexpected(cannot("look at its folder", path_, errno));
    const bool whoever = (about.st_mode & kOthersWrite) != 0 && (about.st_mode & S_ISVTX) == 0;
    if (whoever || (about.st_uid != 0 && about.st_uid != geteuid()))
      return std::unexpected(Failure{
          .error = fmt::format("{}: others may put another file in its place.", printable_line(path_)),
          .hint = whoever ? fmt::format("Take a folder of your own, or: chmod go-w {}", printable_line(place_.folder))
                          : "That folder belongs to somebody else. Take one of your own."});
    if (fstatat(folder_.get(), place_.name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0) return taken();
    if (begin_without_a_name()) return {};
    std::uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random) return std::unexpected(cannot("name", path_, errno));
    std::string draft = fmt::format(".{}.{:016x}", place_.name, random);
    file_ = Descriptor(
        openat(folder_.get(), draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (file_.get() < 0) return std::unexpected(cannot("write", path_, errno));
    draft_ = std::move(draft);
    if (fchmod(file_.get(), S_IRUSR | S_IWUSR) != 0) return std::unexpected(cannot("write", path_, errno));
    return {};
  }

  [[nodiscard]] bool keep(std::string_view piece) override {
    while (!piece.empty()) {
      const ssize_t written = write(file_.get(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        error_ = written < 0 ? errno : EIO;
        return false;
      }
      size_ += written;
      piece.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  // After trouble of its own: what that was.
  [[nodiscard]] std::optional<Failure> trouble() const {
    if (error_ == 0) return std::nullopt;
    return cannot("write", path_, error_, "Nothing is left there.");
  }

  Outcome<void> finish(std::int64_t size) {
    if (size != size_)
      return std::unexpected(Failure{.error = "The backup did not arrive whole. Nothing is left of it.",
                                     .hint = "Try again; the system log may say why."});
    if (fsync(file_.get()) != 0) return std::unexpected(cannot("bring to the disk", path_, errno));
    if (auto named = name_it(); !named) return named;
    if (fsync(folder_.get()) != 0) return std::unexpected(cannot("bring to the disk", path_, errno));
    return {};
  }

 private:
  // Nothing is left of it then, however this ends (open(2), O_TMPFILE). Some file systems cannot.
  bool begin_without_a_name() {
    file_ = Descriptor(openat(folder_.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file_.get() < 0) return false;
    link_ = fmt::format("/proc/self/fd/{}", file_.get());
    if (access(link_.c_str(), F_OK) == 0 && fchmod(file_.get(), S_IRUSR | S_IWUSR) == 0) return true;
    link_.clear();
    return false;
  }

  // Over nothing that is there.
  Outcome<void> name_it() {
    const char* const name = place_.name.c_str();
    if (!link_.empty()) {
      if (linkat(AT_FDCWD, link_.c_str(), folder_.get(), name, AT_SYMLINK_FOLLOW) == 0) return {};
    } else {
      if (renameat2(folder_.get(), draft_.c_str(), folder_.get(), name, RENAME_NOREPLACE) == 0) {
        draft_.clear();
        return {};
      }
      if ((errno == EINVAL || errno == ENOSYS) && linkat(folder_.get(), draft_.c_str(), folder_.get(), name, 0) == 0)
        return {};
    }
    if (errno == EEXIST) return taken();
    return std::unexpected(cannot("name", path_, errno));
  }

  [[nodiscard]] Outcome<void> taken() const {
    return std::unexpected(
        Failure{.error = fmt::format("{} is there already; nothing is overwritten.", printable_line(path_)),
                .hint = "Give another name, or remove it first."});
  }

  std::string path_;
  Place place_;
  Descriptor folder_, file_;
  std::string link_;   // by which a file without a name is given one
  std::string draft_;  // else the name it has meanwhile
  std::int64_t size_ = 0;
  int error_ = 0;
};

// A backup or a key (`secret`) that nobody else can have put there, or changed; nor read, if it is the key.
Outcome<Descriptor> opened(const std::string& path, bool secret) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) {
    if (errno == ELOOP)
      return std::unexpected(Failure{.error = fmt::format("{} is a symbolic link.", printable_line(path)),
                                     .hint = "Give the file itself."});
    return std::unexpected(cannot("open", path, errno));
  }
  struct stat about{};
  if (fstat(file.get(), &about) != 0) return std::unexpected(cannot("look at", path, errno));
  if (!S_ISREG(about.st_mode))
    return std::unexpected(Failure{.error = fmt::format("{} is no file.", printable_line(path)), .hint = ""});
  const auto engine = look_up_account("mfa");  // whose the key file is
  const bool as_installed = secret && engine && engine->uid == about.st_uid;
  if (about.st_uid != 0 && about.st_uid != geteuid() && !as_installed)
    return std::unexpected(
        Failure{.error = fmt::format("{} belongs to somebody else, who may have changed it.", printable_line(path)),
                .hint = fmt::format("If it is what it should be: chown root {}", printable_line(path))});
  if ((about.st_mode & (secret ? kOthers : kOthersWrite)) != 0)
    return std::unexpected(Failure{
        .error = fmt::format("{}: others can {} it.", printable_line(path), secret ? "reach" : "write"),
        .hint = fmt::format("If it is what it should be: chmod {} {}", secret ? "go=" : "go-w", printable_line(path))});
  return file;
}

class Sent final : public FileBearer {
 public:
  Sent(Person& person, const RestoreOptions& options, Descriptor backup, Descriptor key)
      : FileBearer(person), options_(options), backup_(std::move(backup)), key_(std::move(key)) {}

  [[nodiscard]] bool piece(std::string_view file, std::string& into) override {
    const Descriptor& from = file == "key" ? key_ : backup_;
    into.resize(kPiece);
    ssize_t got = -1;
    do {
      got = read(from.get(), into.data(), into.size());
    } while (got < 0 && errno == EINTR);
    into.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    if (got < 0) trouble_ = cannot("read", file == "key" ? options_.key : options_.path, errno, "Nothing was changed.");
    if (file == "key") sent_of_key_ += into.size();
    if (file == "key" && sent_of_key_ > kLongestKey)
      trouble_ = Failure{.error = fmt::format("{} is no key file: it is too large.", printable_line(options_.key)),
                         .hint = "Give the copy of /var/lib/mfa/key."};
    return !trouble_;
  }
  [[nodiscard]] const std::optional<Failure>& trouble() const { return trouble_; }

 private:
  const RestoreOptions& options_;
  Descriptor backup_, key_;
  std::size_t sent_of_key_ = 0;
  std::optional<Failure> trouble_;
};

std::int64_t count_in(const Json& reply, const char* name) { return number_of(reply, name).value_or(0); }

std::string in_megabytes(std::int64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

// A reply's list of which only the first are named; `line` says one.
template <class Line>
std::string named(const Json& reply, const char* list, std::int64_t all, Line line) {
  std::string text;
  const auto found = reply.find(list);
  const Json first = found != reply.end() && found->is_array() ? *found : Json::array();
  for (const Json& one : first) text += fmt::format("  {}\n", line(one));
  if (const auto more = all - static_cast<std::int64_t>(first.size()); more > 0)
    text += fmt::format("  and {} more\n", more);
  return text;
}

// Whoever removed it removes it again.
std::string what_came_back(const Json& reply) {
  const std::int64_t all = count_in(reply, "all_that_came_back");
  if (all == 0) return "";
  return "Removed since the backup, and there again; remove it once more:\n" +
         named(reply, "came_back", all, [](const Json& one) {
           const std::string factor = text_of(one, "factor");
           return fmt::format("{} {}", printable_line(text_of(one, "user")),
                              factor.empty() ? "(all of it)" : printable_line(factor));
         });
}

std::string who_was_renamed(const Json& reply) {
  const std::vector<Json> people = objects_of(reply, "named_as_before");
  if (people.empty()) return "";
  std::string text = "Renamed since the backup, and shut out under their new name or uid until that is done again:\n";
  for (const Json& one : people)
    text += fmt::format("  mfa-enroll admin rename {} {}\n", printable_line(text_of(one, "user")),
                        printable_line(text_of(one, "was")));
  if (people.size() >= kMostNamed) text += "  and maybe more\n";
  return text;
}

std::string who_needs_a_code(const Json& reply) {
  const std::int64_t all = count_in(reply, "all_by_code");
  if (all == 0) return "";
  return "Their second factor was set up since the backup and is gone. Only an enrolment code lets them set up\n"
         "another. For one of them: mfa-enroll helpdesk reset USER --reason \"store restored\"\n"
         "For all, with their names in a file: mfa-enroll admin provision --codes --users FILE\n" +
         named(reply, "by_code", all, [](const Json& user) {
           return user.is_string() ? printable_line(user.get<std::string>()) : std::string();
         });
}

}  // namespace

Outcome<void> admin_backup(const Console& console, const std::string& path) {
  Arriving file(console.person, path);
  if (auto begun = file.begin(); !begun) return begun;
  auto reply = ask_engine(console.link, {{"verb", "admin backup"}}, file, console.where);
  if (auto trouble = file.trouble()) return std::unexpected(*std::move(trouble));
  if (!reply) return std::unexpected(reply.error());
  if (auto done = file.finish(count_in(*reply, "size")); !done) return done;
  (*reply)["file"] = path;
  if (console.json) return console.print_json(*reply);
  return console.print(
      fmt::format("{}: {} people and {} rows of the trail, {}.\n"
                  "It is sealed with the key {} and of no use without it: keep a copy of the key file apart from it.\n",
                  printable_line(path), count_in(*reply, "people"), count_in(*reply, "rows"),
                  in_megabytes(count_in(*reply, "size")), printable_line(text_of(*reply, "key"))));
}

Outcome<void> admin_restore(const Console& console, const RestoreOptions& options) {
  auto backup = opened(options.path, false);
  if (!backup) return std::unexpected(backup.error());
  Descriptor key;
  if (!options.key.empty()) {
    auto found = opened(options.key, true);
    if (!found) return std::unexpected(found.error());
    key = *std::move(found);
  }
  if (auto sure = console.confirm(fmt::format(
          "What was set up or recorded after {} was made will be gone, and what was removed since comes back: phones\n"
          "that were stolen, people who left. The store that is there now is kept aside.\n",
          printable_line(options.path)));
      !sure)
    return sure;
  Json request{{"verb", "admin restore"}};
  if (!options.key.empty()) request["key"] = "yes";
  Sent files(console.person, options, *std::move(backup), std::move(key));
  const auto reply = ask_engine(console.link, request, files, console.where);
  if (files.trouble()) return std::unexpected(*files.trouble());
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  std::string text = fmt::format("Restored: {} people and {} rows of the trail.\n", count_in(*reply, "people"),
                                 count_in(*reply, "rows"));
  if (const std::string aside = text_of(*reply, "aside"); !aside.empty())
    text += fmt::format("What was there before: {}\n", printable_line(aside));
  text +=
      "Nobody's device is trusted any more; codes on their way, bypass and enrolment codes, journeys and exemptions "
      "are\n"
      "void. The next code of an app counts in a minute or two.\n";
  if (!flag_of(*reply, "continued"))
    text +=
        "What was used since is not known. So all recovery codes count as used, and people make new ones: "
        "mfa-enroll codes\n"
        "And tokens pass no more and have to be registered anew: mfa-enroll hotp\n";
  text += what_came_back(*reply) + who_was_renamed(*reply) + who_needs_a_code(*reply);
  if (const auto bad = number_of(*reply, "bad"))
    text += fmt::format(
        "Row {} of the backup's trail is not as it was written, or one before it was removed. See what else is not:\n"
        "mfa-enroll admin audit --verify\n",
        *bad);
  return console.print(text);
}

}  // namespace mfa::cli
