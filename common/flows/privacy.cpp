#include "common/flows/privacy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "common/flows/step_up.h"
#include "common/flows/texts.h"
#include "common/language/language.h"

namespace mfa {
namespace {

using Section = PrivacyReply::Section;

// The longest that a device may be remembered by any rule.
std::chrono::seconds longest_trust(const Settings& settings) {
  std::chrono::seconds longest{0};
  for (const Rule& rule : settings.rules) longest = std::max(longest, rule.trust.value_or(std::chrono::seconds(0)));
  return longest;
}

std::string how_long_devices(const Settings& settings) {
  std::string text =
      say("{} at most; you can forget them before: mfa-enroll devices. What ended goes when "
          "another device is remembered, a day later at the earliest.",
          texts::window(longest_trust(settings)));
  if (settings.trust_burst.count() > 0)
    text += say(" After each right code, in any case {}.", texts::window(settings.trust_burst));
  return text;
}

void add_devices(const Settings& settings, std::vector<Section>& kept) {
  if (longest_trust(settings).count() == 0 && settings.trust_burst.count() == 0) return;
  kept.push_back(
      {.what = settings.geo_database.empty()
                   ? say("Devices that you had remembered: the address or the fingerprint of the SSH key, its network, "
                         "the server, when it was seen last, and a mark by which a new password shows.")
                   : say("Devices that you had remembered: the address or the fingerprint of the SSH key, its network, "
                         "its country, the server, when it was seen last, and a mark by which a new password shows."),
       .why = say("So that you are not asked for a code there each time."),
       .how_long = how_long_devices(settings)});
}

std::string who_sees_it(const Settings& settings) {
  std::string text = say("The administrators of this server; and you: mfa-enroll status, history and export.");
  if (!settings.helpdesk_groups.empty())
    text +=
        say(" The helpdesk ({}) sees your factors, devices and events when it helps you, and no codes. What "
            "it looks at and does is recorded in your history, and your next login tells you what it changed.",
            fmt::join(settings.helpdesk_groups, ", "));
  return text;
}

}  // namespace

std::expected<PrivacyReply, RequestError> privacy(Engine& engine, const Asker& asker) {
  if (const auto account = who_asks(engine, asker); !account) return std::unexpected(account.error());
  const Settings& settings = engine.settings;
  PrivacyReply reply;
  reply.kept = {
      {.what = say("Your user name and number, since when you are known here, and the language you chose."),
       .why = say("So that nobody else is taken for you."),
       .how_long = say("Until an administrator removes them.")},
      {.what = say("Your factors: kind, name, when each was added and last used. The key of an app is sealed; of a "
                   "security key it is the public half."),
       .why = say("To check your codes."),
       .how_long = say("Until you remove them.")},
      {.what = say("Your recovery codes, as hashes that cannot be turned back into codes."),
       .why = say("To check them, and that each works once."),
       .how_long = say("Until you make new ones, or have no factor any more.")},
      {.what =
           say("How many wrong codes came in a row, when that locks you out, and how many logins knew your password "
               "alone."),
       .why = say("So that nobody guesses your codes, and you hear of it."),
       .how_long = say("Until your next login with a right code.")},
  };
  if (!settings.phone.countries.empty()) {
    reply.kept.push_back({.what = say("The numbers of your phones, sealed; others see only how they end."),
                          .why = say("To send you codes, and to see that one number does not serve many people."),
                          .how_long = say("Until you remove them.")});
    reply.kept.push_back(
        {.what = say("When a text or a call went to a number of yours, and the code in it while it is good, "
                     "sealed."),
         .why = say("To check the code, and so that nobody makes us send many."),
         .how_long = say("Two days or a little longer.")});
  }
  add_devices(settings, reply.kept);
  reply.kept.push_back(
      {.what = say("What the helpdesk granted you for a while: that nothing is asked, countries that are let "
                   "through, a bypass code as a hash that cannot be turned back into the code; and for a "
                   "quarter of an hour that it knows who you are."),
       .why = say("So that it counts."),
       .how_long = say("It counts until its time is over, and is deleted when a new one takes its place.")});
  reply.kept.push_back(
      {.what =
           say("A record of events: each login that was asked for a code or refused, with time, service, server, the "
               "address it came from and how it ended; each change of your factors, who made it and why; what you "
               "reported. You see yours with: mfa-enroll history"),
       .why = say("So that misuse can be found and shown."),
       .how_long = say("{}. After that only what happened stays, and when, but not to whom.",
                       texts::window(settings.records_keep))});
  reply.kept.push_back(
      {.what = say("The same events as lines of the system log, and logins that were asked for nothing."),
       .why = say("So that the record cannot be changed unnoticed."),
       .how_long = say("As long as this server keeps its system log.")});
  reply.never = say("Your password, and codes in a form that could be read, are not kept anywhere.");
  reply.who = who_sees_it(settings);
  reply.ask = say("Questions? Ask {}.", texts::helpdesk(settings));
  return reply;
}

}  // namespace mfa
