#include "common/check/pam_findings.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/check/pam_walk.h"

namespace mfa {

bool has_mfa(const PamStack& stack) {
  return std::ranges::any_of(stack, [](const PamLine& line) { return line.module == kMfaModule; });
}

std::string quoted(const PamLine& line, PamType type) {
  return line.kind == PamLine::Kind::unreadable ? line.what : fmt::format("\"{}\"", line.text(type));
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void PamFindings::add(const std::string& service, Finding finding) {
  for (auto& [known, services] : found_) {
    if (known.name != finding.name || known.detail != finding.detail || known.mend != finding.mend) continue;
    services.insert(service);
    return;
  }
  found_.emplace_back(std::move(finding), std::set<std::string>{service});
}

Findings PamFindings::take() && {
  Findings findings;
  for (auto& [finding, services] : found_) {
    finding.detail += fmt::format(" ({})", joined(services));
    findings.push_back(std::move(finding));
  }
  return findings;
}

bool PamFindings::fault_of(const std::string& service) const {
  return std::ranges::any_of(
      found_, [&service](const auto& entry) { return !entry.first.ok && entry.second.contains(service); });
}

}  // namespace mfa
