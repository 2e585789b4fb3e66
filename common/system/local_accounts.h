// The accounts of /etc/passwd, where nsswitch.conf(5) has the name service look there first: asked on the spot.
//
// What is found there is what the name service would say, without a worker of its own and whatever becomes of a
// directory. It says so only of a plain line of a file of moderate size; all else is the name service's to answer.
// Nothing is cached but where nsswitch.conf stands. Thread-safe.
#pragma once

#include <sys/stat.h>

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/ports/system.h"

namespace mfa {

class LocalAccounts {
 public:
  static constexpr std::size_t kLargest = 256UL << 10;  // bytes of the file

  LocalAccounts() = default;
  LocalAccounts(std::string passwd, std::string nsswitch)
      : passwd_(std::move(passwd)), nsswitch_(std::move(nsswitch)) {}

  // nullopt: ask the name service.
  [[nodiscard]] std::optional<Account> by_name(std::string_view name);
  [[nodiscard]] std::optional<Account> by_uid(Uid uid);

 private:
  [[nodiscard]] bool come_first();

  std::string passwd_ = "/etc/passwd";
  std::string nsswitch_ = "/etc/nsswitch.conf";
  std::mutex mutex_;
  struct stat seen_{};  // nsswitch.conf, when it was read
  bool first_ = false;
};

}  // namespace mfa
