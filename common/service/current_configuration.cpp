#include "common/service/current_configuration.h"

#include <utility>

#include "common/config/configuration.h"

namespace mfa {

std::vector<std::string> CurrentConfiguration::reload() {
  Configuration read = load_configuration(path_, owner_);
  std::vector<std::string> mistakes;
  if (!read)
    for (const auto& error : read.error()) mistakes.push_back(to_string(error));

  const std::lock_guard lock(mutex_);
  if (read) {
    snapshot_ = {.settings = std::make_shared<const Settings>(*std::move(read)), .fault = {}};
  } else if (!snapshot_.settings) {
    snapshot_.fault = mistakes.empty() ? "unknown" : mistakes.front();
  }
  return mistakes;
}

Snapshot CurrentConfiguration::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

}  // namespace mfa
