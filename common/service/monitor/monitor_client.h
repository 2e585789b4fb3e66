// The engine's side: asks the monitor. Thread-safe: each question has a channel of its own for its answer, so that a
// slow one delays no other. Every wait has a limit; without an answer by then it is "unavailable".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/ports/system.h"
#include "common/service/monitor/message.h"
#include "common/system/descriptor.h"

namespace mfa {

class MonitorClient {
 public:
  static constexpr const char* kSocket = "/run/mfa/monitor.sock";
  static constexpr std::chrono::seconds kLimit{15};

  // Of a monitor that this process started (monitor::start_monitor).
  explicit MonitorClient(Descriptor control);
  // Of one that listens there; it must be root's (SO_PEERCRED), or `owner`'s in tests.
  explicit MonitorClient(std::string socket, Uid owner = {0});

  // Is it the password of whoever is at the other end of `connection` (a Unix socket)? Three wrong ones a minute at
  // most; then `wait`, if given, is how long until the next one.
  [[nodiscard]] PasswordAnswer check_password(int connection, const Secret& password,
                                              std::chrono::seconds* wait = nullptr);

  // A stable text that is another one after each change of the user's password, locking apart; nothing for a user
  // without a password on this host. Never a hash of the password.
  [[nodiscard]] monitor::Version password_version(const Username& user);

 private:
  [[nodiscard]] std::optional<std::string> ask(monitor::Question question, std::string_view content,
                                               std::optional<int> connection);
  [[nodiscard]] Descriptor connect() const;

  Descriptor control_;
  std::string socket_;
  Uid owner_;
};

// Whether a password is that of the peer of one connection.
class ConnectionPassword final : public PasswordCheck {
 public:
  // Both must outlive it.
  ConnectionPassword(MonitorClient& monitor, int connection) : monitor_(monitor), connection_(connection) {}
  [[nodiscard]] PasswordAnswer check(const Secret& password) override {
    return monitor_.check_password(connection_, password, &wait_);
  }
  [[nodiscard]] std::chrono::seconds wait() const override { return wait_; }

 private:
  MonitorClient& monitor_;
  int connection_;
  std::chrono::seconds wait_{0};
};

// Which version a user's password has, by the monitor's word.
class MonitorVersions final : public PasswordVersions {
 public:
  explicit MonitorVersions(MonitorClient& monitor) : monitor_(monitor) {}
  [[nodiscard]] std::expected<std::string, LookupError> version_of(const Username& user) override {
    const auto version = monitor_.password_version(user);
    if (!version) return std::unexpected(LookupError::failed);
    return version->value_or("");
  }

 private:
  MonitorClient& monitor_;
};

}  // namespace mfa
