// What sshd does here.
#pragma once

#include <optional>

#include "common/check/sshd_match.h"
#include "common/check/sshd_settings.h"

namespace mfa {

// Findings about it; `settings`: what holds outside of Match blocks, nothing if it cannot be told.
struct SshdLook {
  Findings findings;
  std::optional<SshdSettings> settings;
};
[[nodiscard]] SshdLook look_at_sshd(const SshdWants& wants);

// Text of a file of settings, as much as is looked at; nothing if there is none.
[[nodiscard]] std::optional<std::string> contents_of(const std::string& path);

}  // namespace mfa
