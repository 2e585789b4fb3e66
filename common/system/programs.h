// Running another program for one answer: bytes in on its standard input, bytes out on its standard output.
//
// It gets no environment but what it is given, no descriptor but those two and one for its errors (/dev/null, or its
// output), a session of its own in the folder /, default signals, and a limit of time, at which it and all its process
// group are killed; it is killed as well when the caller's thread ends before it. The same user, kept out of folders of
// the caller's if there are any, and no new privileges then or where the caller has given them up. What it leaves
// running in a session of its own holds up nobody, and is nobody's to end. Thread-safe: the caller waits, nobody else
// does.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/types.h"
#include "common/system/confinement.h"
#include "common/system/descriptor.h"

namespace mfa {

struct ProgramCall {
  std::string path;                    // absolute
  std::vector<std::string> arguments;  // after its name; any user of the machine can read them
  Secret input;
  std::chrono::milliseconds limit;
  std::size_t most_output;                    // bytes
  bool own_group = true;                      // false: it stays in the caller's group and session, and ends with that
  std::vector<ClosedFolder> closed = {};      // what it does not reach NOLINT(readability-redundant-member-init)
  bool tells_errors = false;                  // what it writes to standard error is output too
  std::stop_token unwanted = {};              // from then on it is ended NOLINT(readability-redundant-member-init)
  std::chrono::milliseconds farewell{0};      // what it gets after SIGTERM if unwanted, before it is killed
  std::vector<std::string> environment = {};  // "NAME=value" NOLINT(readability-redundant-member-init)
};

struct ProgramAnswer {
  int status = 0;  // as it exited with
  Secret output;
};

enum class ProgramFault : std::uint8_t {
  not_started,
  timed_out,
  too_much_output,
  killed,  // it ended by a signal
  unwanted,
};
[[nodiscard]] std::string_view in_words(ProgramFault fault);  // "cannot be started"

class Programs {
 public:
  Programs() = default;
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;
  ~Programs() = default;

  // Its answer is what it had written when it ended, whatever still holds the other end of the pipe.
  [[nodiscard]] std::expected<ProgramAnswer, ProgramFault> run(const ProgramCall& call);

 private:
  void bury(Descriptor process);

  std::mutex mutex_;
  std::vector<Descriptor> dying_;  // killed, and not gone yet: in a system call that does not end (a network's disk)
};

// Why a program may not be run: empty if it is an executable file, and nobody but root and `owner` could have written
// it or put another in its place: no part of its path, nor of what links in it lead to, is anybody else's.
[[nodiscard]] std::string objection_to_program(const std::string& path, Uid owner = Uid{0});

}  // namespace mfa
