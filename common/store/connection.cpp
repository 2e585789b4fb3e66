#include "common/store/connection.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "common/store/failure.h"

namespace mfa {

namespace {

[[noreturn]] void fail_with(sqlite3* database, int result, std::string_view doing) {
  const int code = database != nullptr ? sqlite3_extended_errcode(database) : result;
  const int told = code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE ? result : code;
  throw StoreFailure(meaning_of(told),
                     fmt::format("{}: {} (sqlite {})", doing,
                                 database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(result), told),
                     told);
}

// What SQLite's shell would be allowed and a store is not.
struct Limit {
  int which;
  int value;
};
constexpr Limit kLimits[] = {{SQLITE_LIMIT_ATTACHED, 0},        {SQLITE_LIMIT_LENGTH, 1 << 20},
                             {SQLITE_LIMIT_SQL_LENGTH, 16384},  {SQLITE_LIMIT_WORKER_THREADS, 0},
                             {SQLITE_LIMIT_COMPOUND_SELECT, 8}, {SQLITE_LIMIT_EXPR_DEPTH, 100},
                             {SQLITE_LIMIT_VARIABLE_NUMBER, 64}};
struct Switch {
  int which;
  int on;
};
constexpr Switch kSwitches[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                {SQLITE_DBCONFIG_DQS_DDL, 0},
                                {SQLITE_DBCONFIG_DQS_DML, 0},
                                {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
                                {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
                                {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}};

}  // namespace

Statement::~Statement() {
  sqlite3_reset(prepared_);
  sqlite3_clear_bindings(prepared_);
}

void Statement::check(int result) const {
  if (result != SQLITE_OK) fail_with(sqlite3_db_handle(prepared_), result, "bind");
}

Statement& Statement::bind(std::int64_t value) {
  check(sqlite3_bind_int64(prepared_, ++bound_, value));
  return *this;
}

// Bound texts and bytes are not copied: the caller's live until the statement has run.
Statement& Statement::bind(std::string_view text) {
  check(sqlite3_bind_text64(prepared_, ++bound_, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(ByteView bytes) {
  static constexpr std::uint8_t kNothing = 0;  // a null pointer would bind NULL
  check(
      sqlite3_bind_blob64(prepared_, ++bound_, bytes.empty() ? &kNothing : bytes.data(), bytes.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind_null() {
  check(sqlite3_bind_null(prepared_, ++bound_));
  return *this;
}

bool Statement::row() {
  const int result = sqlite3_step(prepared_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  fail_with(sqlite3_db_handle(prepared_), result, sqlite3_sql(prepared_));
}

void Statement::run() {
  while (row()) {
  }
}

std::int64_t Statement::integer(int column) { return sqlite3_column_int64(prepared_, column); }

std::string Statement::text(int column) {
  const auto* text = sqlite3_column_text(prepared_, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(sqlite3_column_bytes(prepared_, column))};
}

std::vector<std::uint8_t> Statement::blob(int column) {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(prepared_, column));
  if (bytes == nullptr) return {};
  return {bytes, bytes + sqlite3_column_bytes(prepared_, column)};
}

bool Statement::is_null(int column) { return sqlite3_column_type(prepared_, column) == SQLITE_NULL; }

void Connection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void Connection::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Connection::Connection(const std::string& path) {
  open(path.c_str(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW);
  if (sqlite3_db_readonly(database_.get(), "main") != 0)
    throw StoreFailure(StoreError::unavailable, path + " is read-only", SQLITE_READONLY);
  int keep_the_log = 1;
  control(SQLITE_FCNTL_PERSIST_WAL, &keep_the_log);
  try {
    defend();
    execute("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0");
  } catch (const StoreFailure&) {
    require_in_place();
    throw;
  }
}

void Connection::require_in_place() {
  int moved = 0;
  control(SQLITE_FCNTL_HAS_MOVED, &moved);
  if (moved != 0) throw StoreFailure(StoreError::busy, "another file took the store's place meanwhile");
}

Connection::Connection(Private) {
  open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY);
  defend();
}

std::unique_ptr<Connection> Connection::in_memory() { return std::make_unique<Connection>(Private{}); }

Connection::~Connection() = default;

void Connection::open(const char* name, int flags) {
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, /*zVfs=*/nullptr);
  database_.reset(opened);  // there to be closed even if opening failed
  if (result != SQLITE_OK) fail(result, std::string("open ") + name);
}

void Connection::defend() {
  for (const auto& [which, value] : kLimits) sqlite3_limit(database_.get(), which, value);
  for (const auto& [which, on] : kSwitches) {
    int now = -1;
    if (sqlite3_db_config(database_.get(), which, on, &now) != SQLITE_OK || now != on)
      throw StoreFailure(StoreError::unavailable, fmt::format("SQLite refuses its switch {}", which));
  }
  // The locking mode comes first: the first look at a file in WAL mode without it makes a -shm file.
  // SQLITE_TMPDIR is the caller's to set, so nothing may go to a temporary file.
  execute(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA secure_delete=ON; "
      "PRAGMA mmap_size=0;"
      "PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000");
}

void Connection::use_log() {
  sqlite3_wal_hook(
      database_.get(),
      [](void* frames, sqlite3*, const char*, int count) {
        *static_cast<int*>(frames) = count;
        return SQLITE_OK;
      },
      &frames_);
  auto mode = prepared("PRAGMA journal_mode=WAL");
  if (!mode.row() || mode.text(0) != "wal")
    throw StoreFailure(StoreError::unavailable, "SQLite cannot keep a write-ahead log for this file");
}

void Connection::fail(int result, std::string_view doing) const { fail_with(database_.get(), result, doing); }

Statement Connection::prepared(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* made = nullptr;
    const int result = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (result != SQLITE_OK) fail(result, sql);
    found = statements_.emplace(sql, std::unique_ptr<sqlite3_stmt, Finalize>(made)).first;
  }
  return Statement(found->second.get());
}

void Connection::execute(const char* sql) {
  if (const int result = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr); result != SQLITE_OK)
    fail(result, sql);
}

std::int64_t Connection::number(std::string_view sql) {
  auto statement = prepared(sql);
  if (!statement.row()) throw StoreFailure(StoreError::damaged, fmt::format("{}: no row", sql));
  return statement.integer(0);
}

std::int64_t Connection::changes() const { return sqlite3_changes64(database_.get()); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

void Connection::checkpoint() {
  int frames = 0;
  int moved = 0;
  const int result = sqlite3_wal_checkpoint_v2(database_.get(), "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
  if (result != SQLITE_OK) fail(result, "checkpoint");
  frames_ = frames - moved;
}

bool Connection::try_control(int operation, void* value) {
  return sqlite3_file_control(database_.get(), "main", operation, value) == SQLITE_OK;
}

void Connection::control(int operation, void* value) {
  if (const int result = sqlite3_file_control(database_.get(), "main", operation, value); result != SQLITE_OK)
    fail(result, fmt::format("file control {}", operation));
}

std::string Connection::serialized() {
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(database_.get(), "main", &size, 0);
  if (bytes == nullptr) throw StoreFailure(StoreError::unavailable, "SQLite cannot write out the store");
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  return out;
}

}  // namespace mfa
