#include "cli/verbs/provision.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cli/import/line_reader.h"
#include "cli/import/people.h"
#include "cli/import/user_rows.h"
#include "cli/input.h"
#include "cli/plain_text.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/times.h"
#include "cli/user_list.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kMostAtOnce = 256;  // people; the engine takes no more

// RFC 4180: in quotes if need be.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

struct Tally {
  std::uint64_t users = 0, made = 0, kept = 0, refused = 0;
};

// Asks for codes, many at a time, and prints them as they come.
class CodeMaker {
 public:
  CodeMaker(const Console& console, const CodesOptions& options, Progress& progress)
      : console_(console), options_(options), progress_(progress) {}

  Outcome<void> begin() {
    if (console_.json || options_.dry_run) return {};
    return console_.print("user,code,until\n");
  }
  Outcome<void> add(std::string row, const ListedAccount& person) {
    if (!seen_.insert(person.name).second) return {};  // a code each, however often they stand there
    const std::string line = fmt::format("{}\t{}\n", person.name, person.uid);
    if (places_.size() == kMostAtOnce || lines_.size() + line.size() > kMostOfRows) {
      if (auto sent = finish(); !sent) return sent;
    }
    lines_ += line;
    places_.push_back(std::move(row));
    return {};
  }
  void refuse(const std::string& row, const std::string& user, std::string_view why) {
    ++tally_.users;
    ++tally_.refused;
    Json entry{{"error", why}};
    if (!user.empty()) entry = {{"user", user}, {"error", why}};
    all_.push_back(std::move(entry));
    progress_.tell(row, "refused", why);
  }
  // What still waits to be sent.
  Outcome<void> finish() {
    if (places_.empty()) return {};
    Json request{{"verb", "admin provision --codes"}};
    if (options_.replace) request["replace"] = "yes";
    if (options_.dry_run) request["only_checks"] = "yes";
    const std::string lines = std::exchange(lines_, {});
    const std::vector<std::string> places = std::exchange(places_, {});
    const auto reply = console_.ask(request, lines);
    if (!reply) return std::unexpected(reply.error());
    const std::vector<Json> codes = objects_of(*reply, "codes");
    const std::string stopped = text_of(*reply, "error");
    if (codes.size() > places.size() || (codes.size() < places.size() && stopped.empty()))
      return std::unexpected(nonsense());
    std::string text;
    for (std::size_t i = 0; i < codes.size(); ++i) text += take(places[i], codes[i]);
    progress_.clear();
    if (auto printed = console_.print(text); !printed) return printed;
    if (stopped.empty()) return {};
    return std::unexpected(
        Failure{.status = ExitStatus::unreachable, .error = stopped, .hint = text_of(*reply, "hint")});
  }
  // With --json all is one object, whatever became of the rest.
  Outcome<void> end() {
    progress_.clear();
    if (options_.dry_run) return console_.json ? console_.print_json(summary()) : console_.print(summary_text());
    if (console_.json) return console_.print_json({{"codes", std::move(all_)}});
    if (tally_.users > 1) static_cast<void>(console_.terminal.report(what_was_made()));
    return {};
  }
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  // The line of output.
  std::string take(const std::string& row, const Json& entry) {
    const std::string why = text_of(entry, "error");
    if (!why.empty()) {
      refuse(row, text_of(entry, "user"), why);
      return "";
    }
    ++tally_.users;
    all_.push_back(entry);
    const std::string until = text_of(entry, "until");
    if (flag_of(entry, "kept")) {
      ++tally_.kept;
      const auto time = parse_time(until);
      progress_.tell(
          row, "kept",
          fmt::format("Has a code that is good until {}; --replace makes another.", time ? local_time(*time) : until));
      return "";
    }
    ++tally_.made;
    if (console_.json || options_.dry_run) return "";
    return fmt::format("{},{},{}\n", csv_field(printable_line(text_of(entry, "user"))), text_of(entry, "code"), until);
  }
  // Beside the table, which may go into a file.
  [[nodiscard]] std::string what_was_made() const {
    std::string text =
        fmt::format("mfa-enroll: {} of {} users got a code", grouped(tally_.made), grouped(tally_.users));
    if (tally_.kept > 0) text += fmt::format("; {} keep theirs", grouped(tally_.kept));
    if (tally_.refused > 0) text += fmt::format("; {} get none", grouped(tally_.refused));
    return text + ".\n";
  }
  [[nodiscard]] Json summary() const {
    return {{"dry_run", true},
            {"users", tally_.users},
            {"made", tally_.made},
            {"kept", tally_.kept},
            {"refused", tally_.refused}};
  }
  [[nodiscard]] std::string summary_text() const {
    std::string text = fmt::format("Would make {} of {} codes.\n", grouped(tally_.made), grouped(tally_.users));
    if (tally_.kept > 0) text += fmt::format("  {:>9}  users have one that is good\n", grouped(tally_.kept));
    if (tally_.refused > 0) text += fmt::format("  {:>9}  get none, for the reasons above\n", grouped(tally_.refused));
    return text + "Nothing was changed.\n";
  }

  const Console& console_;
  const CodesOptions& options_;
  Progress& progress_;
  Tally tally_;
  std::unordered_set<std::string> seen_;
  std::string lines_;
  std::vector<std::string> places_;  // of the lines that wait
  Json all_ = Json::array();
};

std::uint64_t size_of(int fd) {
  struct stat found{};
  return fstat(fd, &found) == 0 && S_ISREG(found.st_mode) ? static_cast<std::uint64_t>(found.st_size) : 0;
}

Outcome<void> read_all_rows(LineReader& lines, const std::string& place, People& people, CodeMaker& codes,
                            Progress& progress) {
  UserRows rows;
  for (;;) {
    const auto line = lines.next();
    if (!line) return std::unexpected(failure_of(line.error(), place));
    if (!*line) return {};
    const std::uint64_t number = (*line)->number;
    const auto user =
        (*line)->whole ? rows.read((*line)->text) : std::unexpected(std::string("It is too long for a line."));
    if (!user) {
      codes.refuse(row_of(number, ""), "", user.error());
      continue;
    }
    if (!*user) continue;
    const auto person = people.named(**user);
    // The heading of a table of one column, unless somebody is called that.
    if (!person && number == 1 && **user == "user" && !people.stuck()) continue;
    if (person) {
      if (auto added = codes.add(row_of(number, **user), *person); !added) return added;
    } else {
      codes.refuse(row_of(number, **user), **user, sentence(person.error()));
      if (auto stuck = people.stuck()) return std::unexpected(*std::move(stuck));
    }
    progress.reached(lines.bytes(), codes.tally().users);
  }
}

}  // namespace

Outcome<void> admin_provision_codes(const Console& console, const CodesOptions& options) {
  if (!console.where.by_root)
    return std::unexpected(Failure{.error = "Only root may make enrolment codes.", .hint = "Run it with sudo."});
  const bool standard = options.users == "-";
  std::optional<Descriptor> opened;
  if (!standard) {
    auto file = open_input(options.users);
    if (!file) return std::unexpected(file.error());
    opened.emplace(std::move(*file));
  }
  const std::string place = standard ? "standard input" : options.users;
  const int fd = standard ? console.input : opened->get();
  Progress progress(console, size_of(fd), "users");
  CodeMaker codes(console, options, progress);
  People people(options.accounts);
  LineReader lines(fd);
  if (auto begun = codes.begin(); !begun) return begun;
  auto done = read_all_rows(lines, place, people, codes, progress);
  // What was read before a failure gets its codes all the same, unless it was the engine's.
  if (done || done.error().status != ExitStatus::unreachable) {
    if (auto sent = codes.finish(); !sent) done = std::move(sent);
  }
  const auto printed = codes.end();
  const Tally& tally = codes.tally();
  if (!done) {
    Failure failure = done.error();
    failure.hint += failure.hint.empty() ? "Run" : " Then run";
    failure.hint += " it again: who has a code keeps it.";
    return std::unexpected(std::move(failure));
  }
  if (!printed) return printed;
  if (tally.users == 0) return std::unexpected(nobody(fmt::format("There is no name in {}.", place)));
  if (tally.refused == 0) return {};
  return std::unexpected(
      Failure{.error = fmt::format("{} of {} users got no code.", grouped(tally.refused), grouped(tally.users)),
              .hint = "Why is told with each."});
}

}  // namespace mfa::cli
