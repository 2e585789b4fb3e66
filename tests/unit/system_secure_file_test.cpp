#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "common/system/secure_file.h"

namespace mfa {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class SecureFile : public ::testing::Test {
 protected:
  SecureFile() {
    std::string pattern = "/tmp/mfa-file-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/key";
    rules_.owners = {Uid{::geteuid()}};
    rules_.most = 64;
  }
  ~SecureFile() override { std::filesystem::remove_all(folder_); }

  void put(const std::string& content, mode_t mode) {
    std::ofstream(path_) << content;
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
  }
  std::string refusal() {
    const auto content = read_file(path_, rules_);
    if (content) return "was read";
    EXPECT_THAT(content.error(), StartsWith(path_ + ": "));
    return content.error().substr(path_.size() + 2);
  }
  std::size_t files() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  std::string folder_, path_;
  FileRules rules_;
};

TEST_F(SecureFile, is_read_when_only_its_owner_can_reach_it) {
  put("secret", 0400);
  EXPECT_EQ(read_file(path_, rules_)->text(), "secret");
  put("", 0600);
  EXPECT_EQ(read_file(path_, rules_)->size(), 0U);
  put(std::string(64, 'x'), 0600);
  EXPECT_EQ(read_file(path_, rules_)->size(), 64U);
}

TEST_F(SecureFile, is_refused_when_others_could_have_read_or_written_it) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0601U}) {
    put("secret", mode);
    EXPECT_THAT(refusal(), StartsWith("can be reached by others than its owner")) << std::oct << mode;
  }
  rules_.secret = false;
  put("text", 0644);
  EXPECT_TRUE(read_file(path_, rules_));
  put("text", 0664);
  EXPECT_EQ(refusal(), "can be written by others than its owner");
}

TEST_F(SecureFile, is_refused_when_it_is_someone_elses) {
  put("secret", 0400);
  rules_.owners = {Uid{::geteuid() + 1}};
  EXPECT_EQ(refusal(), "belongs to the wrong user");
  rules_.owners.clear();
  EXPECT_EQ(refusal(), "belongs to the wrong user");
}

TEST_F(SecureFile, is_refused_when_it_is_too_large_or_has_another_name) {
  put(std::string(65, 'x'), 0400);
  EXPECT_EQ(refusal(), "is too large");
  put("secret", 0600);
  std::filesystem::create_hard_link(path_, folder_ + "/other");
  EXPECT_EQ(refusal(), "has more than one name (a hard link)");
}

TEST_F(SecureFile, is_refused_at_once_when_it_is_no_file) {
  EXPECT_EQ(refusal(), "cannot open it: No such file or directory");
  std::filesystem::create_symlink("/etc/passwd", path_);
  EXPECT_EQ(refusal(), "is a symbolic link");
  std::filesystem::remove(path_);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(refusal(), "is not a regular file");
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(refusal(), "is not a regular file");
}

TEST_F(SecureFile, is_created_whole_with_its_mode) {
  const auto old = ::umask(0277);
  ASSERT_TRUE(create_file(path_, Secret("0123456789"), 0600));
  ::umask(old);
  struct stat found{};
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  EXPECT_EQ(found.st_nlink, 1U);
  EXPECT_EQ(read_file(path_, rules_)->text(), "0123456789");
  EXPECT_EQ(files(), 1U);
}

TEST_F(SecureFile, is_never_replaced) {
  ASSERT_TRUE(create_file(path_, Secret("first"), 0400));
  const auto again = create_file(path_, Secret("second"), 0400);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), path_ + ": is there already; it is never overwritten");
  EXPECT_EQ(read_file(path_, rules_)->text(), "first");
  EXPECT_EQ(files(), 1U);

  std::filesystem::remove(path_);
  std::filesystem::create_symlink(folder_ + "/elsewhere", path_);
  EXPECT_THAT(create_file(path_, Secret("x"), 0400).error(), EndsWith("never overwritten"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/elsewhere"));
}

TEST_F(SecureFile, is_created_by_one_of_many) {
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i)
      threads.emplace_back(
          [&, i] { made += create_file(path_, Secret(std::string(10, char('a' + i))), 0400) ? 1 : 0; });
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(files(), 1U);
}

TEST_F(SecureFile, is_given_to_its_owner) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_TRUE(create_file(path_, Secret("x"), 0400, FileOwner{.uid = {54321}, .gid = {54322}}));
  struct stat found{};
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, 54321U);
  EXPECT_EQ(found.st_gid, 54322U);
}

TEST_F(SecureFile, says_why_it_could_not_be_created_and_leaves_nothing) {
  EXPECT_THAT(create_file(folder_ + "/none/key", Secret("x"), 0400).error(), HasSubstr("cannot open the folder"));
  EXPECT_THAT(create_file(folder_ + "/" + std::string(300, 'n'), Secret("x"), 0400).error(), HasSubstr("too long"));
  EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace mfa
