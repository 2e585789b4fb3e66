// What of root's power a process keeps (capabilities(7)), by the system calls themselves: libc has no wrappers.
#pragma once

#include <linux/capability.h>

#include <expected>
#include <span>
#include <string>

namespace mfa {

// Keeps of these what the process has, and nothing else, for itself and (where it may say so) for what it executes.
[[nodiscard]] std::expected<void, std::string> keep_only_capabilities(std::span<const int> capabilities);

[[nodiscard]] bool has_any_capability();  // true also when the kernel does not answer

}  // namespace mfa
