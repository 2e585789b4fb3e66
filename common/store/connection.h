// SQLite through a keyhole: one connection, its prepared statements, and errors as StoreFailure.
//
// A file is opened under an exclusive lock that lasts as long as the connection (so that no -shm file is ever needed),
// synchronous=FULL, with every defence that SQLite has against a hostile file. One thread at a time.
// While a connection is open nothing else in the process may open and close its file: closing any descriptor of a file
// drops all POSIX locks that the process has on it (fcntl(2)).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/store/crypto.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mfa {

// One use of a prepared statement: bind from left to right, then step. Reset when it goes.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* prepared) : prepared_(prepared) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind_blob(ByteView bytes);
  Statement& bind_null();

  [[nodiscard]] bool row();  // true: there is a (next) row
  void run();                // for statements without rows

  [[nodiscard]] std::int64_t integer(int column);
  [[nodiscard]] std::string text(int column);
  [[nodiscard]] std::vector<std::uint8_t> blob(int column);
  [[nodiscard]] bool is_null(int column);

 private:
  void check(int result) const;
  sqlite3_stmt* prepared_;
  int bound_ = 0;
};

class Connection {
 public:
  // `path` is absolute, its folder free of symbolic links, and the file there already. Reading is the first thing that
  // takes the lock, and fails with busy if any other process has the file open.
  // It is an error, busy, if meanwhile the file went and another came: with it went the name of the log.
  explicit Connection(const std::string& path);
  void require_in_place();
  // A store in the making; see create.cpp.
  [[nodiscard]] static std::unique_ptr<Connection> in_memory();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  [[nodiscard]] Statement prepared(std::string_view sql);   // kept for the next use
  void execute(const char* sql);                            // any number of statements, rows passed over
  [[nodiscard]] std::int64_t number(std::string_view sql);  // the first column of the first row

  [[nodiscard]] std::int64_t changes() const;                  // rows that the last statement touched
  [[nodiscard]] bool in_transaction() const;                   // false also after SQLite rolled one back by itself
  [[nodiscard]] int frames_in_log() const { return frames_; }  // as of the last commit or checkpoint
  void checkpoint();  // what the log holds goes into the file; the next commit starts the log anew
  // Once the file is known for a store: what is too short for a database is an empty one to SQLite, and this would
  // write.
  void use_log();
  [[nodiscard]] bool try_control(int operation, void* value);
  void control(int operation, void* value);                    // sqlite3_file_control
  [[nodiscard]] std::string serialized();                      // the bytes of a file with this content
  [[nodiscard]] sqlite3* handle() { return database_.get(); }  // for what SQLite offers beside statements

 private:
  struct Private {};
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

 public:
  explicit Connection(Private);

 private:
  void open(const char* name, int flags);
  void defend();
  [[noreturn]] void fail(int result, std::string_view doing) const;

  std::unique_ptr<sqlite3, Close> database_;
  std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;  // by literals
  int frames_ = 0;
};

}  // namespace mfa
