// What an administrator sees of an import, and how foreign files are read.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "cli/import/csv.h"
#include "cli/import/google_authenticator.h"
#include "cli/import/line_reader.h"
#include "cli/import/oath_users.h"
#include "cli/import/secret_file.h"
#include "cli/import/secret_files.h"
#include "cli/progress.h"
#include "cli/verbs/import.h"
#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// --- google-authenticator

constexpr const char* kTimed =
    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n"
    "\" RATE_LIMIT 3 30 1795338840\n"
    "\" WINDOW_SIZE 17\n"
    "\" DISALLOW_REUSE 59844628 59844630 59844629\n"
    "\" TOTP_AUTH\n"
    "12345678\n"
    "87654321\n";

TEST(GoogleAuthenticator, IsReadWithWhatWasUsed) {
  const auto file = parse_google_authenticator(kTimed);
  ASSERT_TRUE(file) << file.error();
  EXPECT_EQ(file->entry.kind, EntryKind::totp);
  EXPECT_EQ(file->entry.key, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  EXPECT_EQ(file->entry.period, "30");
  EXPECT_EQ(file->entry.last_step, 59'844'630);
  EXPECT_THAT(file->entry.scratch, ElementsAre("12345678", "87654321"));
  EXPECT_THAT(file->not_carried, ElementsAre(NotCarried::rate_limit, NotCarried::window));
}

struct Options {
  const char* what;
  std::string options;
  EntryKind kind;
  const char *period, *counter;
  std::vector<NotCarried> not_carried;
};
void PrintTo(const Options& row, std::ostream* out) { *out << row.what; }
class OptionsOfTheFile : public testing::TestWithParam<Options> {};
TEST_P(OptionsOfTheFile, AreCarriedOverOrSaidNotToBe) {
  const Options& row = GetParam();
  const std::string text = "GEZDGNBV\n" + row.options;
  const auto file = parse_google_authenticator(text);
  ASSERT_TRUE(file) << file.error();
  EXPECT_EQ(file->entry.kind, row.kind);
  EXPECT_EQ(file->entry.period, row.period);
  EXPECT_EQ(file->entry.counter, row.counter);
  EXPECT_EQ(file->not_carried, row.not_carried);
}
INSTANTIATE_TEST_SUITE_P(
    Import, OptionsOfTheFile,
    testing::Values(
        Options{"timed", "\" TOTP_AUTH\n\" DISALLOW_REUSE\n", EntryKind::totp, "30", "", {}},
        Options{"reuse", "\" TOTP_AUTH\n", EntryKind::totp, "30", "", {NotCarried::reuse}},
        Options{"step", "\" STEP_SIZE 60\n\" TOTP_AUTH\r\n\" DISALLOW_REUSE", EntryKind::totp, "60", "", {}},
        Options{"counted", "\" HOTP_COUNTER 4711\n", EntryKind::hotp, "30", "4711", {}},
        Options{"both", "\" HOTP_COUNTER 1\n\" TOTP_AUTH\n\" TIME_SKEW 9\n", EntryKind::hotp, "30", "1", {}},
        Options{"no counter", "\" HOTP_COUNTER 0\n\" TOTP_AUTH\n\" DISALLOW_REUSE\n", EntryKind::totp, "30", "", {}},
        Options{"narrow",
                "\" TOTP_AUTH\n\" WINDOW_SIZE 3\n\" DISALLOW_REUSE\n\" TIME_SKEW -1\n",
                EntryKind::totp,
                "30",
                "",
                {}},
        Options{"skewed",
                "\" TOTP_AUTH\n\" TIME_SKEW -2\n\" RESETTING_TIME_SKEW 1+2 3-4\n\" DISALLOW_REUSE\n",
                EntryKind::totp,
                "30",
                "",
                {NotCarried::skew}},
        Options{"grace",
                "\" TOTP_AUTH\n\" DISALLOW_REUSE\n\" LAST0 host 123\n\" LAST1 host 123\n",
                EntryKind::totp,
                "30",
                "",
                {NotCarried::grace}},
        Options{"others",
                "\" TOTP_AUTH\n\" DISALLOW_REUSE\n\" NEW_OPTION 1\nwords\n01234567\n",
                EntryKind::totp,
                "30",
                "",
                {NotCarried::option}}));

TEST(GoogleAuthenticator, OfAnythingElseItSaysWhatIsWrong) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "no key in its first line"},
      {"\n\" TOTP_AUTH\n", "no key in its first line"},
      {"\" TOTP_AUTH\nGEZDGNBV\n", "no key in its first line"},
      {"GEZDGNBV\n", "neither TOTP_AUTH nor HOTP_COUNTER"},
      {"GEZDGNBV\n12345678\n", "neither TOTP_AUTH nor HOTP_COUNTER"},
      {"GEZDGNBV\n\" STEP_SIZE 0\n\" TOTP_AUTH\n", "Line 2 has an option"},
      {"GEZDGNBV\n\" TOTP_AUTH\n\" STEP_SIZE 61\n", "Line 3 has an option"},
      {"GEZDGNBV\n\" HOTP_COUNTER -1\n", "Line 2 has an option"},
      {"GEZDGNBV\n\" HOTP_COUNTER x\n", "Line 2 has an option"},
      {"GEZDGNBV\n\" DISALLOW_REUSE 1 x\n", "Line 2 has an option"},
      {"GEZDGNBV\n\" WINDOW_SIZE 101\n", "Line 2 has an option"},
      {"GEZDGNBV\n\" TIME_SKEW\n", "Line 2 has an option"},
      {std::string("GEZDGNBV\0\n\" TOTP_AUTH\n", 22), "no file of google-authenticator"},
      {std::string(kLongestSecretFile + 1, 'A'), "no file of google-authenticator"},
      {"GEZDGNBV\n\x1b[2J\n", "no file of google-authenticator"},
  };
  for (const auto& [text, why] : rows) {
    const auto file = parse_google_authenticator(text);
    ASSERT_FALSE(file) << text;
    EXPECT_THAT(file.error(), HasSubstr(why));
    EXPECT_THAT(file.error(), Not(HasSubstr("GEZDGNBV")));
  }
}

// --- oath

TEST(OathUsers, AreReadAsLiboathReadsThem) {
  setenv("TZ", "UTC", 1);
  tzset();
  struct Row {
    const char* line;
    EntryKind kind;
    const char *digits, *period, *counter, *used;
    std::optional<std::int64_t> at;
  };
  const Row rows[] = {
      {"HOTP alice - 0011", EntryKind::hotp, "6", "", "0", "", {}},
      {"HOTP/E/8\talice\t-\t0011\t7", EntryKind::hotp, "8", "", "7", "", {}},
      {"HOTP alice + 0011 7 328482 2026-11-22T09:14:05L\r", EntryKind::hotp, "6", "", "7", "328482", kNow},
      {"HOTP/T30 alice - 0011", EntryKind::totp, "6", "30", "", "", {}},
      {"  HOTP/T60/7 alice - 0011 0 3284821 2026-11-22T09:14:05L", EntryKind::totp, "7", "60", "", "3284821", kNow},
  };
  for (const Row& row : rows) {
    const auto entry = parse_oath_line(row.line);
    ASSERT_TRUE(entry && *entry) << row.line;
    EXPECT_EQ((*entry)->kind, row.kind);
    EXPECT_EQ((*entry)->user, "alice");
    EXPECT_EQ((*entry)->key, "0011");
    EXPECT_TRUE((*entry)->hexadecimal);
    EXPECT_EQ((*entry)->digits, row.digits);
    EXPECT_EQ((*entry)->period, row.period);
    EXPECT_EQ((*entry)->counter, row.counter);
    EXPECT_EQ((*entry)->used_code, row.used);
    EXPECT_EQ((*entry)->used_at, row.at);
  }
  for (const char* line : {"", "  \t", "# HOTP alice - 0011", "#"}) EXPECT_FALSE(parse_oath_line(line).value()) << line;
}

TEST(OathUsers, OfAnythingElseItSaysWhatIsWrong) {
  const std::pair<const char*, const char*> rows[] = {
      {"HOTP", "no user, no PIN or no key"},
      {"HOTP alice -", "no user, no PIN or no key"},
      {"HOTP alice 1234 0011", "It has a PIN"},
      {"HOTP/T30 alice 0011 -", "It has a PIN"},
      {"TOTP alice - 0011", "Its type is none of"},
      {"HOTP/T30/9 alice - 0011", "Its type is none of"},
      {"OCRA-1:HOTP-SHA1-6:QN08 alice - 0011", "Its type is none of"},
      {"HOTP alice - 0011 7 328482 yesterday", "time of its last code"},
      {"HOTP alice - 0011 7 328482 2026-11-22T09:14:05Z", "time of its last code"},
      {"HOTP alice - 0011 7 328482 2026-11-22T09:14:05L more", "more words"},
  };
  for (const auto& [line, why] : rows) {
    const auto entry = parse_oath_line(line);
    ASSERT_FALSE(entry) << line;
    EXPECT_THAT(entry.error(), HasSubstr(why));
    EXPECT_THAT(entry.error(), Not(HasSubstr("0011")));
  }
}

// --- csv

std::string read_csv(const std::vector<std::string>& lines) {
  CsvPhones csv;
  std::string all;
  for (const std::string& line : lines) {
    const auto entry = csv.read(line);
    if (!entry) {
      all += "! " + entry.error() + "\n";
    } else if (*entry) {
      all += std::string((*entry)->user) + "|" + std::string((*entry)->number) +
             ((*entry)->kind == EntryKind::call ? "|call\n" : "\n");
    }
  }
  return all;
}

TEST(CsvPhones, AreReadAsSpreadsheetsWriteThem) {
  EXPECT_EQ(read_csv({"alice,021 123 4567", "", " bob , \"+64 9, 123\" ,call\r", "carol,\"a \"\"b\"\"\",SMS"}),
            "alice|021 123 4567\nbob|+64 9, 123|call\ncarol|a \"b\"\n");
  EXPECT_EQ(read_csv({"\xEF\xBB\xBFPhone;Name;User", "1;A, B;alice", "2;;bob;call"}), "alice|1\nbob|2\n");
  EXPECT_EQ(read_csv({"user\tphone\tkind", "alice\t1\tcall"}), "alice|1|call\n");
  EXPECT_EQ(read_csv({"alice,1", "user,phone"}), "alice|1\nuser|phone\n") << "a heading comes first";
  EXPECT_EQ(read_csv({"alice", "alice,", "alice,\"1", "alice,1\"2", "alice,\"1\"2", "alice,1,fax"}),
            "! It has no user or no phone.\n! It has no phone.\n! Its quotes make no sense.\nalice|1\"2\n"
            "! Its quotes make no sense.\n! Its kind is neither sms nor call.\n");
  EXPECT_EQ(read_csv({std::string(200, ',')}), "! Its quotes make no sense.\n");
}

// --- lines

TEST(LineReader, GivesLinesOfAnyFileInBoundedMemory) {
  std::string text = "first\n\nthird\r\n" + std::string(kLongestImportLine, 'x') + "\n" +
                     std::string(kLongestImportLine + 1, 'x') + "\n" + std::string(300'000, 'y') + "\nlast";
  const Typed file(text);
  LineReader lines(file.fd());
  std::vector<std::string> seen;
  for (auto line = lines.next(); line && *line; line = lines.next())
    seen.push_back(std::to_string((*line)->number) + ((*line)->whole ? ":" : "!") +
                   std::string((*line)->text.substr(0, 6)));
  EXPECT_THAT(seen, ElementsAre("1:first", "2:", "3:third\r", "4:xxxxxx", "5!", "6!", "7:last"));
  EXPECT_EQ(lines.bytes(), text.size());
}

TEST(LineReader, TellsHowFarItsLinesAreAndNotWhatWasReadAhead) {
  const Typed file("first\nsecond\nthird");
  LineReader lines(file.fd());
  EXPECT_EQ(lines.bytes(), 0U);
  for (const std::size_t bytes : {6U, 13U, 18U}) {
    ASSERT_TRUE(lines.next().value());
    EXPECT_EQ(lines.bytes(), bytes);
  }
}

// --- somebody else's file

class SecretFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/secret.XXXXXX";
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/file";
  }
  // What SetUp made, by name; nothing recursive, since this runs as root as well.
  void TearDown() override {
    unlink((folder_ + "/file").c_str());
    rmdir((folder_ + "/file").c_str());
    rmdir(folder_.c_str());
  }
  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
  }
  // What was read, or "! " and why not.
  static std::string read_at(const std::string& path, std::size_t longest = 1000) {
    const std::filesystem::path place(path);
    return read_below(place.parent_path(), place.filename(), longest);
  }
  static std::string read_below(const std::string& folder, const std::string& name, std::size_t longest = 1000) {
    WipedText text(2000);
    SecretFileReading reading(
        {.uid = geteuid(), .gid = getegid(), .owner = geteuid(), .folder = folder, .name = name, .groups = {}},
        longest);
    const auto done = reading.finish(text);
    return done ? std::string(text.text()) : "! " + std::string(sentence(done.error()));
  }
  [[nodiscard]] std::string read() const { return read_at(path_); }
  std::string folder_;
  std::string path_;
};

TEST_F(SecretFile, IsReadWhole) {
  write("key\n");
  EXPECT_EQ(read(), "key\n");
  write("");
  EXPECT_EQ(read(), "");
  write(std::string(1000, 'x'), 0400);
  EXPECT_EQ(read(), std::string(1000, 'x'));
}

TEST_F(SecretFile, IsNoneThatCouldDoHarm) {
  EXPECT_EQ(read(), "! There is no such file.");
  write("key\n", 0640);
  EXPECT_EQ(read(), "! Others may read or write it, so that its key may be known: its mode must be 0600 or 0400.");
  write("key\n", 0602);
  EXPECT_THAT(read(), HasSubstr("Others may"));
  write(std::string(1001, 'x'));
  EXPECT_EQ(read(), "! It is too long for a file of google-authenticator.");
  ASSERT_EQ(truncate(path_.c_str(), 1 << 30), 0);
  EXPECT_EQ(read(), "! It is too long for a file of google-authenticator.");
  std::filesystem::remove(path_);
  for (const char* target : {"/etc/passwd", "/dev/zero", "/nowhere"}) {
    std::filesystem::create_symlink(target, path_);
    EXPECT_EQ(read(), "! It is a link or lies behind one, and none is followed.");
    std::filesystem::remove(path_);
  }
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(read(), "! It is no file.");
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(read(), "! It is no file.");
  EXPECT_EQ(read_at("/dev/null"), "! It is no file.");
  // A link on the way there is none either, nor a way out of the folder.
  std::filesystem::remove(path_);
  std::filesystem::create_symlink(".", path_);
  std::ofstream(folder_ + "/key") << "key\n";
  ASSERT_EQ(chmod((folder_ + "/key").c_str(), 0600), 0);
  EXPECT_EQ(read_below(folder_, "key"), "key\n");
  const std::string inside = std::filesystem::path(folder_).filename();
  EXPECT_EQ(read_below(folder_, "../" + inside + "/key"), "! It is a link or lies behind one, and none is followed.");
  EXPECT_EQ(read_below(folder_, "file/key"), "! It is a link or lies behind one, and none is followed.");
  unlink((folder_ + "/key").c_str());
  EXPECT_EQ(read_at("/etc/passwd"), geteuid() == 0 ? "! Others may read or write it, so that its key may be known: its "
                                                     "mode must be 0600 or 0400."
                                                   : "! It belongs to somebody else.");
}

TEST(WipedText, IsNothingInAProcessThatBecomesSomebodyElse) {
  WipedText text(100);
  ASSERT_TRUE(text.add("GEZDGNBV"));
  const pid_t child = fork();
  if (child == 0) _exit(text.text() == std::string(8, '\0') ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(text.text(), "GEZDGNBV");
}

// --- many of them

class Scripted final : public FileReading {
 public:
  explicit Scripted(std::expected<std::string, Unread> what) : what_(std::move(what)) {}
  std::expected<void, Unread> finish(WipedText& to) override {
    if (!what_) return std::unexpected(what_.error());
    return to.add(*what_) ? std::expected<void, Unread>() : std::unexpected(Unread::too_long);
  }

 private:
  std::expected<std::string, Unread> what_;
};

// Reads the homes of user0, user1, … with what `of` says of each.
struct Homes {
  explicit Homes(std::initializer_list<Frame> script, bool json = false) : engine(script), run(engine, json) {}
  Outcome<void> read(int count, const std::function<std::expected<std::string, Unread>(const FileOf&)>& of) {
    SecretFiles files(importer, true, [&](const FileOf& file) { return std::make_unique<Scripted>(of(file)); });
    for (int i = 0; i < count; ++i) {
      const ListedAccount person{.name = "user" + std::to_string(i),
                                 .uid = 60'000 + static_cast<uid_t>(i),
                                 .shell = "",
                                 .real_name = "",
                                 .gid = 60'000,
                                 .home = "/nowhere"};
      const FileOf file{.uid = person.uid, .gid = 60'000, .owner = person.uid, .folder = "", .name = "", .groups = {}};
      if (auto added = files.add({.person = person, .file = file}); !added) return added;
    }
    return files.finish();
  }
  ScriptedEngine engine;
  Script run;
  Progress progress{run.console, 1, "users"};
  Importer importer{run.console, "google-authenticator", false, progress};
};

constexpr const char* kCounted = "GEZDGNBVGY3TQOJQ\n\" HOTP_COUNTER 7\n";

TEST(SecretFiles, OfThoseWhoHangTheOthersAreRead) {
  std::string ends;
  for (int i = 0; i < 100; ++i) ends += std::string(i > 0 ? "," : "") + R"({"end":"added"})";
  Homes homes{hello(), result("{\"rows\":[" + ends + "]}"), verdict(VerdictCode::done)};
  const auto done = homes.read(200, [](const FileOf& file) -> std::expected<std::string, Unread> {
    if (file.uid % 2 == 0) return std::unexpected(Unread::hangs);
    return kCounted;
  });
  EXPECT_TRUE(done) << done.error().error;
  EXPECT_EQ(homes.importer.tally().added, 100U);
  EXPECT_EQ(homes.importer.tally().refused, 100U);
}

TEST(SecretFiles, WhereAllHangItStopsAndSendsWhatItHas) {
  Homes homes{hello(), result(R"({"rows":[{"end":"added"}]})"), verdict(VerdictCode::done)};
  const auto done = homes.read(1000, [](const FileOf& file) -> std::expected<std::string, Unread> {
    if (file.uid != 60'000) return std::unexpected(Unread::hangs);
    return kCounted;
  });
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().error, HasSubstr("The disks of 64 users"));
  EXPECT_EQ(homes.importer.tally().added, 1U);
  EXPECT_EQ(homes.importer.tally().refused, 64U);
}

TEST(SecretFiles, WhoseClockIsWrongIsTold) {
  for (const auto& [skew, says] : {std::pair{"2", "about 60 seconds ahead"},
                                   {"-9", "about 5 minutes behind"},
                                   {"9223372036854775807", "minutes ahead"}}) {
    for (const bool json : {false, true}) {
      Homes homes({hello(), result(R"({"rows":[{"end":"added"}]})"), verdict(VerdictCode::done)}, json);
      ASSERT_TRUE(homes.read(1, [&](const FileOf&) {
        return "GEZDGNBVGY3TQOJQ\n\" TOTP_AUTH\n\" DISALLOW_REUSE\n\" TIME_SKEW " + std::string(skew) + "\n";
      }));
      const std::string errors = homes.run.errors.text();
      EXPECT_THAT(errors, HasSubstr(says));
      EXPECT_THAT(errors, testing::StartsWith(json ? R"({"row":"user0","note":"The clock of)"
                                                   : "mfa-enroll: user0: The clock"));
    }
  }
}

// --- the verb

Outcome<std::vector<ListedAccount>> two_people() {
  return std::vector<ListedAccount>{
      {.name = "alice", .uid = 1000, .shell = "/bin/sh", .real_name = "", .gid = 1000, .home = ""},
      {.name = "bob", .uid = 1001, .shell = "/bin/sh", .real_name = "", .gid = 1001, .home = ""}};
}

ImportOptions from_input(const std::string& source, bool dry_run = false) {
  return {.source = source,
          .path = "-",
          .all_homes = false,
          .users = "",
          .file = "",
          .dry_run = dry_run,
          .accounts = two_people};
}

TEST(AdminImport, SendsRowsApartFromTheRequestAndSumsUp) {
  for (const bool json : {false, true}) {
    ScriptedEngine engine{hello(),
                          result(R"({"rows":[{"end":"added","factor":"totp-1"},{"end":"refused","why":"No."},)"
                                 R"({"end":"left","why":"It may be hers."},{"end":"there","factor":"hotp-1"}]})"),
                          verdict(VerdictCode::done)};
    Script script(engine, json,
                  "HOTP/T30 alice - 0011 0 328482 2026-11-22T09:14:05L\nHOTP/T30 bob - 0022\n\nHOTP alice - 0033 5\n"
                  "HOTP bob - 0044\nHOTP bob 1234 0055\nHOTP carol-who-is-nobody - 0066\n");
    script.console.where.by_root = true;
    const auto done = admin_import(script.console, from_input("oath"));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().error, "3 of 6 rows were refused.");
    EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin import","source":"oath"})");
    EXPECT_EQ(engine.sent(0, Tag::rows),
              "totp\talice\t1000\t0x0011\t6\t30\t\t328482\t1795338845\t\ntotp\tbob\t1001\t0x0022\t6\t30\t\t\t\t\n"
              "hotp\talice\t1000\t0x0033\t6\t5\t\t\nhotp\tbob\t1001\t0x0044\t6\t0\t\t\n");
    EXPECT_EQ(
        script.errors.text(),
        json ? "{\"row\":\"line 6\",\"refused\":\"It has a PIN, and there are none here: the password takes its place. "
               "Write - for it.\"}\n{\"row\":\"line 7 (carol-who-is-nobody)\",\"refused\":\"There is no user of that "
               "name.\"}\n{\"row\":\"line 2 (bob)\",\"refused\":\"No.\"}\n"
               "{\"row\":\"line 4 (alice)\",\"left\":\"It may be hers.\"}\n"
             : "mfa-enroll: line 6: It has a PIN, and there are none here: the password takes its place. Write - for "
               "it.\n"
               "mfa-enroll: line 7 (carol-who-is-nobody): There is no user of that name.\n"
               "mfa-enroll: line 2 (bob): No.\n"
               "mfa-enroll: line 4 (alice): Left alone. It may be hers.\n");
    EXPECT_EQ(script.results.text(),
              json ? R"({"dry_run":false,"rows":6,"added":1,"there":1,"left":1,"refused":3,"without_file":0,)"
                     "\"not_carried\":{}}\n"
                   : "Imported 1 of 6 rows.\n"
                     "          1  are here already\n"
                     "          1  were left alone, for the reasons above\n"
                     "          3  were refused, for the reasons above\n");
  }
}

TEST(AdminImport, OnlyTries) {
  ScriptedEngine engine{hello(), result(R"({"rows":[{"end":"added"}]})"), verdict(VerdictCode::done)};
  Script script(engine, false, "user,phone\nalice,021/123 4567\n");
  script.console.where.by_root = true;
  ASSERT_TRUE(admin_import(script.console, from_input("csv", true)));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin import","source":"csv","only_checks":"yes"})");
  EXPECT_EQ(engine.sent(0, Tag::rows), "sms\talice\t1000\t021/123 4567\n");
  EXPECT_EQ(script.results.text(), "Would import 1 of 1 row.\nNothing was changed.\n");
}

TEST(AdminImport, SendsAsMuchAsARequestHolds) {
  constexpr int kRows = 1000;
  std::string text;
  for (int i = 0; i < kRows; ++i) text += "HOTP alice - " + std::string(20, 'a') + " " + std::to_string(i) + "\n";
  ScriptedEngine engine{};
  Script script(engine, false, text);
  script.console.where.by_root = true;
  // However many rows it chose to send: as many ends come back.
  for (const int rows : {256, 256, 256, 232}) {
    std::string ends = R"({"rows":[)";
    for (int i = 0; i < rows; ++i) ends += std::string(i > 0 ? "," : "") + R"({"end":"there"})";
    engine.add(hello());
    engine.add(result(ends + "]}"));
    engine.add(verdict(VerdictCode::done));
  }
  ASSERT_TRUE(admin_import(script.console, from_input("oath")));
  EXPECT_EQ(engine.count(), 4U);
  EXPECT_EQ(script.results.text(), "Imported 0 of 1,000 rows.\n      1,000  are here already\n");
}

TEST(AdminImport, StopsWhereTheEngineDoes) {
  ScriptedEngine engine{hello(), verdict(VerdictCode::unavailable, "The store is full.", "Make room.")};
  Script script(engine, false, "HOTP nobody-here - 00\nHOTP alice - 0011\n");
  script.console.where.by_root = true;
  const auto done = admin_import(script.console, from_input("oath"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::unreachable);
  EXPECT_EQ(done.error().hint, "Make room. Then run it again: what is done is passed over.");

  ScriptedEngine liar{hello(), result(R"({"rows":[]})"), verdict(VerdictCode::done)};
  Script other(liar, false, "HOTP alice - 0011\n");
  other.console.where.by_root = true;
  EXPECT_EQ(admin_import(other.console, from_input("oath")).error().error,
            "The MFA service said something that makes no sense.");
}

TEST(AdminImport, CountsWhatIsKeptWhereTheStoreFailsHalfWay) {
  ScriptedEngine engine{hello(),
                        result(R"({"rows":[{"end":"added"}],"error":"The store is full.","hint":"Make room."})"),
                        verdict(VerdictCode::done)};
  Script script(engine, false, "HOTP alice - 0011\nHOTP bob - 0022\n");
  script.console.where.by_root = true;
  const auto done = admin_import(script.console, from_input("oath"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::unreachable);
  EXPECT_EQ(done.error().error, "The store is full.");
  EXPECT_EQ(script.results.text(), "Imported 1 of 1 row.\n");
}

TEST(AdminImport, WhereNobodyIsListedFails) {
  ScriptedEngine engine{};
  Script script(engine, false);
  script.console.where.by_root = true;
  ImportOptions options = from_input("google-authenticator");
  options.path = "";
  options.all_homes = true;
  options.accounts = [] {
    return std::vector<ListedAccount>{
        {.name = "root", .uid = 0, .shell = "/bin/sh", .real_name = "", .gid = 0, .home = "/root"}};
  };
  const auto done = admin_import(script.console, options);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().error, HasSubstr("lists no accounts of people"));
}

TEST(AdminImport, OfAUserWhoseNameCouldBeNoRowTheOthersAreImported) {
  ScriptedEngine engine{hello(), result(R"({"rows":[{"end":"added"}]})"), verdict(VerdictCode::done)};
  Script script(engine, false, "HOTP alice - 0011\nHOTP bob - 0022\n");
  script.console.where.by_root = true;
  Progress progress(script.console, 1, "rows");
  Importer importer(script.console, "oath", false, progress);
  Entry entry;
  entry.kind = EntryKind::sms;
  entry.number = "021";
  const auto person = [](std::string name) -> ListedAccount {
    return {.name = std::move(name), .uid = 1000, .shell = "", .real_name = "", .gid = 0, .home = ""};
  };
  ASSERT_TRUE(importer.add("1", entry, person("a\tb")));
  ASSERT_TRUE(importer.add("2", entry, person("alice")));
  ASSERT_TRUE(importer.finish());
  EXPECT_EQ(importer.tally().refused, 1U);
  EXPECT_EQ(importer.tally().added, 1U);
}

// Whoever can write it decides who gets in.
TEST(AdminImport, TakesNoFileThatOthersMayWrite) {
  std::string folder = testing::TempDir() + "/import.XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/users.oath";
  std::ofstream(path) << "HOTP alice - 0011\n";
  const std::string own = std::to_string(geteuid());
  struct Row {
    mode_t mode;
    const char* sudo_uid;
    const char* says;
  };
  std::vector<Row> rows{
      {0622, own.c_str(), "Others may write"}, {0620, own.c_str(), "Others may write"}, {0644, own.c_str(), ""}};
  if (geteuid() != 0) rows.push_back({0600, "0", "somebody else's"});
  for (const Row& row : rows) {
    ASSERT_EQ(chmod(path.c_str(), row.mode), 0);
    setenv("SUDO_UID", row.sudo_uid, 1);
    ScriptedEngine engine{hello(), result(R"({"rows":[{"end":"added"}]})"), verdict(VerdictCode::done)};
    Script script(engine, false);
    script.console.where.by_root = true;
    ImportOptions options = from_input("oath");
    options.path = path;
    const auto done = admin_import(script.console, options);
    EXPECT_EQ(done.has_value(), *row.says == '\0') << row.mode;
    EXPECT_THAT(done ? "" : done.error().error, HasSubstr(row.says));
    EXPECT_THAT(script.errors.text(), done ? HasSubstr("Others may read it") : HasSubstr(""));
  }
  unsetenv("SUDO_UID");
  unlink(path.c_str());
  rmdir(folder.c_str());
}

TEST(AdminImport, WrongCommandLines) {
  struct Row {
    ImportOptions options;
    ExitStatus status;
    const char* says;
  };
  const auto line = [](std::string source, std::string path, bool all = false, std::string users = "",
                       std::string file = "") -> ImportOptions {
    return {.source = std::move(source),
            .path = std::move(path),
            .all_homes = all,
            .users = std::move(users),
            .file = std::move(file),
            .dry_run = false,
            .accounts = two_people};
  };
  const Row rows[] = {
      {line("ldap", "x"), ExitStatus::usage, "There is nothing to import from 'ldap'."},
      {line("oath", ""), ExitStatus::usage, "'admin import' needs more words."},
      {line("oath", "x", true), ExitStatus::usage, "'admin import oath' has no option '--all-homes'."},
      {line("csv", "x", false, "u"), ExitStatus::usage, "'admin import csv' has no option '--users'."},
      {line("csv", "x", false, "", "f"), ExitStatus::usage, "'admin import csv' has no option '--file'."},
      {line("google-authenticator", ""), ExitStatus::usage, "needs either a PATH or --all-homes or --users FILE"},
      {line("google-authenticator", "x", true), ExitStatus::usage, "needs either a PATH or"},
      {line("google-authenticator", "", true, "u"), ExitStatus::usage, "needs either --all-homes or --users FILE"},
      {line("google-authenticator", "", true, "", "../x"), ExitStatus::usage, "--file is where in each home"},
      {line("google-authenticator", "", true, "", "/x"), ExitStatus::usage, "--file is where in each home"},
      {line("google-authenticator", "/nowhere"), ExitStatus::refused, "There is no file or folder /nowhere."},
      {line("google-authenticator", "/dev/null"), ExitStatus::refused, "/dev/null: It is no file."},
      {line("oath", "/nowhere"), ExitStatus::refused, "There is no file /nowhere."},
      {line("oath", "/dev/null"), ExitStatus::refused, "/dev/null is a device."},
      {line("oath", "/etc"), ExitStatus::refused, "/etc is a folder."},
  };
  for (const Row& row : rows) {
    ScriptedEngine engine{};
    Script script(engine, false);
    script.console.where.by_root = true;
    const auto done = admin_import(script.console, row.options);
    ASSERT_FALSE(done) << row.says;
    EXPECT_EQ(done.error().status, row.status) << row.says;
    EXPECT_THAT(done.error().error, HasSubstr(row.says));
    EXPECT_EQ(engine.count(), 0U);
  }
  ScriptedEngine engine{};
  Script script(engine, false);
  EXPECT_EQ(admin_import(script.console, line("oath", "-")).error().error, "Only root may import second factors.");
}

// --- the bar

TEST(Progress, IsABarOnATerminalAndLinesElsewhere) {
  for (const bool terminal : {true, false}) {
    for (const bool json : {true, false}) {
      ScriptedEngine engine{};
      Script script(engine, json, "", terminal);
      const Written errors;
      const Terminal apart(script.input.fd(), script.errors.fd(), terminal, errors.fd());
      const Console console{.link = engine,
                            .person = script.dialogue,
                            .terminal = apart,
                            .input = script.input.fd(),
                            .results = script.results.fd(),
                            .results_on_screen = false,
                            .json = json,
                            .style = {},
                            .where = {},
                            .now = kNow};
      {
        Progress progress(console, 40'000, "users");
        progress.reached(50, 50);
        EXPECT_THAT(script.errors.text(), IsEmpty());
        progress.reached(20'000, 20'000);
        progress.tell("line 7", "refused", "no\x1b");
      }
      const std::string bar =
          "\r  [####################....................]  50 %  20,000 users\r" + std::string(64, ' ') + "\r";
      EXPECT_EQ(script.errors.text(), terminal ? bar : "") << "where one types";
      const std::string lines = json ? "{\"count\":20000,\"percent\":50}\n" : "mfa-enroll: 50 %  20,000 users\n";
      const std::string row =
          json ? "{\"row\":\"line 7\",\"refused\":\"no\\u001b\"}\n" : "mfa-enroll: line 7: no\\x1b\n";
      EXPECT_EQ(errors.text(), (terminal ? "" : lines) + row) << "standard error, wherever that leads";
    }
  }
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
}

}  // namespace
}  // namespace mfa::cli
