// The file of a store: opening it, keeping it open, keeping its log short, and finding out what ails it.
//
// Everything here is for one thread at a time. Errors are StoreFailure; each is also a line in the journal with
// SQLite's own words, once, where it was handled.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/ports/system.h"
#include "common/store/connection.h"
#include "common/store/copying.h"
#include "common/store/failure.h"
#include "common/store/keyring.h"
#include "common/store/new_file.h"
#include "common/store/room.h"
#include "common/store/rotation.h"

namespace mfa {

enum class StoreMode : std::uint8_t {
  resident,     // mfad: the file is kept open, and nobody else gets it
  per_command,  // mfad --session: opened for each command, beside other such processes
};

struct StoreOptions {
  StoreMode mode = StoreMode::resident;
  std::chrono::milliseconds busy_limit{10'000};  // how long another process may hold the file before `busy`
  bool tell_busy = true;                         // of that in the journal; false: it is an answer like another
  int longest_log = 0;    // frames of 4 KiB after which the log is moved into the file; 0: what suits the mode
  KeyFile key_file = {};  // where the keys are from; none: they are all there ever will be
};

// Where the store really lies: symbolic links in the folder's path are followed, never one in place of the file. Throws
// StoreFailure: missing, damaged if it is empty.
[[nodiscard]] std::string resolved_store(const std::string& path);
// The same for a file that need not be there.
[[nodiscard]] std::string resolved_folder_of(const std::string& path);

// What comes of it once another file has taken a store's place.
struct Replaced {
  std::string aside;  // where the one lies that was there; empty: there was none
  bool opens = true;  // false: why not is noted
};

class StoreFile {
 public:
  StoreFile(std::string path, KeyRing keys, Journal& journal, StoreOptions options);
  StoreFile(const StoreFile&) = delete;
  StoreFile& operator=(const StoreFile&) = delete;
  ~StoreFile();

  // Opens it if it is not open. Waits while another process holds it. Throws StoreFailure.
  void open();
  void close();
  [[nodiscard]] bool is_open() const { return connection_ != nullptr; }

  [[nodiscard]] Connection& connection() { return *connection_; }
  [[nodiscard]] const KeyRing& keys() const { return keys_; }
  [[nodiscard]] const KeyFile& key_file() const { return options_.key_file; }
  // The store is sealed with this ring's key from now on. What is left of the old one in the key file goes; trouble
  // there is noted, and met again at the next start.
  void change_keys(KeyRing keys);
  // The file of keys was changed, but for the key that seals.
  void read_keys_again();
  // Where the store lies, or is to lie. Throws StoreFailure.
  [[nodiscard]] std::string place() const { return resolved_folder_of(path_); }
  // So little room is left, and no more to be had, that a command may fail for want of it.
  [[nodiscard]] bool scarce() { return room_->scarce(*connection_) && room_->refill(*connection_); }

  // Copies some more of it into that file, all of it where the file is opened for each command. True: that was the
  // last. Throws StoreFailure, busy if another copy is being made.
  [[nodiscard]] bool copy_some(const std::string& target);
  void stop_copying(const std::string& target);
  // The file takes the store's place, `in_place` is called, and it is opened; the one that was there is kept.
  [[nodiscard]] Replaced give_place_to(NewFile& file, UnixTime now, const std::function<void()>& in_place);

  // After a commit: moves a long log into the file, takes more room. Trouble is noted and met again by the next commit.
  void tend() noexcept;
  // What a failure means to the caller, noted. If SQLite's word is not to be trusted, the file is opened anew and
  // checked first; whatever was under way on the old connection is gone then.
  [[nodiscard]] StoreError settle(const StoreFailure& failure, std::string_view doing);
  void note(Severity severity, std::string_view text);

 private:
  void open_once(const std::string& path);
  [[nodiscard]] bool all_is_in_the_file();
  void upgrade();
  void fit_key();
  void settle_keys();
  void drop_other_keys() noexcept;
  void require_sound();
  void turn_log();
  void tell_room(bool low);
  [[nodiscard]] int longest_log() const;

  const std::string path_;
  KeyRing keys_;
  Journal& journal_;
  const StoreOptions options_;

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Copying> copying_;  // of this connection
  std::string copied_to_;
  std::optional<Room> room_;
  bool log_moved_ = false;  // all of it, since the last commit but for those that frames_in_log() counts
  bool full_told_ = false;
  bool log_told_ = false;
  // Found damaged by a whole check: not checked again before, since that reads all of the file.
  std::optional<std::chrono::steady_clock::time_point> damaged_until_;
};

// What a schema upgrade is told as. Inside the caller's transaction.
struct Upgraded {
  Event event;
  TrailMark mark;
};
// Nothing: it is up to date. `keys` seal and open what is in it.
[[nodiscard]] std::optional<Upgraded> upgrade_schema(Connection& connection,
                                                     const std::function<const KeyRing&()>& keys);

// What SQLite finds wrong with the structure of the file, all of which it reads; empty: nothing.
[[nodiscard]] std::string structural_fault(Connection& connection);

}  // namespace mfa
