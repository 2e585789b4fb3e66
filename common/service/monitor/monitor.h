// Root's part of the engine. It answers two questions about passwords and believes the engine nothing:
//
// - "Is this the password of this peer?" The engine hands it the client's connection; whose password is meant is what
//   the kernel says of that. Three wrong ones a minute for a uid, each in a process of its own with a limit of time.
// - "Which version has this user's password?" A keyed hash of the setting part of the crypt string: never a hash of a
//   password, and nothing without the key.
//
// Whatever else arrives ends the channel it came on. An engine in wrong hands gains tries against the password of a
// user whose socket it can show, that is one who connected to it or listens where it may connect; su(1) gives anybody
// more. One process, one thread; nothing it does waits, so that a slow check delays nobody.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/types.h"
#include "common/service/monitor/message.h"
#include "common/service/monitor/password_process.h"
#include "common/service/monitor/shadow.h"
#include "common/service/monitor/try_limit.h"
#include "common/system/descriptor.h"

namespace mfa::monitor {

// What is not given has its value for service; tests set the rest.
struct Options {
  std::string key_path;         // the store's key: what versions are keyed with
  std::vector<Uid> key_owners;  // who may own that file
  std::string shadow_path = "/etc/shadow";
  PamService pam;
  std::chrono::milliseconds check_limit{10'000};
  std::size_t most_checks = 32;  // at a time
  std::function<TryLimit::Time()> clock = std::chrono::steady_clock::now;
};

class Monitor {
 public:
  static constexpr std::size_t kMostChannels = 64;

  explicit Monitor(Options options);
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  ~Monitor();  // ends the checks under way

  // A SOCK_SEQPACKET socket whose other end is the engine's.
  void add_channel(Descriptor channel);
  // A listening SOCK_SEQPACKET socket; only peers of this uid are let in.
  void listen_on(Descriptor listener, Uid engine);
  // Readable when it is to end (a signalfd).
  void stop_on(Descriptor event);

  // Serves until it is told to stop, or no channel is left and it listens on nothing.
  void run();

 private:
  struct Check {
    Descriptor process;  // a pidfd
    pid_t pid = 0;
    Descriptor reply;
    std::chrono::steady_clock::time_point deadline;
    Uid uid;
    TryLimit::Time taken;  // when the try was counted
  };

  [[nodiscard]] int wait_time() const;
  void accept_engine();
  [[nodiscard]] bool serve(const Descriptor& channel);  // false: the channel has ended
  void answer_password(std::vector<Descriptor> descriptors, std::string_view password);
  [[nodiscard]] std::optional<PasswordReply> start_check(const Descriptor& connection, std::string_view password,
                                                         Descriptor& reply);
  void answer_version(const Descriptor& reply, std::string_view name);
  [[nodiscard]] Version version_of(std::string_view name);
  [[nodiscard]] bool finish(Check& check);
  void end_overdue();

  Options options_;
  ShadowMap shadow_;
  TryLimit tries_;
  Secret key_;
  Descriptor listener_;
  Uid engine_ = kNoUid;
  Descriptor stop_;
  std::vector<Descriptor> channels_;
  std::vector<Check> checks_;
};

}  // namespace mfa::monitor
