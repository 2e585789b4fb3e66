// What is wrong with single lines of PAM stacks, wherever they stand: libpam cannot read them, has no such module, or
// pam_mfa has no such argument.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/check/pam_findings.h"
#include "common/check/pam_stack.h"

namespace mfa {

struct PamModules {
  std::function<bool(const std::string& path)> there;  // as a line names it; none: whatever is named is there
  std::vector<std::string> names;                      // of those that are: "pam_unix", for misspelt ones
};

class PamLineJudge {
 public:
  // Both outlive it.
  PamLineJudge(const PamModules& modules, PamFindings& found) : modules_(modules), found_(found) {}

  void judge(const std::string& service, const PamStack& stack, PamType type);

  // The files as they are once those lines are mended; each line keeps its number.
  [[nodiscard]] PamReader mended(const PamReader& reader) const;

 private:
  void judge_module(const std::string& service, const PamLine& line, const PamStack& stack, PamType type);
  void judge_arguments(const std::string& service, const PamLine& line, PamType type);

  const PamModules& modules_;
  PamFindings& found_;
  std::map<PamPlace, std::string> fixed_;
};

}  // namespace mfa
