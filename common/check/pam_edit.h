// A change of one file of /etc/pam.d: made line by line, and told in words that can be done as they stand.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/check/pam_stack.h"

namespace mfa {

// A file as it is, and as it should be.
struct PamEdit {
  std::string path;
  std::string before;
  std::string after;
};

// "Write /etc/pam.d/sshd:4 as: …"; of several lines, all that is to stand there.
[[nodiscard]] std::string in_words(const PamEdit& edit);

// The files of `reader`, but for the text of one of them.
[[nodiscard]] PamReader with_text(PamReader reader, std::string path, std::string text);

// Edits of a file's lines, which are told by the numbers that they have before any of them. A line that is continued
// counts whole.
class PamRewriting {
 public:
  using Lines = std::vector<std::string>;

  explicit PamRewriting(std::string_view text);

  [[nodiscard]] std::string raw(int line) const;
  void replace(int line, std::string text) { instead_[line] = {std::move(text)}; }
  void replace(int line, Lines texts) { instead_[line] = std::move(texts); }
  void remove(int line) { instead_[line] = {}; }
  void add_behind(int line, std::string text) { behind_[line].push_back(std::move(text)); }
  void add_before(int line, std::string text) { before_[line].push_back(std::move(text)); }
  void add_at_end(std::string text) { end_.push_back(std::move(text)); }

  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::pair<int, int> extent(int line) const;

  Lines lines_;
  std::vector<PamText> texts_;
  std::map<int, Lines> instead_, behind_, before_;
  Lines end_;
};

}  // namespace mfa
