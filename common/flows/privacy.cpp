#include "common/flows/privacy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "common/flows/step_up.h"
#include "common/flows/texts.h"

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
  std::string text = fmt::format(
      "{} at most; you can forget them before: mfa-enroll devices. What ended goes when "
      "another device is remembered, a day later at the earliest.",
      texts::window(longest_trust(settings)));
  if (settings.trust_burst.count() > 0)
    text += fmt::format(" After each right code, in any case {}.", texts::window(settings.trust_burst));
  return text;
}

void add_devices(const Settings& settings, std::vector<Section>& kept) {
  if (longest_trust(settings).count() == 0 && settings.trust_burst.count() == 0) return;
  const std::string country = settings.geo_database.empty() ? "" : ", its country";
  kept.push_back(
      {.what = "Devices that you had remembered: the address or the fingerprint of the SSH key, its network" + country +
               ", the server, when it was seen last, and a mark by which a new password shows.",
       .why = "So that you are not asked for a code there each time.",
       .how_long = how_long_devices(settings)});
}

std::string who_sees_it(const Settings& settings) {
  std::string text = "The administrators of this server; and you: mfa-enroll status, history and export.";
  if (!settings.helpdesk_groups.empty())
    text += fmt::format(
        " The helpdesk ({}) sees your factors, devices and events when it helps you, and no codes. What "
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
      {.what = "Your user name and number, and since when you are known here.",
       .why = "So that nobody else is taken for you.",
       .how_long = "Until an administrator removes them."},
      {.what = "Your factors: kind, name, when each was added and last used. The key of an app is sealed; of a "
               "security key it is the public half.",
       .why = "To check your codes.",
       .how_long = "Until you remove them."},
      {.what = "Your recovery codes, as hashes that cannot be turned back into codes.",
       .why = "To check them, and that each works once.",
       .how_long = "Until you make new ones, or have no factor any more."},
      {.what = "How many wrong codes came in a row, when that locks you out, and how many logins knew your password "
               "alone.",
       .why = "So that nobody guesses your codes, and you hear of it.",
       .how_long = "Until your next login with a right code."},
  };
  if (!settings.phone.countries.empty()) {
    reply.kept.push_back({.what = "The numbers of your phones, sealed; others see only how they end.",
                          .why = "To send you codes, and to see that one number does not serve many people.",
                          .how_long = "Until you remove them."});
    reply.kept.push_back({.what =
                              "When a text or a call went to a number of yours, and the code in it while it is good, "
                              "sealed.",
                          .why = "To check the code, and so that nobody makes us send many.",
                          .how_long = "Two days or a little longer."});
  }
  add_devices(settings, reply.kept);
  reply.kept.push_back(
      {.what = "What the helpdesk granted you for a while: that nothing is asked, countries that are let "
               "through, a bypass code as a hash that cannot be turned back into the code; and for a "
               "quarter of an hour that it knows who you are.",
       .why = "So that it counts.",
       .how_long = "It counts until its time is over, and is deleted when a new one takes its place."});
  reply.kept.push_back(
      {.what = "A record of events: each login that was asked for a code or refused, with time, service, server, the "
               "address it came from and how it ended; each change of your factors, who made it and why; what you "
               "reported. You see yours with: mfa-enroll history",
       .why = "So that misuse can be found and shown.",
       .how_long = fmt::format("{}. After that only what happened stays, and when, but not to whom.",
                               texts::window(settings.records_keep))});
  reply.kept.push_back({.what = "The same events as lines of the system log, and logins that were asked for nothing.",
                        .why = "So that the record cannot be changed unnoticed.",
                        .how_long = "As long as this server keeps its system log."});
  reply.never = "Your password, and codes in a form that could be read, are not kept anywhere.";
  reply.who = who_sees_it(settings);
  reply.ask = fmt::format("Questions? Ask {}.", texts::helpdesk(settings));
  return reply;
}

}  // namespace mfa
