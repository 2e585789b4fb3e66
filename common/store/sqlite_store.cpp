#include "common/store/sqlite_store.h"

#include <algorithm>
#include <utility>

#include "common/store/trail_check.h"

namespace mfa {

namespace {

constexpr std::size_t kMostInBatch = 128;        // commands: with some five pages each, well below the log's size
constexpr std::int64_t kTrailRowsAtOnce = 2000;  // some 10 ms
constexpr std::int64_t kTrailRowsExamined = 50'000;
constexpr std::int64_t kPagesExamined = 50'000;  // 200 MB, some 200 ms

void fail_all(std::span<Command* const> batch, StoreError error) {
  for (Command* command : batch)
    if (!command->error) command->error = error;
}

// Whatever the work throws, it is over. What a foreign exception says is not noted: nobody knows what is in it.
std::optional<StoreFailure> run(const Command& command, Transaction& transaction) {
  try {
    command.work()(transaction);
    return std::nullopt;
  } catch (const StoreFailure& failure) {
    return failure;
  } catch (...) {
    return StoreFailure(StoreError::unavailable, "the work of a command threw an exception");
  }
}

}  // namespace

SqliteStore::SqliteStore(std::string path, KeyRing keys, Journal& journal, const StoreOptions& options)
    : journal_(journal),
      mode_(options.mode),
      file_(std::move(path), std::move(keys), journal, options),
      queue_([this](Batch batch) { serve(batch); }, kMostInBatch, options.busy_limit) {}

std::expected<std::unique_ptr<SqliteStore>, StoreError> SqliteStore::open(const std::string& path, KeyRing keys,
                                                                          Journal& journal,
                                                                          const StoreOptions& options) {
  auto store = std::make_unique<SqliteStore>(path, std::move(keys), journal, options);
  if (auto opened = store->check(); !opened) return std::unexpected(opened.error());
  return store;
}

std::expected<void, StoreError> SqliteStore::check() {
  return read([](Transaction&) {});
}

std::expected<void, StoreError> SqliteStore::write(const std::function<void(Transaction&)>& work) {
  return submit(CommandKind::write, work);
}

std::expected<void, StoreError> SqliteStore::read(const std::function<void(Transaction&)>& work) {
  return submit(CommandKind::read, work);
}

std::expected<void, StoreError> SqliteStore::submit(CommandKind kind, const std::function<void(Transaction&)>& work) {
  try {
    Command command(kind, work);
    return queue_.submit(command);
  } catch (const std::exception&) {
    return std::unexpected(StoreError::unavailable);  // no memory to queue up with
  }
}

// What goes alone comes last: it may take long, and the others need not wait for it.
void SqliteStore::serve(Batch batch) {
  std::vector<Command*> shared;
  std::vector<Command*> alone;
  for (Command* command : batch) (command->kind() == CommandKind::alone ? alone : shared).push_back(command);
  try {
    if (!shared.empty()) serve_shared(shared);
    for (Command* command : alone) serve_alone(*command);
  } catch (...) {
    file_.close();  // and with it what was under way
    throw;
  }
  if (mode_ == StoreMode::per_command) file_.close();
}

void SqliteStore::serve_shared(Batch batch) {
  try {
    file_.open();
  } catch (const StoreFailure& failure) {
    fail_all(batch, file_.settle(failure, "opening"));
    return;
  }
  serve_opened(batch);
}

// Reads first: they see what is on disk, never what the batch is about to write, and need not wait for the commit.
void SqliteStore::serve_opened(Batch batch) {
  std::vector<Command*> reads;
  std::vector<Command*> writes;
  for (Command* command : batch) (command->kind() == CommandKind::read ? reads : writes).push_back(command);
  for (Command* command : reads) serve_read(*command);
  queue_.done(reads);
  for (Batch rest = writes; !rest.empty();) {
    const bool alone = file_.is_open() && file_.scarce();
    rest = rest.subspan(write_together(alone ? rest.first(1) : rest));
  }
}

void SqliteStore::serve_read(Command& command) {
  try {
    file_.open();
    file_.connection().prepared("BEGIN").run();
    SqliteTransaction transaction(file_.connection(), file_.keys(), nullptr);
    const auto failure = run(command, transaction);
    if (failure) command.error = file_.settle(*failure, "read");
    if (in_transaction()) file_.connection().prepared("ROLLBACK").run();
  } catch (const StoreFailure& failure) {
    if (!command.error) command.error = file_.settle(failure, "read");
  }
}

void SqliteStore::serve_alone(Command& command) {
  try {
    command.work_alone()();
  } catch (const StoreFailure& failure) {
    command.error = file_.settle(failure, "upkeep");
  }
  if (in_transaction()) file_.close();  // and with it what was under way
}

std::expected<void, StoreError> SqliteStore::submit_alone(const std::function<void()>& work) {
  try {
    Command command(work);
    return queue_.submit(command);
  } catch (const std::exception&) {
    return std::unexpected(StoreError::unavailable);  // no memory to queue up with
  }
}

bool SqliteStore::in_transaction() { return file_.is_open() && file_.connection().in_transaction(); }

// One transaction for as many commands as go well. A failure that takes the whole transaction with it (SQLite may roll
// back by itself when the disk fails) ends it, along with those before; the rest get another one. Returns how many
// commands are dealt with.
std::size_t SqliteStore::write_together(Batch batch) {
  std::vector<Recorded> recorded;
  try {
    file_.open();
    file_.connection().prepared("BEGIN IMMEDIATE").run();
    TrailHead head = read_head(file_.connection(), file_.keys());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      write_one(*batch[i], head, recorded);
      if (in_transaction()) continue;
      fail_all(batch.first(i + 1), batch[i]->error.value_or(StoreError::unavailable));
      return i + 1;
    }
    commit(batch, recorded);
  } catch (const StoreFailure& failure) {
    fail_all(batch, file_.settle(failure, "write"));
    if (in_transaction()) file_.close();
  }
  return batch.size();
}

void SqliteStore::write_one(Command& command, TrailHead& head, std::vector<Recorded>& recorded) {
  Connection& connection = file_.connection();
  connection.prepared("SAVEPOINT command").run();
  const TrailHead before = head;
  SqliteTransaction transaction(connection, file_.keys(), &head);
  if (const auto failure = run(command, transaction)) {
    command.error = file_.settle(*failure, "write");
    head = before;
    if (in_transaction()) connection.prepared("ROLLBACK TO command").run();
  } else {
    std::ranges::move(transaction.take_recorded(), std::back_inserter(recorded));
  }
  if (in_transaction()) connection.prepared("RELEASE command").run();
}

// What is on disk stays there, whatever becomes of its line.
void SqliteStore::tell(const Event& event, const TrailMark& mark) noexcept {
  try {
    journal_.record(event, mark);
  } catch (...) {
    return;
  }
}

void SqliteStore::tell(const Recorded& recorded) noexcept {
  try {
    journal_.record(recorded.event, mark_of(file_.keys(), recorded.event, recorded.head));
  } catch (...) {
    return;
  }
}

// Nobody waits for the lines; they are in the order of the rows all the same.
void SqliteStore::commit(Batch batch, const std::vector<Recorded>& recorded) {
  file_.connection().prepared("COMMIT").run();
  queue_.done(batch);
  for (const Recorded& one : recorded) tell(one);
  file_.tend();
}

std::expected<void, StoreError> SqliteStore::verify_rest(TrailReport& report) {
  for (bool more = true; more;) {
    auto part =
        read([&](Transaction&) { more = verify_rows(file_.connection(), file_.keys(), kTrailRowsAtOnce, report); });
    if (!part) return part;
  }
  return {};
}

std::expected<TrailVerdict, StoreError> SqliteStore::verify_trail(const std::function<void()>& alive) {
  TrailCheck check;
  for (bool more = true; more; alive()) {
    auto part = read([&](Transaction&) { more = check.go_on(file_.connection(), file_.keys()); });
    if (!part) return std::unexpected(part.error());
  }
  return check.verdict();
}

std::expected<StoreCondition, StoreError> SqliteStore::examine() {
  StoreCondition condition;
  TrailReport trail;
  auto looked = read([&](Transaction&) {
    Connection& connection = file_.connection();
    condition.schema = connection.number("PRAGMA user_version");
    condition.last = read_head(connection, file_.keys()).seq;
    trail.head = head_before(connection, file_.keys(), kTrailRowsExamined);
    condition.whole = connection.number("PRAGMA page_count") <= kPagesExamined;
    if (condition.whole) condition.trouble = structural_fault(connection);
    const KeyRing& keys = file_.keys();
    condition.old_keys = keys.openers() - 1;
    condition.keys_near_full = keys.retired() >= kRetiredIsMany;
    condition.keys_left = kMostRetired - std::min(kMostRetired, keys.retired());
  });
  if (!looked) return std::unexpected(looked.error());
  if (auto verified = verify_rest(trail); !verified) return std::unexpected(verified.error());
  condition.checked = trail.rows;
  if (trail.first_bad) condition.bad = trail.first_bad->seq;
  return condition;
}

}  // namespace mfa
