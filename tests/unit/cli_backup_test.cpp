// Backups as files: whole or not at all, for their owner alone, over nothing; and only from files nobody else can have
// changed.
#include "cli/verbs/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli_doubles.h"

namespace mfa::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint8_t kPieceWanted = 2;

Frame bytes(std::string_view piece) {
  return frame(FrameType::result, [&](auto& w) { w.field(Tag::bytes, piece); });
}
Frame wants(std::string_view file) {
  return frame(FrameType::ask, [&](auto& w) { w.field(Tag::text, file).field(Tag::flag, kPieceWanted); });
}
Frame facts(int size) {
  return result(R"({"size":)" + std::to_string(size) + R"(,"people":2,"rows":7,"schema":8,"key":"0a0b0c0d"})");
}

class BackupFile : public testing::Test {
 protected:
  BackupFile() {
    std::string made = testing::TempDir() + "backup-XXXXXX";
    folder_ = mkdtemp(made.data());
    path_ = folder_ / "backup.db";
  }
  ~BackupFile() override { fs::remove_all(folder_); }

  Outcome<void> backup(ScriptedEngine& engine, bool json = false) {
    Script script(engine, json);
    auto done = admin_backup(script.console, path_);
    said_ = script.results.text();
    return done;
  }
  Outcome<void> restore(ScriptedEngine& engine, const std::string& key = "", std::string_view typed = "",
                        bool interactive = false) {
    Script script(engine, false, typed, interactive);
    auto done = admin_restore(script.console, {.path = path_, .key = key});
    said_ = script.results.text();
    return done;
  }
  void write(const fs::path& file, const std::string& content, mode_t mode = 0600) {
    std::ofstream(file, std::ios::binary) << content;
    chmod(file.c_str(), mode);
  }
  [[nodiscard]] static std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_, path_;
  std::string said_;
};

TEST_F(BackupFile, ArrivesWholeForItsOwnerAlone) {
  umask(0);
  ScriptedEngine engine{hello(), bytes("abc"), bytes(std::string_view("\0de", 3)), facts(6),
                        verdict(VerdictCode::done)};
  ASSERT_TRUE(backup(engine));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin backup"})");
  EXPECT_EQ(content(path_), std::string("abc\0de", 6));
  struct stat about{};
  ASSERT_EQ(stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777U, 0600U);
  EXPECT_EQ(files(), 1U);
  EXPECT_THAT(said_, HasSubstr("2 people and 7 rows of the trail"));
  EXPECT_THAT(said_, HasSubstr("of no use without it"));
}

TEST_F(BackupFile, IsThereWholeOrNotAtAll) {
  for (const bool refused : {true, false}) {
    ScriptedEngine engine{hello(), bytes("abc"), facts(4),
                          refused ? verdict(VerdictCode::refused, "No.") : verdict(VerdictCode::done)};
    EXPECT_FALSE(backup(engine));
    EXPECT_EQ(files(), 0U);
  }
  ScriptedEngine ends{hello(), bytes("abc")};
  EXPECT_FALSE(backup(ends));
  EXPECT_EQ(files(), 0U);
}

TEST_F(BackupFile, ReplacesNothingAndFollowsNoLink) {
  const fs::path other = folder_ / "other";
  write(other, "kept");
  for (const bool link : {false, true}) {
    if (link)
      fs::create_symlink(other, path_);
    else
      write(path_, "there");
    ScriptedEngine engine{hello(), bytes("abc"), facts(3), verdict(VerdictCode::done)};
    const auto done = backup(engine);
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().error, HasSubstr("is there already"));
    EXPECT_EQ(engine.count(), 0U) << "nobody was asked";
    EXPECT_EQ(content(other), "kept");
    fs::remove(path_);
  }
  fs::create_symlink(folder_ / "nowhere", path_);
  ScriptedEngine engine{hello(), bytes("abc"), facts(3), verdict(VerdictCode::done)};
  EXPECT_FALSE(backup(engine));
  EXPECT_FALSE(fs::exists(folder_ / "nowhere"));
}

TEST_F(BackupFile, AppearingMeanwhileIsKept) {
  ScriptedEngine engine{hello(), bytes("abc"), facts(3), verdict(VerdictCode::done)};
  struct Appearing final : Link {
    ScriptedEngine& engine;
    std::function<void()> at_the_end;
    explicit Appearing(ScriptedEngine& of) : engine(of) {}
    std::optional<Received> open(std::span<const char> request) override { return engine.open(request); }
    bool send(std::span<const char> bytes) override { return engine.send(bytes); }
    std::optional<Received> receive(int seconds) override {
      auto got = engine.receive(seconds);
      if (engine.all_taken()) at_the_end();
      return got;
    }
    protocol::Reached way() const override { return engine.way(); }
    Fault why() const override { return engine.why(); }
  } link{engine};
  link.at_the_end = [&] {
    EXPECT_EQ(files(), 0U) << "whoever is killed now leaves nothing";
    write(path_, "somebody else's");
  };
  Script script(engine, false);
  const Console console{.link = link,
                        .person = script.dialogue,
                        .terminal = script.terminal,
                        .input = script.input.fd(),
                        .results = script.results.fd(),
                        .results_on_screen = false,
                        .json = false,
                        .style = {},
                        .where = {},
                        .now = kNow};
  const auto done = admin_backup(console, path_);
  ASSERT_FALSE(done);
  EXPECT_EQ(content(path_), "somebody else's");
  EXPECT_EQ(files(), 1U);
}

TEST_F(BackupFile, GoesIntoNoFolderWhereOthersMayExchangeIt) {
  chmod(folder_.c_str(), 0777);
  ScriptedEngine refused{hello()};
  EXPECT_FALSE(backup(refused));
  EXPECT_EQ(refused.count(), 0U);
  if (geteuid() == 0) {
    for (const mode_t mode : {0755U, 01777U}) {
      chmod(folder_.c_str(), mode);
      ASSERT_EQ(chown(folder_.c_str(), 1000, 1000), 0);
      ScriptedEngine of_another{hello()};
      const auto done = backup(of_another);
      ASSERT_FALSE(done);
      EXPECT_THAT(done.error().hint, HasSubstr("belongs to somebody else"));
    }
    ASSERT_EQ(chown(folder_.c_str(), 0, 0), 0);
  }
  chmod(folder_.c_str(), 01777);
  ScriptedEngine engine{hello(), bytes("abc"), facts(3), verdict(VerdictCode::done)};
  EXPECT_TRUE(backup(engine));
}

TEST_F(BackupFile, ADiskThatIsFullIsTold) {
  path_ = "/dev/full/backup.db";
  ScriptedEngine engine{hello()};
  EXPECT_FALSE(backup(engine));
}

TEST_F(BackupFile, IsBroughtBackPieceByPieceWithItsKey) {
  write(path_, std::string(20'000, 'x') + "end");
  write(folder_ / "key", "mfa-key 1\nfirst\n");
  ScriptedEngine engine{
      hello(),
      wants("key"),
      wants("key"),
      wants("backup"),
      wants("backup"),
      wants("backup"),
      result(R"({"people":2,"rows":7,"aside":"/var/lib/mfa/old","continued":false,"bad":5,)"
             R"("all_that_came_back":3,"came_back":[{"user":"alice","factor":"totp-2"},{"user":"bob"}],)"
             R"("all_by_code":2,"by_code":["carol","dave"],"named_as_before":[{"user":"jan","was":"janet"}]})"),
      verdict(VerdictCode::done)};
  ASSERT_TRUE(restore(engine, folder_ / "key"));
  EXPECT_EQ(Json::parse(engine.sent(0, Tag::json)), Json::parse(R"({"verb":"admin restore","key":"yes"})"));
  EXPECT_EQ(engine.sent(1, Tag::bytes), "mfa-key 1\nfirst\n");
  EXPECT_EQ(engine.sent(2, Tag::bytes), "");
  EXPECT_EQ(engine.sent(3, Tag::bytes), std::string(16'000, 'x'));
  EXPECT_EQ(engine.sent(4, Tag::bytes), std::string(4'000, 'x') + "end");
  EXPECT_EQ(engine.sent(5, Tag::bytes), "");
  EXPECT_THAT(said_, HasSubstr("Restored: 2 people and 7 rows"));
  EXPECT_THAT(said_, HasSubstr("/var/lib/mfa/old"));
  EXPECT_THAT(said_, HasSubstr("all recovery codes count as used"));
  EXPECT_THAT(said_, HasSubstr("registered anew: mfa-enroll hotp"));
  EXPECT_THAT(said_, HasSubstr("  alice totp-2\n  bob (all of it)\n  and 1 more\n"));
  EXPECT_THAT(said_, HasSubstr("\n  mfa-enroll admin rename jan janet\n"));
  EXPECT_THAT(said_, HasSubstr("mfa-enroll admin provision --codes --users FILE\n  carol\n  dave\n"));
  EXPECT_THAT(said_, HasSubstr("Row 5 of the backup's trail"));
}

TEST_F(BackupFile, AKeyFileOfAnyLengthThatItMayHaveIsSentWhole) {
  write(path_, "x");
  const std::string key(65'536, 'k');  // in five pieces
  write(folder_ / "key", key);
  ScriptedEngine engine{hello(),
                        wants("key"),
                        wants("key"),
                        wants("key"),
                        wants("key"),
                        wants("key"),
                        wants("key"),
                        result(R"({"people":2,"rows":7,"continued":true})"),
                        verdict(VerdictCode::done)};
  ASSERT_TRUE(restore(engine, folder_ / "key"));
  std::string sent;
  for (std::size_t piece = 1; piece <= 5; ++piece) sent += engine.sent(piece, Tag::bytes);
  EXPECT_EQ(sent, key);
  EXPECT_EQ(engine.sent(6, Tag::bytes), "");
  write(folder_ / "key", key + "k");
  ScriptedEngine longer{hello(), wants("key"), wants("key"), wants("key"), wants("key"), wants("key"), wants("key")};
  const auto done = restore(longer, folder_ / "key");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().error, HasSubstr("key is no key file: it is too large"));
}

TEST_F(BackupFile, WithoutAKeyNoneIsSent) {
  write(path_, "x");
  ScriptedEngine engine{hello(), wants("key")};
  EXPECT_FALSE(restore(engine));
  EXPECT_EQ(engine.sent(0, Tag::json), R"({"verb":"admin restore"})");
  EXPECT_NE(engine.sent(1, Tag::bytes), "x");
}

TEST_F(BackupFile, ComesFromNoFileThatOthersMayHaveChanged) {
  const auto refused = [&](const std::string& key = "") {
    ScriptedEngine engine{hello()};
    const auto done = restore(engine, key);
    EXPECT_EQ(engine.count(), 0U);
    return done ? std::string() : done.error().error;
  };
  EXPECT_THAT(refused(), HasSubstr("cannot open"));
  write(path_, "x", 0620);
  EXPECT_THAT(refused(), HasSubstr("others can write it"));
  chmod(path_.c_str(), 0644);
  write(folder_ / "key", "k", 0640);
  EXPECT_THAT(refused(folder_ / "key"), HasSubstr("others can reach it"));
  if (geteuid() == 0) {
    chmod((folder_ / "key").c_str(), 0600);
    ASSERT_EQ(chown((folder_ / "key").c_str(), 1000, 1000), 0);
    EXPECT_THAT(refused(folder_ / "key"), HasSubstr("belongs to somebody else"));
  }
  fs::create_symlink(path_, folder_ / "link");
  path_ = folder_ / "link";
  EXPECT_THAT(refused(), HasSubstr("is a symbolic link"));
  path_ = folder_;
  EXPECT_THAT(refused(), HasSubstr("is no file"));
}

TEST_F(BackupFile, IsBroughtBackAfterAYesAtATerminal) {
  write(path_, "x");
  ScriptedEngine engine{hello()};
  const auto done = restore(engine, "", "n\n", true);
  ASSERT_FALSE(done);
  EXPECT_EQ(engine.count(), 0U);
}

}  // namespace
}  // namespace mfa::cli
