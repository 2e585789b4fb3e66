#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cli/user_names.h"
#include "cli/verbs/check.h"
#include "cli/verbs/foresee.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kMostNamed = 5;

Checked fault(std::string name, std::string detail, std::string mend) {
  return {.name = std::move(name), .ok = false, .detail = std::move(detail), .mend = std::move(mend)};
}
Checked good(std::string name, std::string detail) {
  return {.name = std::move(name), .ok = true, .detail = std::move(detail), .mend = {}};
}

// False: there is no use in asking more.
bool check_store(const Console& console, std::vector<Checked>& checks) {
  const auto reply = console.ask({{"verb", "admin check"}});
  if (!reply) {
    const bool known = !std::ranges::all_of(checks, &Checked::ok);
    checks.push_back(known ? good("store", "not looked at: " + reply.error().error)
                           : fault("service", reply.error().error,
                                   reply.error().hint.empty() ? "See why in the system log: journalctl -t mfad"
                                                              : reply.error().hint));
    return false;
  }
  const std::vector<Json> looked = objects_of(*reply, "checks");
  bool sound = !looked.empty();
  if (!sound)
    checks.push_back(
        fault("service", "the service said something that makes no sense of its store",
              "Are mfa-enroll and the service of the same release? Restart the service after an upgrade."));
  for (const Json& each : looked) {
    Checked check{.name = text_of(each, "name"),
                  .ok = flag_of(each, "ok"),
                  .detail = text_of(each, "detail"),
                  .mend = text_of(each, "mend")};
    sound = sound && (check.ok || check.name != "store");
    checks.push_back(std::move(check));
  }
  return sound;
}

// Root and people, each once; names that no request can hold are nobody who logs in.
std::vector<ListedAccount> people_of(const std::vector<ListedAccount>& accounts) {
  std::vector<ListedAccount> people;
  std::unordered_set<std::string> seen;
  for (const ListedAccount& account : accounts)
    if (logs_in(account) && fault_of_user_name(account.name).empty() && seen.insert(account.name).second)
      people.push_back(account);
  return people;
}

// "7 of them: alice, bob, …": the first few.
std::string few_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMostNamed) text += fmt::format(" and {} more", names.size() - kMostNamed);
  return text;
}

std::string in_number(std::size_t people, const std::string& whom) {
  return people == 1 ? fmt::format("1 of {} needs a second factor, has none", whom)
                     : fmt::format("{} of {} need a second factor, have none", people, whom);
}

// By how those can still get in who have no factor and need one.
struct WithoutFactor {
  std::vector<std::string> enrol;      // at their next login
  std::vector<std::string> need_code;  // for that
  std::vector<std::string> shut_out;
};

WithoutFactor without_factor(const Forecast& forecast) {
  WithoutFactor found;
  for (const Json& who : forecast.who) {
    const std::string reason = text_of(who, "reason");
    if (reason == "enrolment_code")
      found.need_code.push_back(text_of(who, "user"));
    else if (reason == "required_and_none")
      (text_of(who, "decision") == "enrol" ? found.enrol : found.shut_out).push_back(text_of(who, "user"));
  }
  return found;
}

void tell_of_people(const Forecast& forecast, const std::string& whom, std::vector<Checked>& checks) {
  const WithoutFactor found = without_factor(forecast);
  const auto tell = [&](const char* name, const std::vector<std::string>& people, const char* what, std::string mend) {
    if (people.empty()) return;
    checks.push_back(fault(name, fmt::format("{}, and {}: {}", in_number(people.size(), whom), what, few_of(people)),
                           std::move(mend)));
  };
  tell("people-without-factor", found.enrol, "can set one up at the next login",
       "Have them log in over SSH, or type: mfa-enroll  For somebody without a phone: "
       "mfa-enroll helpdesk token USER --reason TEXT --checked TEXT");
  tell("people-locked-out", found.need_code, "can set one up with an enrolment code alone",
       "Hand out the codes of: mfa-enroll admin provision --codes --users FILE  (their names, a line each)");
  if (!found.shut_out.empty())
    tell("people-locked-out", found.shut_out, "cannot set one up in a login",
         fmt::format("mfa-enroll admin provision {} totp  and likewise for the others", found.shut_out.front()));
  if (found.enrol.empty() && found.need_code.empty() && found.shut_out.empty())
    checks.push_back(good("people", fmt::format("of {}, whoever needs a second factor has one", whom)));
}

void check_people(const Console& console, const AccountList& accounts, std::vector<Checked>& checks) {
  const auto listed = accounts();
  if (!listed) {
    checks.push_back(fault("people-unknown", listed.error().error,
                           "Give their names in a file: mfa-enroll admin forecast --users FILE"));
    return;
  }
  const std::vector<ListedAccount> people = people_of(*listed);
  const auto forecast = foresee(console, people);
  if (!forecast) {
    checks.push_back(fault("people-unknown", forecast.error().error,
                           forecast.error().hint.empty() ? "mfa-enroll admin forecast" : forecast.error().hint));
    return;
  }
  tell_of_people(*forecast, fmt::format("the {} accounts that this computer lists", people.size()), checks);
  // Nothing that anybody could mend.
  if (std::ranges::all_of(people, [](const ListedAccount& account) { return account.uid == 0; }))
    checks.push_back(good("people",
                          "this computer lists nobody but root; those of a directory that keeps them to itself "
                          "are looked at by: mfa-enroll admin forecast --users FILE"));
}

}  // namespace

void check_engine(const Console& console, const AccountList& accounts, std::vector<Checked>& checks) {
  if (check_store(console, checks)) check_people(console, accounts, checks);
}

}  // namespace mfa::cli
