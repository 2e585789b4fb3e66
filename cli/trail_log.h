// Lines of syslog that the engine may have written about its trail, whatever keeps them.
//
// Understood are files in the traditional form ("Nov 23 14:02:11 host mfad[1]: …"), with times as RFC 3339 writes them,
// those of RFC 5424, and what `journalctl -o export` prints. What else stands there (other programs, other messages,
// nonsense) is passed over. Who wrote a line cannot be seen in a file: anybody can write any of it with logger(1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mfa::cli {

struct LogEntry {
  enum class Kind : std::uint8_t {
    event,    // seq and head are there
    cut,      // an event whose line is cut short
    dropped,  // the engine says that it could not write `dropped` lines
  } kind = Kind::event;
  std::string host;         // up to its first dot, in small letters; an address whole
  std::uint32_t pid = 0;    // as whatever wrote the line says; 0: not told
  std::int64_t seq = 0;     // from 1
  std::uint32_t run = 0;    // which process of the engine it was; 0: not told
  std::string head;         // 64 hexadecimal digits
  std::string text, proof;  // the message up to its proof, and that, 32 hexadecimal digits; or none
  std::int64_t dropped = 0;
};

// Of one line without its line feed. Nothing: it is none of the engine's about the trail.
[[nodiscard]] std::optional<LogEntry> parse_log_line(std::string_view line);

[[nodiscard]] std::string short_host(std::string_view host);  // as LogEntry has it

// Reads such a file piece by piece; never holds more than a line of it.
class LogReader {
 public:
  using Take = std::function<void(const LogEntry&, std::int64_t line)>;  // from 1
  explicit LogReader(Take take) : take_(std::move(take)) {}

  void feed(std::string_view bytes);
  void finish();  // the last line may lack its line feed
  // Of a compressed file, which was passed over: what unpacks it ("xzcat"). Empty: it is none.
  [[nodiscard]] std::string_view unpacked_by() const { return unpacked_by_; }

 private:
  void end_line();
  void export_line();
  void export_field(std::string_view name, std::string_view value);
  void export_entry();
  void take_bytes(std::string_view& bytes);

  Take take_;
  std::string line_;
  bool too_long_ = false;  // the line at hand: it is no line of ours
  std::int64_t lines_ = 0;
  std::string beginning_;
  std::string_view unpacked_by_;
  bool exported_ = false;  // `journalctl -o export`
  // Of a value in binary form there: its name, bytes of its length seen, bytes to come.
  std::string binary_;
  std::size_t length_bytes_ = 0;
  std::uint64_t length_ = 0;
  std::string message_, ident_, host_, pid_, kernel_pid_;  // of the entry at hand
  std::int64_t first_line_ = 0;
};

}  // namespace mfa::cli
