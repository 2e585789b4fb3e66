// What /etc/passwd decides by itself, and all that is left to the name service.
#include "common/system/local_accounts.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/service_folder.h"

namespace mfa {
namespace {

constexpr const char* kPasswd =
    "root:x:0:0:root:/root:/bin/bash\n"
    "alice:x:1000:100:Alice,,,:/home/alice:/bin/bash\n"
    "alice2:x:1002:100::/home/alice2:\n"
    "twin:x:1000:101::/:/bin/sh\n";

class LocalAccountsTest : public ::testing::Test {
 protected:
  void passwd(const std::string& text) { write("passwd", text); }
  void nsswitch(const std::string& text) { write("nsswitch.conf", text); }
  std::optional<Account> alice() { return accounts_.by_name("alice"); }

  LocalAccountsTest() {
    passwd(kPasswd);
    nsswitch("# a comment\npasswd:\tfiles sss\ngroup: files\n");
  }

 private:
  // As the tools do it: another file takes its place.
  void write(const std::string& name, const std::string& text) {
    const std::string path = folder_ / name;
    std::ofstream(path + ".new") << text;
    ASSERT_EQ(std::rename((path + ".new").c_str(), path.c_str()), 0);
  }

  testing::Folder folder_;
  LocalAccounts accounts_{folder_ / "passwd", folder_ / "nsswitch.conf"};

 protected:
  LocalAccounts& accounts() { return accounts_; }
};

TEST_F(LocalAccountsTest, FindsTheFirstLineOfANameOrUid) {
  const auto found = alice();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, Username{"alice"});
  EXPECT_EQ(found->uid, Uid{1000});
  EXPECT_EQ(found->gid, Gid{100});
  EXPECT_EQ(accounts().by_uid({1000})->name.value, "alice");
  EXPECT_EQ(accounts().by_uid({1002})->name.value, "alice2");
  EXPECT_EQ(accounts().by_uid({0})->name.value, "root");
}

TEST_F(LocalAccountsTest, WhoIsNotThereMayBeElsewhere) {
  for (const char* name : {"bob", "alic", "alice3", "lice", "x", "Alice", ""})
    EXPECT_FALSE(accounts().by_name(name)) << name;
  EXPECT_FALSE(accounts().by_uid({1001}));
}

TEST_F(LocalAccountsTest, AnswersOnlyWhereTheNameServiceLooksThereFirstAndTakesWhatItFinds) {
  struct Row {
    const char* text;
    bool answers;
  };
  for (const Row& row :
       {Row{"passwd: files\n", true}, Row{"  passwd: files systemd # and so on\n", true},
        Row{"passwd: files\n\n#passwd: sss\n", true}, Row{"passwd: sss files\n", false}, Row{"passwd: compat\n", false},
        Row{"passwd: files [SUCCESS=continue] sss\n", false}, Row{"passwd: files [success=merge] sss\n", false},
        Row{"passwd: files[!UNAVAIL=return] sss\n", false}, Row{"passwd:files\n", false},
        Row{"passwd: files\npasswd: sss\n", false}, Row{"passwd_compat: nis\n", false}, Row{"group: files\n", false},
        Row{"passwd:\n", false}, Row{"", false}}) {
    nsswitch(row.text);
    EXPECT_EQ(alice().has_value(), row.answers) << row.text;
  }
}

TEST_F(LocalAccountsTest, AMissingOrHugeFileAnswersNothing) {
  passwd(std::string(LocalAccounts::kLargest, '#') + "\n" + kPasswd);
  EXPECT_FALSE(alice());
  LocalAccounts nowhere("/nonexistent/passwd", "/nonexistent/nsswitch.conf");
  EXPECT_FALSE(nowhere.by_name("root"));
}

TEST_F(LocalAccountsTest, LeavesLinesThatAreNotPlainToTheNameService) {
  for (const char* line :
       {"alice:x:1000:100::/home/alice\n", "alice:x:1000:100::/home/alice:/bin/sh:\n", "alice:x::100:::\n",
        "alice:x:-1:100:::\n", "alice:x:1000 :100:::\n", "alice:x:4294967296:100:::\n", "alice:x:1000:all:::\n",
        "+\nalice:x:1:1:::\n", "-alice\nalice:x:1:1:::\n", " alice:x:7:7:::\nalice:x:1:1:::\n",
        "\talice:x:7:7:::\nalice:x:1:1:::\n", "#alice:x:1:1:::\n"}) {
    passwd(line);
    EXPECT_FALSE(alice()) << line;
  }
  passwd(std::string("bob:x:1:1:::") + '\0' + "\nalice:x:1:1:::\n");
  EXPECT_FALSE(alice());
  passwd("# people\n\nalice:x:1:1:::");
  EXPECT_TRUE(alice());
}

TEST_F(LocalAccountsTest, ALineBeforeItThatCannotBeReadMayBeWhoIsMeant) {
  for (const char* line : {"bob:x: 1000:100:::\n", "bob:x:+1000:100:::\n", "bob:x:1000:100\n", "bob\n"}) {
    passwd(line + std::string(kPasswd));
    EXPECT_FALSE(accounts().by_uid({1000})) << line;
    EXPECT_TRUE(alice()) << line;
    passwd(kPasswd + std::string(line));
    EXPECT_TRUE(accounts().by_uid({1000})) << line;
  }
}

TEST_F(LocalAccountsTest, SeesEachChange) {
  ASSERT_TRUE(alice());
  passwd("alice:x:2000:100:::\n");
  EXPECT_EQ(alice()->uid, Uid{2000});
  passwd("bob:x:2000:100:::\n");
  EXPECT_FALSE(alice());
}

}  // namespace
}  // namespace mfa
