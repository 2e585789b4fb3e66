// The sockets of a service that nobody hands any: made in a folder that is root's alone, by one mfad at a time.
//
// A lock in that folder says who serves; the sockets of a predecessor that was killed are replaced, those of a live one
// never. Since the engine gives up root, a small process of root's stays behind (the sweeper) that removes the sockets
// when the engine ends, however it ends, and only then lets go of the lock.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <string>
#include <vector>

#include "common/system/descriptor.h"

namespace mfa {

class OwnSockets {
 public:
  static constexpr const char* kFolder = "/run/mfa";
  static constexpr std::chrono::milliseconds kPatience{3000};  // with a predecessor that is about to be gone

  // As root, while there is no thread. Makes the folder if need be: 0755, its owner's alone to change. Errors are
  // sentences.
  [[nodiscard]] static std::expected<OwnSockets, std::string> make(const std::string& folder = kFolder,
                                                                   std::chrono::milliseconds patience = kPatience);

  Descriptor login;  // 0600: root connects
  Descriptor user;   // 0666: anybody does

  // Starts the sweeper; it works until this object and the process go. To be called after every other fork, so that
  // nothing else keeps it from noticing the end. Its pid.
  [[nodiscard]] std::expected<pid_t, std::string> start_sweeper();

 private:
  struct Made {
    std::string path;
    dev_t device;
    ino_t inode;
  };
  [[nodiscard]] std::expected<Descriptor, std::string> listen_at(const std::string& path, mode_t mode);
  [[noreturn]] void sweep(int end_of_engine) const;

  Descriptor lock_;
  Descriptor alive_;  // its end is the engine's
  std::vector<Made> made_;
};

}  // namespace mfa
