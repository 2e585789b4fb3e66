// mfa-enroll in Dutch: what it says of its own accord is in the language that the engine speaks, tables stay tables,
// and scripts read what they always read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/command_line.h"
#include "cli/guided_text.h"
#include "cli/help.h"
#include "cli/history_text.h"
#include "cli/input.h"
#include "cli/own_language.h"
#include "cli/person_text.h"
#include "cli/picture.h"
#include "cli/plain_text.h"
#include "cli/privacy_text.h"
#include "cli/public_key.h"
#include "cli/render.h"
#include "cli/report.h"
#include "cli/times.h"
#include "cli/verbs/choices.h"
#include "cli/verbs/devices.h"
#include "cli/verbs/helpdesk.h"
#include "cli/verbs/keys.h"
#include "cli/verbs/phones.h"
#include "cli/verbs/record.h"
#include "cli/verbs/self.h"
#include "cli/verbs/tokens.h"
#include "cli_doubles.h"
#include "common/language/language.h"

namespace mfa::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::size_t kColumns = 80;

Frame speaks(std::string_view tag) {
  return frame(FrameType::show, [&](auto& w) { w.field(Tag::text, "").field(Tag::language, tag); });
}

using Verb = std::function<Outcome<void>(const Console&)>;

class InDutch : public testing::Test {
 protected:
  InDutch() {
    find_languages(MFA_CATALOGUES);
    setenv("TZ", "UTC", 1);
    tzset();
  }
  ~InDutch() override { find_languages("/nowhere"); }

  // What is printed when the engine speaks Dutch and replies so.
  static std::string said(const Verb& verb, std::string_view reply, bool json = false) {
    const Speaking before(kEnglish);
    ScriptedEngine engine{hello(), speaks("nl"), result(reply), verdict(VerdictCode::done)};
    if (json) engine.add(hello());
    Script script(engine, json);
    EXPECT_TRUE(verb(script.console)) << reply;
    return script.results.text();
  }
  // What a clerk reads who says yes.
  static std::string asked(const Verb& verb, std::string_view reply) {
    const Speaking before(kEnglish);
    ScriptedEngine engine{hello(), speaks("nl"), result(kShown), verdict(VerdictCode::done),
                          hello(), speaks("nl"), result(reply),  verdict(VerdictCode::done)};
    Script script(engine, false, "y\n", true);
    EXPECT_TRUE(verb(script.console));
    return script.errors.text();
  }
  static std::size_t widest(std::string_view text) {
    std::size_t most = 0;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      most = std::max(most, columns(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return most;
  }
  static constexpr const char* kShown =
      R"({"user":"alice","mfa":"require","factors":[{"id":"totp-1","kind":"totp","name":"iPhone","default":true,)"
      R"("added":"2026-11-01T08:00:00Z","last_used":"2026-11-21T08:00:00Z"}],"recovery_codes_left":8,)"
      R"("devices":[],"locked_until":"2026-11-22T09:18:05Z","last_login":"2026-11-21T08:00:00Z",)"
      R"("bypass_until":"2026-11-23T09:00:00Z","bypass_uses":1,"exempt_until":"2026-11-24T09:00:00Z",)"
      R"("travel":[{"country":"FJ","until":"2026-12-20T10:00:00Z"}],)"
      R"("enrolment_code_until":"2026-11-23T09:00:00Z","events":[{"at":"2026-11-21T08:00:00Z","user":"alice",)"
      R"("event":"login.passed","service":"sshd","from":"203.0.113.7","factor":"totp-1","seq":7}]})";
};

constexpr const char* kStatus =
    R"({"user":"alice","mfa":"optional","required_since":"2026-12-01T00:00:00Z","factors":[)"
    R"({"id":"totp-1","kind":"totp","name":"iPhone","default":true,"added":"2026-11-01T08:00:00Z",)"
    R"("last_used":"2026-11-21T08:00:00Z"},)"
    R"({"id":"sms-2","kind":"sms","name":"phone","detail":"ending 4567","default":false,)"
    R"("added":"2026-11-02T08:00:00Z"},)"
    R"({"id":"key-3","kind":"key","name":"blue","default":false,"added":"2026-11-02T08:00:00Z"}],)"
    R"("recovery_codes_left":8,"devices":[{"id":"device-3","kind":"address","label":"203.0.113.7","server":"lab-gw",)"
    R"("since":"2026-11-20T10:00:00Z","until":"2026-12-20T10:00:00Z"}],"notices":["Een factor is toegevoegd."],)"
    R"("next":"Niets te doen."})";

TEST_F(InDutch, TheStatusIsATableInDutch) {
  const std::string text = said(status, kStatus);
  EXPECT_EQ(text,
            "Meervoudige verificatie voor alice\n"
            "Vanaf 1 december 2026 is hier een tweede factor verplicht, over 9 dagen. Tot dan wordt er bij het "
            "inloggen om gevraagd zodra je er een hebt.\n"
            "Let op: Een factor is toegevoegd.\n"
            "Was jij dat niet? mfa-enroll report\n"
            "\n"
            "  FACTOR  NAAM    SOORT                   TOEGEVOEGD  LAATST GEBRUIKT\n"
            "* totp-1  iPhone  authenticator-app       2026-11-01  2026-11-21 08:00\n"
            "  sms-2   phone   sms, eindigend op 4567  2026-11-02  nooit\n"
            "  key-3   blue    beveiligingssleutel     2026-11-02  nooit\n"
            "* de standaardfactor: die bij het inloggen het eerst wordt genoemd\n"
            "\n"
            "Herstelcodes over: 8\n"
            "\n"
            "Vertrouwde apparaten, waar niet om een code wordt gevraagd:\n"
            "  adres 203.0.113.7 op lab-gw (device-3) tot 2026-12-20 10:00\n"
            "\n"
            "Niets te doen.\n");
  const Speaking dutch("nl");
  EXPECT_LE(widest(status_text(*parse_json(kStatus), kNow, {.columns = kColumns})), kColumns);
}

TEST_F(InDutch, ScriptsReadWhatTheyAlwaysRead) {
  EXPECT_EQ(said(status, kStatus, true), std::string(kStatus) + "\n");
  const Speaking before(kEnglish);
  ScriptedEngine engine{hello(), speaks("nl")};
  Script script(engine, true);
  const auto lost = status(script.console);
  ASSERT_FALSE(lost);
  EXPECT_EQ(failure_json(lost.error()),
            R"({"error":"The connection to the MFA service was lost.",)"
            R"("hint":"Look with 'mfa-enroll status' whether anything was changed, then try again."})"
            "\n");
}

TEST_F(InDutch, AnEngineThatSaysNoLanguageLeavesItAsItIs) {
  const Speaking before(kEnglish);
  ScriptedEngine engine{hello(), result(R"({"unlocked":true})"), verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(helpdesk_unlock(script.console, {.user = "alice", .reason = "called"}));
  EXPECT_EQ(script.results.text(), "alice can try codes again.\n");
}

TEST_F(InDutch, DevicesAreATable) {
  constexpr const char* kTwo =
      R"({"devices":[{"id":"device-3","kind":"key",)"
      R"("label":"sk-ssh-ed25519@openssh.com SHA256:Xk3wJ9bQzfR0aYd5T8mN2pL6cV7hG4sEuI1oWqZxKjM","server":"lab-gw",)"
      R"("since":"2026-11-20T10:00:00Z","until":"2026-12-20T10:00:00Z","ended":"password_changed"},)"
      R"({"id":"device-12","kind":"address","label":"2001:db8:1:2::/64","server":"lab-gw",)"
      R"("since":"2026-11-21T10:00:00Z","until":"2026-11-22T10:00:00Z"}]})";
  EXPECT_EQ(said(devices, kTwo),
            "  APPARAAT   WAT                                       SERVER  SINDS             TOT\n"
            "  device-3   beveiligingssleutel SHA256:Xk3wJ9bQzf...  lab-gw  2026-11-20 10:00  "
            "voorbij: je wachtwoord is gewijzigd\n"
            "  device-12  adres 2001:db8:1:2::/64                   lab-gw  2026-11-21 10:00  "
            "2026-11-22 10:00 (over 46 minuten)\n"
            "\n"
            "Niet van jou, of niet meer in gebruik? mfa-enroll devices forget ID\n");
  EXPECT_THAT(said(devices, R"({"devices":[]})"), StartsWith("Je hebt geen vertrouwd apparaat.\n"));
  EXPECT_EQ(said([](const Console& c) { return forget_devices(c, "device-3", false); },
                 R"({"devices":[{"id":"device-3","kind":"console","label":"","server":"lab-gw"}]})"),
            "Vergeten: console op lab-gw (device-3).\n"
            "Bij het volgende inloggen wordt daar weer om een code gevraagd.\n");
}

TEST_F(InDutch, TheHistoryIsATable) {
  constexpr const char* kEvents =
      R"({"events":[{"at":"2026-11-21T08:00:00Z","user":"alice","actor":"carol","event":"helpdesk.key",)"
      R"("service":"mfa-enroll","factor":"key-2","reason":"reset","seq":7},)"
      R"({"at":"2026-11-21T09:00:00Z","event":"login.failed","service":"sshd","from":"203.0.113.7",)"
      R"("reason":"wrong","seq":9},)"
      R"({"at":"2026-11-21T09:05:00Z","event":"message.sent","service":"mfa-enroll",)"
      R"("reason":"sms ending 4567 new_number","seq":10}]})";
  EXPECT_EQ(said([](const Console& c) { return history(c, {}); }, kEvents),
            "  WANNEER           WAT                                              DIENST      VANAF        FACTOR  "
            "WAAROM\n"
            "  2026-11-21 08:00  beveiligingssleutel toegevoegd door de helpdesk  mfa-enroll               key-2   "
            "door carol: reset\n"
            "  2026-11-21 09:00  inloggen mislukt                                 sshd        203.0.113.7          "
            "foute code\n"
            "  2026-11-21 09:05  sms of oproep aan jou                            mfa-enroll                       "
            "sms naar een nieuw nummer, eindigend op 4567\n"
            "\n"
            "Was jij iets hiervan niet? mfa-enroll report\n")
      << "what a clerk typed stays as it was typed";
  EXPECT_EQ(said([](const Console& c) { return history(c, {}); }, R"({"events":[]})"),
            "Over jou is hier niets vastgelegd.\n");
  const Speaking dutch("nl");
  EXPECT_LE(widest(history_text(objects_of(*parse_json(kEvents), "events"), false, {.columns = kColumns})), kColumns);
}

// A word that the manual explains and that is read as it is would be English in a Dutch table.
TEST(History, HasWordsForEveryReasonOfTheManual) {
  std::ifstream page(MFA_SOURCE_DIR "/man/mfad.8");
  const std::string item = ".It Sy ";
  std::size_t found = 0;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with(item)) continue;
    ++found;
    EXPECT_TRUE(is_reason(line.substr(item.size()))) << line;
  }
  EXPECT_GT(found, 60U);
}

TEST_F(InDutch, TheGuidedSetUpIsInDutch) {
  const Speaking dutch("nl");
  const Json status = *parse_json(R"({"user":"alice","mfa":"require","factors":[]})");
  EXPECT_EQ(guided_beginning(status, kNow, {}),
            "Meervoudige verificatie voor alice\n"
            "Een tweede factor is hier verplicht.\n"
            "\n"
            "Je hebt er nog geen; hiermee stel je er in een paar minuten een in.\n"
            "Ctrl-C breekt het af, en dan is er niets gewijzigd. Na het wachtwoord zegt help meer.\n");
  EXPECT_EQ(step_heading({.number = 2, .of = 4, .title = "Kies je tweede factor"}, {}),
            "\nStap 2 van 4: Kies je tweede factor\n");
  EXPECT_EQ(guided_end(*parse_json(R"({"factor":"totp-1","name":"iPhone"})"), status, {}),
            "\nJe tweede factor is ingesteld: iPhone (totp-1)\n\n"
            "Als je weer inlogt: je wachtwoord zoals altijd, dan de code die je app dan toont.\n"
            "Telefoon niet bij je? Typ dan een herstelcode; elk werkt maar een keer.\n"
            "Probeer een code voor je hem nodig hebt: mfa-enroll test\n");
}

TEST_F(InDutch, TheWordsAroundThePictureFitTheWindowToo) {
  const Speaking dutch("nl");
  constexpr std::string_view kUri = "otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP&issuer=Example";
  const WindowSize window{.rows = 40, .columns = kColumns};
  const std::string drawn = offer_text("", kUri, "JBSWY3DPEHPK3PXP", {}, {.utf8 = true}, window);
  EXPECT_THAT(drawn, StartsWith("Scan dit met je authenticator-app.\n"));
  EXPECT_THAT(drawn, EndsWith("Scannen lukt niet? k toont de sleutel, a tekent met gewone tekens, i keert om.\n"));
  EXPECT_LE(widest(drawn), kColumns);
  EXPECT_THAT(key_text(kUri, "JBSWY3DPEHPK3PXP"), StartsWith("Sleutel: JBSW Y3DP EHPK 3PXP\nAls link, "));
}

TEST_F(InDutch, WhatIsKeptIsSaidInDutch) {
  const Speaking dutch("nl");
  EXPECT_EQ(privacy_text(*parse_json(R"({"kept":[{"what":"Je factoren.","why":"Om te controleren.",)"
                                     R"("how_long":"Tot je ze verwijdert."}],"never":"Geen wachtwoord.",)"
                                     R"("who":"De beheerders.","ask":"Vragen?"})"),
                         {}),
            "Wat hier over je wordt bewaard voor meervoudige verificatie, en waarom\n"
            "\n"
            "Je factoren.\n"
            "  Waarom:    Om te controleren.\n"
            "  Hoe lang:  Tot je ze verwijdert.\n"
            "\n"
            "Geen wachtwoord.\n"
            "\n"
            "Wie het ziet:  De beheerders.\n"
            "\n"
            "Vragen?\n");
}

TEST_F(InDutch, ChangesOfOnesOwnAreSaidInDutch) {
  constexpr const char* kOne = R"({"factor":"totp-1","name":"iPhone"})";
  constexpr const char* kNew = R"({"factor":"totp-1","recovery_codes":["7k3m-92qx-d4tp"]})";
  constexpr const char* kAnother = R"({"factor":"totp-2"})";
  EXPECT_EQ(said([](const Console& c) { return totp(c, ""); }, kNew),
            "Je authenticator-app is ingesteld (totp-1).\n"
            "Voortaan wordt bij het inloggen om de codes ervan gevraagd.\n"
            "\n"
            "Bewaar deze herstelcodes; elk werkt één keer wanneer je je telefoon niet bij je hebt.\n"
            "  7k3m-92qx-d4tp\n");
  EXPECT_EQ(said([](const Console& c) { return hotp(c, {}); }, kAnother),
            "Je hardwaretoken is ingesteld (totp-2).\n"
            "Bij het inloggen gelden ook de codes ervan. Om daar het eerst om gevraagd te worden: mfa-enroll default "
            "totp-2\n");
  EXPECT_EQ(said([](const Console& c) { return phone(c, {.number = "021", .country = "", .name = ""}); },
                 R"({"factor":"sms-2","detail":"ending 4567"})"),
            "Je telefoon eindigend op 4567 is ingesteld (sms-2).\n"
            "Bij het inloggen gelden ook de codes die hij krijgt. Om daar het eerst om gevraagd te worden: mfa-enroll "
            "default sms-2\n");
  EXPECT_THAT(said(codes, R"({"codes":["7k3m-92qx-d4tp"]})"), StartsWith("Je nieuwe herstelcodes; de oude "));
  EXPECT_EQ(said(test, R"({"factor":"totp-1","name":"iPhone","recovery_codes_left":1})"),
            "Die code klopt: iPhone (totp-1). Hij is nu gebruikt, zoals na het inloggen.\n"
            "Je hebt nog 1 herstelcode.\n");
  EXPECT_EQ(said([](const Console& c) { return set_default(c, "totp-1"); }, kOne),
            "iPhone (totp-1) is nu je standaardfactor.\n");
  EXPECT_EQ(said([](const Console& c) { return rename(c, "totp-1", "iPhone"); }, kOne),
            "De naam is nu iPhone (totp-1).\n");
  EXPECT_EQ(said([](const Console& c) { return remove(c, "totp-1"); }, kOne),
            "iPhone (totp-1) is verwijderd. Je kunt de regel ervan in de app verwijderen.\n");
}

TEST_F(InDutch, ChoicesAreSaidInDutch) {
  EXPECT_EQ(said(report_login, R"({"recorded":true,"helpdesk":"de helpdesk","ended":["bypass_code","journeys"]})"),
            "Je melding is vastgelegd voor de beheerders.\n"
            "Geen apparaat van je wordt nog vertrouwd, en tot je wachtwoord een ander is kan daarmee\n"
            "alleen geen tweede factor worden ingesteld.\n"
            "Ook voorbij: de tijdelijke code, de genoteerde reizen.\n"
            "\n"
            "Wijzig nu je wachtwoord, en meld het dan aan de helpdesk.\n"
            "Wat er in jouw naam is gebeurd: mfa-enroll history\n");
  EXPECT_EQ(said(enable, R"({"changed":true})"), "Bij het inloggen wordt weer om een code gevraagd.\n");
  EXPECT_THAT(said(disable, R"({"changed":true,"required_since":"2026-12-01T00:00:00Z"})"),
              EndsWith("Vanaf 1 december 2026 eist een regel een code: dan wordt er weer om gevraagd.\n"
                       "Om er weer om gevraagd te worden: mfa-enroll enable\n"));
  EXPECT_EQ(said([](const Console& c) { return choose_language(c, ""); },
                 R"({"language":"nl","chosen":false,"languages":[{"tag":"nl","name":"Nederlands"}]})"),
            "* nl  Nederlands\n"
            "Je hebt er geen gekozen: dit is de taal van deze server.\n"
            "Om een andere te kiezen: mfa-enroll language TAAL\n");
}

TEST_F(InDutch, AClerkReadsWhomTheyChange) {
  EXPECT_EQ(asked([](const Console& c) { return helpdesk_unlock(c, {.user = "nobody-here", .reason = "called"}); },
                  R"({"unlocked":true})"),
            "Je gaat de blokkade opheffen van\n"
            "  nobody-here\n"
            "  Laatst ingelogd: 2026-11-21 08:00\n"
            "  iPhone (totp-1)\n"
            "Klopt dat? [y/N]: ");
  const HelpdeskOptions reset{.user = "nobody-here", .reason = "called", .factor = "totp-1"};
  EXPECT_THAT(asked([&](const Console& c) { return helpdesk_reset(c, reset); }, R"({"removed":["totp-1"]})"),
              StartsWith("Je gaat de factor totp-1 verwijderen van\n"));
}

TEST_F(InDutch, WhatAClerkSeesOfSomebody) {
  const HelpdeskOptions options{.user = "nobody-here", .reason = ""};
  EXPECT_EQ(said([&](const Console& c) { return helpdesk_show(c, options); }, kShown),
            "nobody-here\n"
            "Laatst ingelogd: 2026-11-21 08:00.\n"
            "Moet een tweede factor hebben.\n"
            "Na foute codes buitengesloten tot 2026-11-22 09:18 (over 4 minuten).\n"
            "Heeft een registratiecode, geldig tot 2026-11-23 09:00.\n"
            "Heeft een tijdelijke code voor 1 keer inloggen, geldig tot 2026-11-23 09:00.\n"
            "Hoeft tot 2026-11-24 09:00 geen code te geven.\n"
            "Wordt vanuit FJ doorgelaten tot 2026-12-20 10:00.\n"
            "\n"
            "  FACTOR  NAAM    SOORT              TOEGEVOEGD  LAATST GEBRUIKT\n"
            "* totp-1  iPhone  authenticator-app  2026-11-01  2026-11-21 08:00\n"
            "\n"
            "Herstelcodes over: 8\n"
            "\n"
            "Wat er de laatste tijd gebeurde:\n"
            "  WANNEER           WAT       DIENST  VANAF        FACTOR  WAAROM\n"
            "  2026-11-21 08:00  ingelogd  sshd    203.0.113.7  totp-1\n");
}

TEST_F(InDutch, ActsOfTheHelpdeskAreSaidInDutch) {
  const HelpdeskOptions to{.user = "alice", .reason = "called", .country = "FJ", .until = "2026-12-01"};
  const auto act = [&](Outcome<void> (*verb)(const Console&, const HelpdeskOptions&), std::string_view reply) {
    return said([&](const Console& c) { return verb(c, to); }, reply);
  };
  EXPECT_EQ(act(helpdesk_unlock, R"({"unlocked":false})"), "alice was niet buitengesloten.\n");
  EXPECT_EQ(
      act(helpdesk_reset, R"({"removed":["totp-1"],"enrolment_code":"7k3m-92qx-d4tp","until":"2026-11-23T09:14:05Z"})"),
      "De tweede factor van alice is teruggezet. Verwijderd: totp-1\n"
      "\n"
      "Registratiecode om te geven; hij wordt alleen nu getoond en werkt maar een keer, tot 2026-11-23 09:14:\n"
      "  7k3m-92qx-d4tp\n"
      "Daarmee stelt alice een tweede factor in: bij het volgende inloggen dat erom vraagt, of met "
      "mfa-enroll.\n");
  EXPECT_EQ(act(helpdesk_bypass, R"({"code":"12345678","uses":2,"until":"2026-11-23T09:14:05Z"})"),
            "Tijdelijke code om te geven; hij wordt alleen nu getoond:\n"
            "  1234 5678\n"
            "alice kan hem 2 keer typen waar om een code wordt gevraagd, tot 2026-11-23 09:14.\n");
  EXPECT_EQ(act(helpdesk_identify, R"({"factor":"totp-1","until":"2026-11-22T09:29:05Z"})"),
            "Dat is een code van alice (totp-1). Tot 2026-11-22 09:29 heb je daarvoor geen --checked nodig.\n");
  EXPECT_EQ(act(helpdesk_travel, R"({"country":"FJ","until":"2026-12-01T00:00:00Z"})"),
            "Inloggen van alice vanuit FJ wordt doorgelaten tot 2026-12-01 00:00.\n");
  EXPECT_EQ(act(helpdesk_exempt, R"({})"), "alice wordt weer om een tweede factor gevraagd, zoals de regels zeggen.\n");
  EXPECT_EQ(said(
                [](const Console& c) {
                  return helpdesk_token(c, {.user = "alice", .reason = "called", .checked = "", .token = {}});
                },
                R"({"factor":"hotp-1"})"),
            "alice heeft nu een hardwaretoken (hotp-1). De codes die je typte zijn gebruikt.\n");
  EXPECT_EQ(said(
                [](const Console& c) {
                  return helpdesk_phone(c, {.user = "alice",
                                            .reason = "called",
                                            .checked = "",
                                            .phone = {.number = "021", .country = "", .name = ""}});
                },
                R"({"factor":"sms-2","detail":"ending 4567","default":"totp-1"})"),
            "alice heeft nu een telefoon eindigend op 4567 (sms-2).\n"
            "Bij het inloggen wordt totp-1 nog het eerst genoemd. Is die kwijt:\n"
            "  mfa-enroll helpdesk reset alice --factor totp-1\n");
}

TEST_F(InDutch, WhatGoesWrongIsSaidInDutch) {
  const Speaking dutch("nl");
  ScriptedEngine engine{};
  engine.fails(protocol::Reached::no_service, Link::Fault::end);
  Script script(engine, false);
  const auto none = status(script.console);
  ASSERT_FALSE(none);
  EXPECT_EQ(failure_text(none.error(), {}),
            "mfa-enroll: fout: De MFA-dienst draait niet op deze computer.\n"
            "mfa-enroll: tip: Meld het aan je helpdesk.\n");
  EXPECT_EQ(failure_of(NoAnswer::too_late).error, "Er kwam binnen twee minuten geen antwoord. Er is niets gewijzigd.");
  EXPECT_EQ(failure_of(NoInput::too_long, say("standard input")).error, "Er staat te veel in de standaardinvoer.");
  EXPECT_EQ(failure_of(NoKey::private_key, "").error,
            "Dat is een geheime sleutel, die niemand anders ooit mag zien. Hij is niet verstuurd.");
  EXPECT_EQ(unknown_verb("", "statsu").error, "Er is geen 'statsu'.");
  EXPECT_EQ(unknown_verb("", "statsu").hint, "Bedoelde je: mfa-enroll status");
  EXPECT_EQ(time_until(kNow + 1, kNow), "over 1 seconde");
  EXPECT_EQ(time_until(kNow, kNow), "nu");
  EXPECT_EQ(spoken_time(kNow), "22 november 2026, 09:14");
}

TEST_F(InDutch, HelpIsInDutchButForWhatIsRootsAlone) {
  const Speaking dutch("nl");
  const std::string general = general_help();
  EXPECT_THAT(general, StartsWith("Gebruik: mfa-enroll [--json] [VERB ...]\nJe tweede factor "));
  EXPECT_THAT(general, HasSubstr("  totp                       een authenticator-app toevoegen\n"));
  EXPECT_LE(widest(general), 100U);
  for (const VerbHelp& verb : verbs()) {
    EXPECT_EQ(in_words(verb.line) == verb.line, verb.name.starts_with("admin ")) << verb.name;
    EXPECT_THAT(help_of(verb.name), HasSubstr("\nVoorbeeld: " + std::string(verb.example)));
    EXPECT_LE(widest(in_words(verb.more)), 120U) << verb.name;
  }
}

TEST_F(InDutch, BeforeTheEngineSpokeTheEnvironmentDecides) {
  struct Case {
    LocaleWords words;
    const char* tag;
  };
  for (const auto& [words, tag] : {
           Case{{}, "en"},
           Case{{.otherwise = "nl_NL.UTF-8"}, "nl"},
           Case{{.otherwise = "nl_BE@euro"}, "nl"},
           Case{{.messages = "nl_BE.UTF-8", .otherwise = "en_NZ.UTF-8"}, "nl"},
           Case{{.all = "en_NZ.UTF-8", .messages = "nl_BE.UTF-8"}, "en"},
           Case{{.language = "nl:en", .otherwise = "en_NZ.UTF-8"}, "nl"},
           Case{{.language = "de:nl_BE:en", .otherwise = "de_DE.UTF-8"}, "nl"},
           Case{{.language = "de", .otherwise = "nl_NL.UTF-8"}, "nl"},
           Case{{.language = "en", .otherwise = "nl_NL.UTF-8"}, "en"},
           Case{{.language = "nl", .otherwise = "C"}, "en"},
           Case{{.language = "nl", .all = "POSIX", .otherwise = "nl_NL.UTF-8"}, "en"},
           Case{{.language = "nl", .otherwise = "C.UTF-8"}, "en"},
           Case{{.language = "nl"}, "en"},
           Case{{.otherwise = "../nl"}, "en"},
           Case{{.otherwise = "tlh"}, "en"},
       })
    EXPECT_EQ(own_language(words), tag) << words.language << " " << words.all << " " << words.messages << " "
                                        << words.otherwise;
}

}  // namespace
}  // namespace mfa::cli
