// Lines to syslog over a datagram socket of its own: syslog(3) may wait for a full socket, and a login must not.
//
// A call never waits. What /dev/log does not take at once is kept (kMostPending lines) and sent from a thread of its
// own, in order, as soon as it can be; beyond that lines are dropped, counted, and the count (`event=journal.dropped
// lines=N`) stands where they would have stood. Thread-safe.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "common/ports/system.h"
#include "common/system/descriptor.h"

namespace mfa {

class SyslogJournal final : public Journal {
 public:
  static constexpr std::size_t kMostPending = 1024;  // lines

  struct Options {
    std::string socket = "/dev/log";
    std::string ident = "mfad";
    bool also_stderr = false;  // mfad --foreground on a terminal
  };

  SyslogJournal() : SyslogJournal(Options{}) {}
  explicit SyslogJournal(Options options);
  SyslogJournal(const SyslogJournal&) = delete;
  SyslogJournal& operator=(const SyslogJournal&) = delete;
  // What is pending is tried once more, without waiting.
  ~SyslogJournal() override;

  void record(const Event& event, const std::optional<TrailMark>& mark) override;
  void note(Severity severity, std::string_view text) override;

  [[nodiscard]] std::uint64_t dropped();  // lines that were given up since the last report of them

 private:
  enum class Delivery : std::uint8_t { sent, later };

  void write(Severity severity, const std::string& text);
  [[nodiscard]] std::string framed(Severity severity, const std::string& text) const;
  [[nodiscard]] Delivery deliver(const std::string& line);
  [[nodiscard]] std::string count_of_dropped() const;
  [[nodiscard]] bool tell_dropped();
  [[nodiscard]] bool connect();
  void keep(std::string line);
  void deliver_pending();
  void wait_and_deliver();

  const Options options_;
  const std::string tag_;  // "mfad[123]: "
  std::mutex mutex_;
  Descriptor socket_;
  std::deque<std::string> pending_;
  std::uint64_t dropped_ = 0;
  bool stopping_ = false;
  std::condition_variable wake_;
  Descriptor stop_event_;
  std::thread deliverer_;  // started with the first line that could not be sent at once
};

}  // namespace mfa
