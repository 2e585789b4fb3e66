#include "tests/doubles/reasons.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

namespace mfa::doubles {
namespace {

std::set<std::string> reasons_of_the_manual() {
  std::set<std::string> words;
  std::ifstream page(MFA_SOURCE_DIR "/man/mfad.8");
  const std::string item = ".It Sy ";
  for (std::string line; std::getline(page, line);)
    if (line.starts_with(item)) words.insert(line.substr(item.size()));
  return words;
}

// Acts of the helpdesk have what the clerk typed, changes of the store two numbers or keys, a purge a time, those of
// names the names.
bool is_free_text(EventKind kind) {
  const auto number = static_cast<std::uint16_t>(kind);
  return kind == EventKind::schema_upgraded || kind == EventKind::key_rotated || kind == EventKind::store_copied ||
         kind == EventKind::store_restored || kind == EventKind::records_purged || kind == EventKind::person_renamed ||
         kind == EventKind::person_retired || kind == EventKind::helpdesk_looked ||
         kind == EventKind::helpdesk_identified || (number >= kFirstHelpdeskAct && number <= kLastHelpdeskAct);
}

}  // namespace

void expect_reasons_of_the_manual(const std::vector<Event>& events) {
  static const std::set<std::string> kWords = reasons_of_the_manual();
  for (const Event& event : events) {
    if (event.reason.empty() || event.reason.starts_with("store_") || is_free_text(event.kind)) continue;
    const std::string reason = event.reason.substr(0, event.reason.find("; ended: "));
    const std::string word = reason.substr(reason.rfind(' ') + 1);  // helpdesk.refused: the verb before it
    EXPECT_TRUE(kWords.contains(word)) << "mfad(8) does not explain '" << event.reason << "' of "
                                       << name_of(event.kind);
  }
}

}  // namespace mfa::doubles
