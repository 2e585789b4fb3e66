// Users and groups as the system's name service knows them (nsswitch.conf: files, LDAP, SSSD, …).
//
// Nothing is cached here: each question is asked anew. Users whom /etc/passwd decides are read there (LocalAccounts).
// Each other question runs on a worker thread with a limit of five seconds (LookupPool), so that a directory that hangs
// costs a worker and never a session. Thread-safe.
#pragma once

#include <grp.h>
#include <pwd.h>

#include <memory>

#include "common/ports/system.h"
#include "common/system/local_accounts.h"
#include "common/system/lookup_pool.h"

namespace mfa {

// The C library's calls; tests put others in their place.
struct NameService {
  decltype(&::getpwnam_r) user_by_name = ::getpwnam_r;
  decltype(&::getpwuid_r) user_by_uid = ::getpwuid_r;
  decltype(&::getgrnam_r) group_by_name = ::getgrnam_r;
  decltype(&::getgrouplist) group_list = ::getgrouplist;
};

class NssAccounts final : public Accounts {
 public:
  static constexpr std::size_t kLongestName = 256;  // bytes

  NssAccounts() : local_(std::make_unique<LocalAccounts>()) {}
  NssAccounts(const NameService& service, std::size_t most_workers, std::chrono::milliseconds limit)
      : service_(service), pool_(most_workers, limit) {}

  // A name that is empty, longer than kLongestName, or has a control character, ':' or '/' is not found without
  // asking. The name in the answer is the directory's, which may be written differently.
  [[nodiscard]] std::expected<Account, LookupError> by_name(std::string_view name) override;
  [[nodiscard]] std::expected<Account, LookupError> by_uid(Uid uid) override;
  // One limit of time for all of them together.
  [[nodiscard]] std::map<std::string, Membership> memberships(const Account& account,
                                                              const std::set<std::string>& groups) override;

 private:
  NameService service_;
  std::unique_ptr<LocalAccounts> local_;  // nothing: the name service is another
  LookupPool pool_;
};

}  // namespace mfa
