// Faults of PAM stacks, collected from the services that have them: a line that several read is one finding.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/check/finding.h"
#include "common/check/pam_stack.h"

namespace mfa {

[[nodiscard]] bool has_mfa(const PamStack& stack);

// A line as a sentence shows it.
[[nodiscard]] std::string quoted(const PamLine& line, PamType type);

[[nodiscard]] std::string joined(const std::set<std::string>& names);

class PamFindings {
 public:
  void add(const std::string& service, Finding finding);
  [[nodiscard]] bool fault_of(const std::string& service) const;
  [[nodiscard]] Findings take() &&;  // each with its services

 private:
  std::vector<std::pair<Finding, std::set<std::string>>> found_;
};

}  // namespace mfa
