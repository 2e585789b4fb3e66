// Keeping what the engine runs for others away from what is the engine's alone, though both are the same user:
// landlock(7).
//
// Who has entered reaches nothing below some folders but what is below one folder in each; changes nothing below /etc,
// where the settings and passwords of others are; looks into no process that has not entered with it, and signals none
// where the kernel knows how (6.12; before that it may signal any process of its user); and gains no privileges. All
// else stays as it was, so that a gateway of anybody's goes on working, but for what lies beside these folders where
// their own user cannot list it. Nothing that it starts can leave. Folders are known by their paths: what is mounted in
// a second place is reached there.
#pragma once

#include <string>
#include <vector>

namespace mfa {

struct ClosedFolder {
  std::string path;  // absolute; empty: nothing is closed
  std::string open;  // the name of a folder in it that stays open, if it is there
};

class Confinement {
 public:
  explicit Confinement(const std::vector<ClosedFolder>& closed);

  // Of the calling thread, for good. False: it could not be, and nothing may be run. True as well where the kernel has
  // no Landlock (see missing()). Between fork(2) and execve(2): nothing but system calls, and no memory but its stack.
  [[nodiscard]] bool enter() const;

  // The folders on the way whose names this process's user cannot list: nothing in them is reached but by /etc or where
  // it is open.
  [[nodiscard]] std::vector<std::string> unlisted() const;

  // Why this kernel confines nobody, in a sentence; empty if it does.
  [[nodiscard]] static std::string missing();

 private:
  // A folder on the way to those that are left out, without links, and the names in it that are not reached as a whole:
  // "/var/lib", {"mfa"}.
  struct Level {
    std::string path;
    std::vector<std::string> left_out;
    bool only_read = false;
  };
  void leave_out(const std::string& path);
  static void allow_level(int ruleset, const Level& level, int version);

  std::vector<Level> levels_;
  std::vector<std::string> closed_;  // each must be there
  std::vector<std::string> open_;    // in one that is closed
  std::string only_read_;            // empty: nothing as a whole
  int version_;                      // of the kernel's Landlock; 0: none
};

}  // namespace mfa
