// What `admin check` found of one thing: right, or a fault with what to type to mend it.
//
// A name stands for one kind of fault and never changes its meaning: scripts and the manual know it. The same kind may
// be found in several places, each a finding of its own. What is right may be told too, and so may remarks, which are
// no faults: both are ok.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mfa {

struct Finding {
  std::string name;
  bool ok = false;
  std::string detail;  // a sentence
  std::string mend;    // of a fault: the next thing to type or write; never empty there
};
using Findings = std::vector<Finding>;

[[nodiscard]] Finding fault(std::string_view name, std::string detail, std::string mend);
[[nodiscard]] Finding good(std::string_view name, std::string detail);
[[nodiscard]] bool any_fault(const Findings& findings);
void append(Findings& findings, Findings more);

}  // namespace mfa
