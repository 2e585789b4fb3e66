// The directory of accounts as one request sees it: whose the caller's uid is, is asked once, so that a directory that
// hangs is waited for once.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/ports/system.h"

namespace mfa {

class AskedOnce final : public Accounts {
 public:
  // Borrows `accounts`.
  AskedOnce(Accounts& accounts, Uid caller) : accounts_(accounts), caller_(caller) {}

  [[nodiscard]] std::expected<Account, LookupError> by_name(std::string_view name) override {
    return accounts_.by_name(name);
  }
  [[nodiscard]] std::expected<Account, LookupError> by_uid(Uid uid) override {
    if (uid != caller_) return accounts_.by_uid(uid);
    if (!answer_) answer_ = accounts_.by_uid(uid);
    return *answer_;
  }
  [[nodiscard]] std::map<std::string, Membership> memberships(const Account& account,
                                                              const std::set<std::string>& groups) override {
    return accounts_.memberships(account, groups);
  }

 private:
  Accounts& accounts_;
  Uid caller_;
  std::optional<std::expected<Account, LookupError>> answer_;
};

}  // namespace mfa
