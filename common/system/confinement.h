// Keeping what the engine runs for others away from what is the engine's alone, though both are the same user:
// landlock(7).
//
// Who has entered reaches nothing below a folder but what is below one folder in it; sees and signals no process that
// has not entered with it; and gains no privileges. All else stays as it was, so that a gateway of anybody's goes on
// working. Nothing that it starts can leave.
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
  explicit Confinement(const ClosedFolder& closed);

  // Of the calling thread, for good. False: it could not be, and nothing may be run. True as well where the kernel has
  // no Landlock (see missing()). Between fork(2) and execve(2): nothing but system calls, and no memory but its stack.
  [[nodiscard]] bool enter() const;

  // Why this kernel confines nobody, in a sentence; empty if it does.
  [[nodiscard]] static std::string missing();

 private:
  // "/var/lib/mfa" -> "var", "lib", "mfa"; without links
  std::vector<std::string> parts_;
  std::string open_;
  int version_;  // of the kernel's Landlock; 0: none
};

}  // namespace mfa
