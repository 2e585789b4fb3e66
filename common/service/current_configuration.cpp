#include "common/service/current_configuration.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/config/configuration.h"

namespace mfa {

bool CurrentConfiguration::may_be_absent() const {
  if (named_ || (access(path_.c_str(), F_OK) == 0 || errno != ENOENT)) return false;
  const std::lock_guard lock(mutex_);
  return !snapshot_.settings || defaults_;
}

std::vector<std::string> CurrentConfiguration::reload() {
  const bool absent = may_be_absent();
  Configuration read = absent ? Configuration(Settings{}) : load_configuration(path_, owner_);
  std::vector<std::string> mistakes;
  if (!read)
    for (const auto& error : read.error()) mistakes.push_back(to_string(error));

  const std::lock_guard lock(mutex_);
  if (read) {
    snapshot_ = {.settings = std::make_shared<const Settings>(*std::move(read)), .fault = {}};
    defaults_ = absent;
  } else if (!snapshot_.settings) {
    snapshot_.fault = mistakes.empty() ? "unknown" : mistakes.front();
  }
  return mistakes;
}

Snapshot CurrentConfiguration::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

bool CurrentConfiguration::defaults() const {
  const std::lock_guard lock(mutex_);
  return defaults_;
}

}  // namespace mfa
