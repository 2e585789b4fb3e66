// The configuration in force: swapped whole, kept when the new one is wrong.
#include <gtest/gtest.h>
#include <unistd.h>

#include "common/service/current_configuration.h"
#include "tests/unit/service_folder.h"

namespace mfa {
namespace {

class ConfigurationTest : public ::testing::Test {
 protected:
  [[nodiscard]] CurrentConfiguration configuration() const {
    return CurrentConfiguration(folder_ / "mfa.toml", Uid{geteuid()});
  }
  testing::Folder folder_;
};

TEST_F(ConfigurationTest, NothingIsInForceBeforeItIsRead) {
  const auto current = configuration();
  EXPECT_FALSE(current.snapshot().settings);
}

TEST_F(ConfigurationTest, ANewOneIsSwappedInAndOldSnapshotsStay) {
  folder_.write("mfa.toml", "issuer = \"one\"\n");
  auto current = configuration();
  ASSERT_TRUE(current.reload().empty());
  const Snapshot before = current.snapshot();
  folder_.write("mfa.toml", "issuer = \"two\"\n");
  ASSERT_TRUE(current.reload().empty());
  EXPECT_EQ(before.settings->issuer, "one");
  EXPECT_EQ(current.snapshot().settings->issuer, "two");
}

TEST_F(ConfigurationTest, AWrongOneChangesNothingAndSaysWhere) {
  folder_.write("mfa.toml", "issuer = \"one\"\n");
  auto current = configuration();
  ASSERT_TRUE(current.reload().empty());
  folder_.write("mfa.toml", "issuer = \"two\"\nbogus = 1\n");
  const auto mistakes = current.reload();
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_TRUE(mistakes[0].starts_with((folder_ / "mfa.toml") + ":2:1: ")) << mistakes[0];
  EXPECT_EQ(current.snapshot().settings->issuer, "one");
}

TEST_F(ConfigurationTest, AWrongFirstOneLeavesNoneAndTheReason) {
  folder_.write("mfa.toml", "bogus = 1\n");
  auto current = configuration();
  EXPECT_FALSE(current.reload().empty());
  EXPECT_FALSE(current.snapshot().settings);
  EXPECT_TRUE(current.snapshot().fault.contains("mfa.toml:1:1: ")) << current.snapshot().fault;
  folder_.write("mfa.toml", "");
  EXPECT_TRUE(current.reload().empty());
  EXPECT_TRUE(current.snapshot().settings);
}

TEST_F(ConfigurationTest, AFileThatIsNotThereIsAMistakeLikeAnyOther) {
  auto current = configuration();
  EXPECT_FALSE(current.reload().empty());
  EXPECT_FALSE(current.snapshot().settings);
}

TEST_F(ConfigurationTest, AFileThatVanishesOpensNoDoor) {
  folder_.write("mfa.toml", "[[rule]]\nname = \"all\"\nmfa = \"require\"\n");
  auto current = configuration();
  ASSERT_TRUE(current.reload().empty());
  unlink((folder_ / "mfa.toml").c_str());
  EXPECT_FALSE(current.reload().empty());
  EXPECT_EQ(current.snapshot().settings->rules.size(), 1U);
}

}  // namespace
}  // namespace mfa
