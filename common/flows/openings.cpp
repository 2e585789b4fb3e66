#include "common/flows/openings.h"

#include <algorithm>

namespace mfa {

std::vector<Opening> openings(Transaction& tx, const Person& person, UnixTime now) {
  std::vector<Opening> open;
  if (const auto bypass = tx.bypass_code(person.id); bypass && bypass->until > now)
    open.push_back(Opening::bypass_code);
  if (person.exempt_until && *person.exempt_until > now) open.push_back(Opening::exemption);
  const auto holds = [now](const Journey& journey) { return journey.until > now; };
  if (std::ranges::any_of(tx.journeys(person.id), holds)) open.push_back(Opening::journeys);
  if (const auto until = tx.enrolment_code_until(person.id); until && *until > now)
    open.push_back(Opening::enrolment_code);
  if (person.asks_off) open.push_back(Opening::asking_off);
  return open;
}

std::vector<Opening> end_openings(Transaction& tx, Person& person, UnixTime now) {
  std::vector<Opening> open = openings(tx, person, now);
  tx.drop_bypass_code(person.id);
  person.exempt_until.reset();
  for (const Journey& journey : tx.journeys(person.id)) tx.remove_journey(person.id, journey.country);
  tx.drop_enrolment_code(person.id);
  person.asks_off = false;
  return open;
}

}  // namespace mfa
