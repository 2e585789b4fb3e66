#include "common/check/store_judge.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace mfa {
namespace {

constexpr const char* kStore = "store";

struct Words {
  std::string_view detail;
  std::string mend;
};

Words words_for(StoreError error, const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/'));
  constexpr const char* kLog = "See why in the system log: journalctl -t mfad  (or /var/log/auth.log)";
  switch (error) {
    case StoreError::missing:
      return {"there is no store, or no key for it",
              fmt::format("With {0}/key there: mfa-enroll admin restore BACKUP\n"
                          "With {1} there: install -m 0400 -o mfa -g mfa COPY-OF-THE-KEY {0}/key\n"
                          "With neither, or once both are moved away, to begin anew with nobody enrolled: mfa-enroll "
                          "admin init  and then, for what a backup has: mfa-enroll admin restore BACKUP --key FILE",
                          folder, path)};
    case StoreError::unavailable:
      return {"the store cannot be opened or read", kLog};
    case StoreError::busy:
      return {"another process holds the store", fmt::format("See which, and end it: fuser -v {}", path)};
    case StoreError::full:
      return {"no room is left for the store", fmt::format("Make room on its disk: df -h {}", folder)};
    case StoreError::damaged:
      return {"the store is damaged",
              "Put the last backup in its place, which keeps what is there aside: mfa-enroll admin restore BACKUP"};
    case StoreError::too_new:
      return {"the store was written by a newer release than this one", "Install that release again"};
    case StoreError::wrong_key:
      return {
          "the key does not fit the store",
          fmt::format("Put the copy of the key that belongs to it back as {}/key, or: mfa-enroll admin restore BACKUP",
                      folder)};
    case StoreError::keys_full:
      return {"the key file has room for no more keys", kLog};
  }
  return {"the store cannot be used", kLog};
}

}  // namespace

Findings judge_store(const std::expected<StoreCondition, StoreError>& looked, const std::string& path) {
  if (!looked) {
    const Words words = words_for(looked.error(), path);
    return {fault(kStore, std::string(words.detail), words.mend)};
  }
  Findings findings;
  if (!looked->trouble.empty()) {
    const Words words = words_for(StoreError::damaged, path);
    findings.push_back(fault(kStore, fmt::format("{}: {}", words.detail, looked->trouble), words.mend));
  }
  if (looked->bad)
    findings.push_back(fault(
        "trail",
        fmt::format("event {} of the trail is not as it was written, or one before it was removed", *looked->bad),
        fmt::format("Find out who could write to {}; compare with the lines of syslog, and with a backup", path)));
  if (looked->old_keys > 0)
    findings.push_back(fault("key",
                             fmt::format("the key file holds {} old key{} whole, which should have gone when it was "
                                         "replaced",
                                         looked->old_keys, looked->old_keys == 1 ? "" : "s"),
                             "See why in the system log (journalctl -t mfad), mend it, then: "
                             "mfa-enroll admin rotate-key"));
  if (looked->keys_near_full)
    findings.push_back(fault("key",
                             fmt::format("the key can be changed {} more time{}: what is kept of each old key, to "
                                         "prove the trail with, fills the key file",
                                         looked->keys_left, looked->keys_left == 1 ? "" : "s"),
                             "Change it when somebody who could read it leaves, not by the calendar"));
  if (findings.empty())
    findings.push_back(good(kStore, fmt::format("schema {}, {} event{}; {}the last {} are as they were written",
                                                looked->schema, looked->last, looked->last == 1 ? "" : "s",
                                                looked->whole ? "whole, and " : "", looked->checked)));
  return findings;
}

}  // namespace mfa
