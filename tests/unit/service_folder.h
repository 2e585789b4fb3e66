// A folder of its own for a test, gone with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace mfa::testing {

class Folder {
 public:
  Folder() {
    std::string path = ::testing::TempDir() + "mfa-XXXXXX";
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    path_ = path;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  [[nodiscard]] const std::string& path() const { return path_; }
  void write(std::string_view name, std::string_view text) const {
    std::ofstream file(*this / name, std::ios::trunc);
    file << text;
    EXPECT_TRUE(file.good());
  }

 private:
  std::string path_;
};

}  // namespace mfa::testing
