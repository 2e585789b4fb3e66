// The files: which are read, in which order, and which are refused. Run by root, files are given away; run by anyone
// else, only what one's own files can show is.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/configuration.h"

namespace mfa {
namespace {

namespace fs = std::filesystem;

class LoadConfiguration : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "mfa-config-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Writes a file with safe rights, and the folder it is in.
  fs::path put(const std::string& name, std::string_view contents) {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    EXPECT_EQ(chmod(path.parent_path().c_str(), 0755), 0);
    std::ofstream(path, std::ios::binary) << contents;
    EXPECT_EQ(chmod(path.c_str(), 0644), 0);
    return path;
  }
  [[nodiscard]] Configuration load() const {
    return load_configuration((folder_ / "mfa.toml").string(), Uid{getuid()});
  }
  // The mistakes, with the folder's name left out.
  [[nodiscard]] std::vector<std::string> said() const {
    std::vector<std::string> all;
    if (const Configuration read = load(); !read) {
      for (const ConfigurationError& error : read.error()) {
        std::string text = to_string(error);
        if (text.starts_with(folder_.string())) text.erase(0, folder_.string().size());
        all.push_back(text);
      }
    }
    return all;
  }
  using Said = std::vector<std::string>;

  fs::path folder_;
};

std::string a_rule(const std::string& name) { return "[[rule]]\nname = '" + name + "'\nmfa = 'skip'\n"; }

TEST_F(LoadConfiguration, ReadsTheMainFileAlone) {
  put("mfa.toml", "issuer = 'A'\n");
  const Configuration read = load();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->issuer, "A");
}

TEST_F(LoadConfiguration, ReadsConfDByName) {
  put("mfa.toml", "issuer = 'main'\nhelpdesk = 'H'\n" + a_rule("main"));
  put("conf.d/20.toml", "issuer = 'twenty'\n" + a_rule("20"));
  put("conf.d/9.toml", "issuer = 'nine'\n" + a_rule("9"));
  put("conf.d/10.toml", "issuer = 'ten'\n" + a_rule("10"));
  put("conf.d/.99.toml", "not toml");
  put("conf.d/README", "not toml");
  put("conf.d/99.toml.bak", "not toml");
  put("conf.d/more/99.toml", "not toml");
  const Configuration read = load();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->issuer, "nine");  // by name, so "9" is after "20"
  EXPECT_EQ(read->helpdesk, "H");
  std::vector<std::string> names;
  for (const Rule& rule : read->rules) names.push_back(rule.name);
  EXPECT_EQ(names, (Said{"10", "20", "9", "main"}));
}

TEST_F(LoadConfiguration, NamesFileLineAndColumnOfAllMistakes) {
  put("mfa.toml", "\n  isuer = 'x'\n");
  put("conf.d/a.toml", "[totp]\ndigits = 9\n");
  EXPECT_EQ(said(), (Said{"/mfa.toml:2:3: \"isuer\" is not a key (did you mean \"issuer\"?)",
                          "/conf.d/a.toml:2:10: totp.digits must be from 6 to 8, not 9"}));
}

TEST_F(LoadConfiguration, WithoutAMainFileThereIsNone) {
  EXPECT_EQ(said(), Said{"/mfa.toml: cannot be read: No such file or directory"});
  put("conf.d/a.toml", "issuer = 'x'\n");
  EXPECT_EQ(said(), Said{"/mfa.toml: cannot be read: No such file or directory"});
  const Configuration read = load_configuration("/nonexistent/mfa.toml");
  EXPECT_FALSE(read);
}

TEST_F(LoadConfiguration, RefusesWhatOthersCouldWrite) {
  const fs::path main = put("mfa.toml", "");
  const fs::path extra = put("conf.d/a.toml", "");
  ASSERT_TRUE(load());
  const std::string wrong = ": must not be writable by its group or by others: chmod go-w";
  for (const mode_t mode : {0664U, 0646U, 0666U, 0622U}) {
    ASSERT_EQ(chmod(main.c_str(), mode), 0);
    EXPECT_EQ(said(), Said{"/mfa.toml" + wrong}) << mode;
    ASSERT_EQ(chmod(main.c_str(), 0640), 0);
    ASSERT_EQ(chmod(extra.c_str(), mode), 0);
    EXPECT_EQ(said(), Said{"/conf.d/a.toml" + wrong}) << mode;
    ASSERT_EQ(chmod(extra.c_str(), 0600), 0);
  }
  ASSERT_TRUE(load());
  for (const mode_t mode : {0775U, 0757U}) {
    ASSERT_EQ(chmod(folder_.c_str(), mode), 0);
    EXPECT_EQ(said(), Said{wrong}) << mode;
    ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
    ASSERT_EQ(chmod((folder_ / "conf.d").c_str(), mode), 0);
    EXPECT_EQ(said(), Said{"/conf.d" + wrong}) << mode;
    ASSERT_EQ(chmod((folder_ / "conf.d").c_str(), 0755), 0);
  }
  ASSERT_EQ(chmod(folder_.c_str(), 01777), 0);  // like /tmp: nobody can put another file in the place of ours
  EXPECT_TRUE(load());
  ASSERT_EQ(chmod(main.c_str(), 01666), 0);  // on a file that bit protects nothing
  EXPECT_EQ(said(), Said{"/mfa.toml" + wrong});
}

TEST_F(LoadConfiguration, RefusesWhatBelongsToAnotherUser) {
  const std::string main = put("mfa.toml", "").string();
  const Configuration read = load_configuration(main, Uid{getuid() + 1});
  ASSERT_FALSE(read);
  ASSERT_EQ(read.error().size(), 2U);  // the folder and the file
  EXPECT_NE(read.error()[1].text.find("must belong to"), std::string::npos);
  if (getuid() != 0) return;

  const fs::path extra = put("conf.d/a.toml", "");
  ASSERT_TRUE(load());
  ASSERT_EQ(chown(extra.c_str(), 65534, 0), 0);
  EXPECT_EQ(said(), Said{"/conf.d/a.toml: must belong to root, not to uid 65534"});
  ASSERT_EQ(chown(extra.c_str(), 0, 65534), 0);
  EXPECT_TRUE(load());
  ASSERT_EQ(chown((folder_ / "conf.d").c_str(), 65534, 0), 0);
  EXPECT_EQ(said(), Said{"/conf.d: must belong to root, not to uid 65534"});
}

TEST_F(LoadConfiguration, RefusesWhatIsNoRegularFile) {
  put("mfa.toml", "");
  put("conf.d/b.toml", "");
  const std::string fifo = (folder_ / "conf.d/a.toml").string();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(said(), Said{"/conf.d/a.toml: is not a regular file"});  // and does not wait for a writer
  fs::remove(fifo);
  fs::create_directory(fifo);
  EXPECT_EQ(said(), Said{"/conf.d/a.toml: is not a regular file"});
  fs::remove(fifo);
  fs::create_symlink("/dev/null", fifo);
  EXPECT_EQ(said(), Said{"/conf.d/a.toml: is not a regular file"});
  fs::remove(fifo);
  fs::create_symlink("nowhere", fifo);
  EXPECT_EQ(said(), Said{"/conf.d/a.toml: cannot be read: No such file or directory"});
  fs::remove(fifo);
  fs::create_symlink("b.toml", fifo);  // a link that the owner made is as good as the file
  EXPECT_TRUE(load());
  fs::remove_all(folder_ / "conf.d");
  std::ofstream(folder_ / "conf.d") << "";
  EXPECT_EQ(said(), Said{"/conf.d: cannot be read: Not a directory"});
}

TEST_F(LoadConfiguration, RefusesWhatIsTooMuch) {
  std::string text = "#";
  text.resize(kLargestConfigurationFile - 1, 'x');
  text += '\n';
  put("mfa.toml", text);
  EXPECT_TRUE(load());
  put("mfa.toml", text + "\n");
  EXPECT_EQ(said(), Said{"/mfa.toml: is larger than 1048576 bytes"});
  put("mfa.toml", "");
  for (std::size_t i = 0; i < kMostConfigurationFiles; ++i) put("conf.d/" + std::to_string(i) + ".toml", "");
  EXPECT_TRUE(load());
  put("conf.d/more.toml", "");
  EXPECT_EQ(said(), Said{"/conf.d: holds more than 200 files"});
}

TEST_F(LoadConfiguration, TakesAPathWithoutAFolder) {
  put("mfa.toml", "issuer = 'here'\n");
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const Configuration read = load_configuration("mfa.toml", Uid{getuid()});
  fs::current_path(before);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->issuer, "here");
}

}  // namespace
}  // namespace mfa
