#include "common/store/store_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <system_error>
#include <thread>

#include "common/store/aside.h"
#include "common/store/schema.h"
#include "common/store/trail.h"

namespace mfa {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kShortestPause{1};
constexpr milliseconds kLongestPause{32};
constexpr std::chrono::seconds kDamagedFor{5};

// A resident log may grow to half of what is written out for it. A process that opens for one command reads the whole
// log first, so there it is kept short.
constexpr int kResidentLog = 1000;                // frames of 4 KiB
constexpr int kPerCommandLog = 128;               // frames
constexpr std::int64_t kCheckedOnOpening = 2500;  // pages (10 MB) that are checked in some 10 ms

milliseconds jittered(milliseconds pause) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return milliseconds(std::uniform_int_distribution<std::int64_t>(kShortestPause.count(), pause.count())(generator));
}

std::string words(int error) { return std::generic_category().message(error); }

}  // namespace

std::optional<Upgraded> upgrade_schema(Connection& connection, const std::function<const KeyRing&()>& keys) {
  const auto change = bring_up_to_date(connection, schema_steps());
  if (change.from == change.to) return std::nullopt;
  const KeyRing& ring = keys();
  TrailHead head = read_head(connection, ring);
  Event event;
  event.kind = EventKind::schema_upgraded;
  event.reason = fmt::format("{} to {}", change.from, change.to);
  event.at = {std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())};
  append_event(connection, ring, event, head);
  return Upgraded{.event = event, .mark = mark_of(ring, event, head)};
}

std::string structural_fault(Connection& connection) {
  auto verdict = connection.prepared("PRAGMA quick_check(1)");
  if (!verdict.row()) return "no verdict";
  const std::string text = verdict.text(0);
  return text == "ok" ? "" : text;
}

std::string resolved_folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos || slash + 1 == path.size())
    throw StoreFailure(StoreError::unavailable, "the path of the store is not absolute");
  const std::unique_ptr<char, decltype(&std::free)> folder(
      realpath(slash == 0 ? "/" : path.substr(0, slash).c_str(), nullptr), &std::free);
  if (!folder)
    throw StoreFailure(errno == ENOENT ? StoreError::missing : StoreError::unavailable,
                       fmt::format("its folder: {}", words(errno)));
  return std::string(folder.get()) + path.substr(slash);
}

std::string resolved_store(const std::string& path) {
  std::string resolved = resolved_folder_of(path);
  struct stat status{};
  if (lstat(resolved.c_str(), &status) != 0)
    throw StoreFailure(errno == ENOENT ? StoreError::missing : StoreError::unavailable, words(errno));
  if (!S_ISREG(status.st_mode)) throw StoreFailure(StoreError::unavailable, "it is not a regular file");
  if (status.st_size == 0) throw StoreFailure(StoreError::damaged, "it is empty");
  return resolved;
}

StoreFile::StoreFile(std::string path, KeyRing keys, Journal& journal, StoreOptions options)
    : path_(std::move(path)), keys_(std::move(keys)), journal_(journal), options_(std::move(options)) {}

StoreFile::~StoreFile() {
  try {
    if (connection_ && options_.mode == StoreMode::resident) turn_log();
    close();
  } catch (const std::exception&) {
    return;  // the log stays, and the next one to open it reads it
  }
}

// A log that was moved into the file is marked empty: so the next one need not read it, and a copy of the file that
// someone puts back is not mixed with what an old log holds.
void StoreFile::close() {
  copying_.reset();
  if (connection_ && log_moved_ && connection_->frames_in_log() == 0) room_->empty_log();
  log_moved_ = false;
  connection_.reset();
}

void StoreFile::open() {
  if (connection_) return;
  if (damaged_until_ && steady_clock::now() < *damaged_until_)
    throw StoreFailure(StoreError::damaged, "it was found damaged a moment ago");
  const std::string path = resolved_store(path_);
  const auto until = steady_clock::now() + options_.busy_limit;
  for (milliseconds pause = kShortestPause;; pause = std::min(2 * pause, kLongestPause)) {
    try {
      open_once(path);
      return;
    } catch (const StoreFailure& failure) {
      close();
      if (failure.error() != StoreError::busy || steady_clock::now() >= until) throw;
    }
    std::this_thread::sleep_for(jittered(pause));
  }
}

void StoreFile::open_once(const std::string& path) {
  connection_ = std::make_unique<Connection>(path);
  try {
    require_store(*connection_);
  } catch (const StoreFailure&) {
    connection_->require_in_place();  // or it was read with the log of the one that replaced it
    throw;
  }
  connection_->require_in_place();
  connection_->use_log();
  upgrade();
  fit_key();
  room_.emplace(path);
  room_->prepare(*connection_);
  if (options_.mode == StoreMode::resident && connection_->number("PRAGMA page_count") <= kCheckedOnOpening)
    require_sound();
  if (options_.mode == StoreMode::resident) settle_keys();
}

// The key that seals is the one that the store says, whatever else is in the file of keys. Another process may have
// sealed the store anew since that was read.
void StoreFile::fit_key() {
  const KeyId wanted = key_of_store(*connection_);
  if (!keys_.choose(wanted) && options_.key_file) {
    const auto text = options_.key_file.read();
    auto read = text ? KeyRing::parse(*text) : std::unexpected(KeyRingError::not_a_key_file);
    if (read && read->choose(wanted)) keys_ = *std::move(read);
  }
  check_key(*connection_, keys_);
}

// Whoever made a new key was killed half-way: once something is on disk that came later, so is what the store says of
// its key.
void StoreFile::settle_keys() {
  if (keys_.openers() == 1 || !options_.key_file) return;
  connection_->execute("BEGIN IMMEDIATE; UPDATE meta SET key_check = key_check; COMMIT");
  drop_other_keys();
}

void StoreFile::change_keys(KeyRing keys) {
  keys_ = std::move(keys);
  drop_other_keys();
}

void StoreFile::read_keys_again() {
  const auto text = options_.key_file.read();
  auto read = text ? KeyRing::parse(*text) : std::unexpected(KeyRingError::not_a_key_file);
  if (!read || !read->choose(keys_.newest()))
    throw StoreFailure(StoreError::unavailable, "the key file does not hold the store's key");
  keys_ = *std::move(read);
}

void StoreFile::drop_other_keys() noexcept {
  try {
    const KeyId own = keys_.newest();
    keys_ = leave_one_key(*connection_, own, options_.key_file);
    note(Severity::notice, fmt::format("the key file holds the key {:08x} alone", own.value));
  } catch (const std::exception& trouble) {
    note(Severity::warning, fmt::format("an old key stays in the key file: {}", trouble.what()));
  }
}

void StoreFile::upgrade() {
  if (connection_->number("PRAGMA user_version") == static_cast<std::int64_t>(schema_steps().size())) return;
  connection_->execute("BEGIN IMMEDIATE");
  const auto upgraded = upgrade_schema(*connection_, [this]() -> const KeyRing& {
    fit_key();  // or a wrong key would write the event, and break the chain
    return keys_;
  });
  connection_->execute("COMMIT");
  if (upgraded) journal_.record(upgraded->event, upgraded->mark);
}

bool StoreFile::copy_some(const std::string& target) {
  constexpr int kPagesAtOnce = 512;  // 2 MB, some 2 ms
  open();
  if (copying_ && copied_to_ != target) throw StoreFailure(StoreError::busy, "another copy is being made");
  if (!copying_) copying_ = std::make_unique<Copying>(*connection_, target);
  copied_to_ = target;
  const bool done = copying_->step(options_.mode == StoreMode::resident ? kPagesAtOnce : -1);
  if (done) copying_.reset();
  return done;
}

void StoreFile::stop_copying(const std::string& target) {
  if (copied_to_ == target) copying_.reset();
}

// What the log holds is in the file then, and nobody can add to it: the lock is held.
bool StoreFile::all_is_in_the_file() {
  if (!connection_) return false;
  try {
    connection_->require_in_place();
    turn_log();
    return connection_->frames_in_log() == 0;
  } catch (const StoreFailure& failure) {
    note(Severity::warning, fmt::format("what is to be replaced: {}", failure.detail()));
    return false;
  }
}

// While a log lies beside it that holds commits, a store goes away before the other one comes, so that nobody opens the
// one with the log of the other, nor the old one without its last commits: broken off in between there is none, and
// everything is denied. Else the one takes the place of the other in one step. Whoever opened the old one waits for its
// lock until then, and finds that it has moved.
Replaced StoreFile::give_place_to(NewFile& file, UnixTime now, const std::function<void()>& in_place) {
  const std::string path = resolved_folder_of(path_);
  const bool quiet = all_is_in_the_file();
  copying_.reset();
  log_moved_ = false;
  std::unique_ptr<Connection> old = std::move(connection_);
  Aside aside(path, now, quiet);
  try {
    file.take_the_place_of(path);
  } catch (const StoreFailure&) {
    aside.put_back();
    throw;
  }
  in_place();
  damaged_until_.reset();
  old.reset();
  Replaced replaced{.aside = aside.name(), .opens = true};
  try {
    sync_folder_of(path);
    open();
  } catch (const StoreFailure& failure) {
    note(Severity::error, fmt::format("another one took its place, but: {}", failure.detail()));
    replaced.opens = false;
  }
  return replaced;
}

void StoreFile::require_sound() {
  if (const std::string fault = structural_fault(*connection_); !fault.empty())
    throw StoreFailure(StoreError::damaged, fmt::format("check: {}", fault));
}

int StoreFile::longest_log() const {
  if (options_.longest_log > 0) return options_.longest_log;
  return options_.mode == StoreMode::resident ? kResidentLog : kPerCommandLog;
}

void StoreFile::tend() noexcept {
  try {
    if (connection_->frames_in_log() >= longest_log()) turn_log();
    tell_room(room_->refill(*connection_));
    log_told_ = false;
  } catch (const std::exception& trouble) {
    if (!std::exchange(log_told_, true)) note(Severity::warning, fmt::format("tending: {}", trouble.what()));
  }
}

// The next commit of this connection begins the log anew; that of another one does if it finds the log empty.
void StoreFile::turn_log() {
  room_->checkpoint(*connection_);
  log_moved_ = true;
}

void StoreFile::tell_room(bool low) {
  if (low && !full_told_)
    note(Severity::error, fmt::format("the disk is full; {} KiB are left aside", room_->left(*connection_) / 1024));
  full_told_ = low;
}

StoreError StoreFile::settle(const StoreFailure& failure, std::string_view doing) {
  const bool busy = failure.error() == StoreError::busy;
  if (!busy || options_.tell_busy)
    note(busy ? Severity::warning : Severity::error, fmt::format("{}: {}", doing, failure.detail()));
  if (!calls_for_a_check(failure.sqlite_code())) return failure.error();
  close();
  try {
    open();
    require_sound();
    note(Severity::warning, "opened anew and checked: it is sound");
    return StoreError::unavailable;
  } catch (const StoreFailure& found) {
    close();
    note(Severity::error, fmt::format("opened anew: {}", found.detail()));
    if (found.error() == StoreError::damaged) damaged_until_ = steady_clock::now() + kDamagedFor;
    return found.error();
  }
}

void StoreFile::note(Severity severity, std::string_view text) {
  journal_.note(severity, fmt::format("store {}: {}", path_, text));
}

}  // namespace mfa
