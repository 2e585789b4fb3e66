#include "cli/help.h"

#include <fmt/core.h>

#include <array>
#include <cstddef>

#include "common/language/language.h"

namespace mfa::cli {

namespace {

constexpr std::array kVerbs{
    VerbHelp{"status", "", marked("what you have, and the next sensible step"), marked("With --json for scripts."),
             "mfa-enroll status"},
    VerbHelp{
        "totp", "[--name NAME]", marked("add an authenticator app"),
        marked("Shows a picture to scan, or the key to type, and asks for the first code; nothing counts before that."),
        "mfa-enroll totp --name iPhone"},
    VerbHelp{"hotp", "[--name NAME] [--digits 6|8]", marked("add a hardware token with a button"),
             marked("Asks for its seed (hexadecimal or base32, as its maker gives it) and for two codes in a row; "
                    "nothing counts\n"
                    "before that. --digits: how many a code has, 6 if nothing is said."),
             "mfa-enroll hotp --name \"blue token\""},
    VerbHelp{
        "phone", "[NUMBER] [--country CC] [--call] [--name NAME]", marked("add a phone: codes by text, or by call"),
        marked("Asks for what is not given: the country by name, code or prefix, and the number. A code proves it;\n"
               "nothing counts before that. --call: for calls, to a landline too."),
        "mfa-enroll phone \"021 123 4567\" --country NZ"},
    VerbHelp{"codes", "", marked("make new recovery codes; the old ones stop working"),
             marked("Each works once, when your phone is not at hand. They are shown only now."), "mfa-enroll codes"},
    VerbHelp{"test", "", marked("try a code"),
             marked("As at a login: a right code is used up by it, and a wrong one counts."), "mfa-enroll test"},
    VerbHelp{"default", "FACTOR", marked("choose the factor that a login names first"),
             marked("FACTOR is an id or a name, as in status."), "mfa-enroll default totp-2"},
    VerbHelp{"rename", "FACTOR NAME", marked("give a factor another name"),
             marked("FACTOR is an id or a name, as in status."), "mfa-enroll rename totp-1 \"old phone\""},
    VerbHelp{"remove", "FACTOR", marked("remove a factor"), marked("FACTOR is an id or a name, as in status."),
             "mfa-enroll remove \"old phone\""},
    VerbHelp{
        "key", "[FILE|-] [--name NAME]", marked("add a FIDO2 SSH key, where that is allowed"),
        marked(
            "FILE is the .pub file of a key made with: ssh-keygen -t ed25519-sk. Without it the line is asked for, or\n"
            "read from standard input. The private part stays where it is."),
        "mfa-enroll key ~/.ssh/id_ed25519_sk.pub --name \"blue key\""},
    VerbHelp{"devices", "", marked("your trusted devices: what, where, until when"),
             marked("That is where you answered yes when a login offered to remember the device."),
             "mfa-enroll devices"},
    VerbHelp{"devices forget", "ID | --all", marked("be asked for a code there again"),
             marked("ID is as in devices: device-3."), "mfa-enroll devices forget device-3"},
    VerbHelp{
        "history", "[--all] [--since TIME]", marked("your logins and changes"),
        marked(
            "The newest last. TIME is 2026-12-01, \"2026-12-01 08:00\" in local time, or as in RFC 3339. With --json\n"
            "one object a line."),
        "mfa-enroll history --since 2026-12-01"},
    VerbHelp{
        "report", "", marked("that was not me: end all trust, tell the staff"),
        marked(
            "For a login or a change that you did not make. It asks for nothing; every login of yours is asked for a\n"
            "code after it."),
        "mfa-enroll report"},
    VerbHelp{"enable", "", marked("be asked for a code again"), marked("After disable."), "mfa-enroll enable"},
    VerbHelp{
        "disable", "", marked("not be asked, where the rules leave it to you"),
        marked("Where a rule requires a code you are asked all the same. Asks for your password and a code, and ends\n"
               "trust in all devices."),
        "mfa-enroll disable"},
    VerbHelp{"language", "[LANG]", marked("the language of prompts, texts and calls"),
             marked("Without LANG: which it is, and which there are."), "mfa-enroll language nl"},
    VerbHelp{"privacy", "", marked("what is kept about you, and why"), "", "mfa-enroll privacy"},
    VerbHelp{"export", "", marked("all of it as JSON, but no secrets"), marked("Your history is in it."),
             "mfa-enroll export > mfa.json"},
    VerbHelp{"helpdesk show", "USER [--reason TEXT] [--checked TEXT]",
             marked("what someone has, and what happened lately (helpdesk)"),
             marked("That you looked is in their history, with the reason if you give one."),
             "mfa-enroll helpdesk show alice"},
    VerbHelp{"helpdesk unlock", "USER --reason TEXT [--checked TEXT]", marked("end someone's lockout (helpdesk)"),
             marked("After too many wrong codes; they can try again at once."),
             "mfa-enroll helpdesk unlock alice --reason \"called, mistyped codes\""},
    VerbHelp{
        "helpdesk reset", "USER --reason TEXT --checked TEXT [--factor FACTOR-ID]",
        marked("remove someone's factors (helpdesk)"),
        marked(
            "All of them and the recovery codes, or one alone, by its id or name, as in helpdesk show. Ends trust in\n"
            "their devices, and prints an enrolment code to hand over. --checked says how you know who it is; both "
            "texts\n"
            "are recorded word for word."),
        "mfa-enroll helpdesk reset alice --reason \"lost phone\" --checked \"student card\""},
    VerbHelp{"helpdesk bypass", "USER --reason TEXT --checked TEXT [--for 24h] [--uses 1]",
             marked("make someone a code for a while (helpdesk)"),
             marked("Eight digits, shown only now: typed where a login asks for a code. At most 7d and 10 uses."),
             "mfa-enroll helpdesk bypass alice --reason \"phone at home\" --checked \"student card\""},
    VerbHelp{"helpdesk identify", "USER --reason TEXT", marked("take a code from someone on the phone (helpdesk)"),
             marked("The code that their app or token shows, or type text or call to send one. It is used up by this.\n"
                    "For a quarter of an hour you need no --checked for them."),
             "mfa-enroll helpdesk identify alice --reason \"called\""},
    VerbHelp{"helpdesk travel", "USER --country CC --until DATE --reason TEXT [--checked TEXT]",
             marked("open a country to someone (helpdesk)"),
             marked("Where rules deny by country. DATE as in history; one that is past ends it."),
             "mfa-enroll helpdesk travel alice --country FJ --until 2026-12-20 --reason \"field trip\""},
    VerbHelp{"helpdesk exempt", "USER --until DATE --reason TEXT --checked TEXT",
             marked("ask someone for nothing (helpdesk)"),
             marked("For 30 days at most. DATE as in history; one that is past ends it."),
             "mfa-enroll helpdesk exempt alice --until 2026-12-01 --reason \"no phone yet\" --checked passport"},
    VerbHelp{
        "helpdesk key", "USER FILE --reason TEXT --checked TEXT [--name NAME]",
        marked("add someone's FIDO2 SSH key (helpdesk)"),
        marked("FILE is the .pub file; - is standard input. --checked says how you know who it is; both texts are\n"
               "recorded word for word."),
        "mfa-enroll helpdesk key alice alice.pub --reason \"new key\" --checked \"student card\""},
    VerbHelp{
        "helpdesk token", "USER --reason TEXT --checked TEXT [--name NAME] [--digits 6|8]",
        marked("add someone a hardware token (helpdesk)"),
        marked("Asks for its seed and for two codes in a row. --checked says how you know who it is; both texts are\n"
               "recorded word for word."),
        "mfa-enroll helpdesk token alice --reason \"no phone\" --checked \"student card\""},
    VerbHelp{
        "helpdesk phone", "USER [NUMBER] --reason TEXT --checked TEXT [--country CC] [--call] [--name NAME]",
        marked("add someone's phone (helpdesk)"),
        marked(
            "The number is brought in person; no code is sent, since only its owner is to see one. Left out, it is\n"
            "asked for: others on this computer can read command lines. --checked says how you know who it is; both\n"
            "texts are recorded word for word."),
        "mfa-enroll helpdesk phone alice --reason \"new phone\" --checked \"student card\""},
    VerbHelp{"admin init", "", "set up this computer: user, folders, key and store (root)",
             "Safe to repeat: what is right stays, wrong owners and modes are mended, and each step is told.",
             "mfa-enroll admin init"},
    VerbHelp{
        "admin check", "[--except NAME]", "is everything right here, and what to type where it is not (root)",
        "Files, PAM stacks, sshd, rules, sockets, clock. Exit status 1 if there is a fault. --except: a fault that is\n"
        "known and left as it is, by its name; more than once for several.",
        "mfa-enroll admin check"},
    VerbHelp{
        "admin provision", "USER totp|hotp [--name NAME] [--digits 6|8] | --codes --users FILE [--replace] [--dry-run]",
        "enrol for someone, or print enrolment codes (root)",
        "totp: the key and the recovery codes are shown only now. hotp: asks for the seed of a hardware token.\n"
        "--codes: one code each for the users in FILE, as CSV; it is good for one enrolment within 24 hours. FILE "
        "has\na name a line, or is a table with a column user; - is standard input. Safe to repeat: who has a code "
        "that is\ngood keeps it, unless --replace is given. --dry-run: says what would happen.",
        "mfa-enroll admin provision --codes --users new.txt"},
    VerbHelp{"admin import",
             "google-authenticator|oath|csv [PATH] [--all-homes] [--users FILE] [--file NAME] [--dry-run]",
             "bring over the second factors that people have (root)",
             "google-authenticator: PATH is a user's ~/.google_authenticator, or a folder of such files called after\n"
             "their users. --all-homes, --users: those in the homes of everybody here, or of the users in FILE.\n"
             "--file: where in a home it lies. oath: the file of users of pam_oath. csv: user,phone, a line each.\n"
             "--dry-run: says what would happen. Safe to repeat: who has the factor already is passed over.",
             "mfa-enroll admin import oath /etc/users.oath --dry-run"},
    VerbHelp{
        "admin explain", "USER [--service S] [--from ADDR|console] [--key FP] [--at TIME]",
        "what a login would come to, and by which rule (root)",
        "Without options: an SSH login with a password from an unknown place, now. FP is as ssh-keygen -l shows it;\n"
        "TIME is 2026-12-01, \"2026-12-01 08:00\" in local time, or as in RFC 3339.",
        "mfa-enroll admin explain alice --from 203.0.113.7 --at 2026-12-01"},
    VerbHelp{
        "admin forecast", "[--at DATE] [--users FILE]", "who would be asked, and who locked out (root)",
        "Without FILE: root and the people whom this computer lists. FILE has one name a line, # begins a comment,\n"
        "and - is standard input.",
        "mfa-enroll admin forecast --at 2026-12-01 --users students.txt"},
    VerbHelp{
        "admin audit",
        "[--user USER] [--actor USER] [--event NAME] [--service S] [--from ADDR] [--since TIME] [--until TIME] [--all]"
        " | --verify [--against FILE] [--host NAME]",
        "the trail of everybody, and whether it is whole (root)",
        "The newest 30, or with --since or --all every one; the newest last. NAME as in mfad(8), or its first word "
        "alone:\nlogin. TIME as in history. --verify: names what was altered, removed, inserted or swapped. --against: "
        "holds it\nagainst the lines of syslog in FILE (- for standard input; more than once for several), of this "
        "host or of NAME:\nso a cut tail and an older store are found.",
        "mfa-enroll admin audit --user alice --event login --since 2026-12-01"},
    VerbHelp{"admin purge", "", "drop personal detail of events older than records.keep (root)",
             "The service does so by itself, some days' worth each day. That something happened, and when, stays.",
             "mfa-enroll admin purge"},
    VerbHelp{"admin password-changed", "USER", "a password was changed elsewhere: end all trust (root)",
             "For passwords that are changed where this computer does not see it, as in a directory's portal.",
             "mfa-enroll admin password-changed alice"},
    VerbHelp{"admin stats", "[--prometheus]", "who has a second factor, and logins of the last day, in numbers (root)",
             "With --prometheus as metrics, for node_exporter's textfile collector.",
             "mfa-enroll admin stats --prometheus"},
    VerbHelp{"admin rename", "OLD NEW", "somebody's login name has changed: what was OLD's is NEW's (root)",
             "The account NEW is there and has OLD's uid; where only the uid has changed, OLD and NEW are the same.\n"
             "Refused if something is kept of NEW already.",
             "mfa-enroll admin rename alice alice.smith"},
    VerbHelp{"admin retire", "USER", "somebody has left: remove all that is kept, but for the trail (root)",
             "Also for a name that somebody else has now, who then begins with nothing.",
             "mfa-enroll admin retire alice"},
    VerbHelp{"admin rotate-key", "", "seal all that is kept with a new key (root)",
             "Logins wait a moment meanwhile. Copy the key file afterwards, apart from the backups.",
             "mfa-enroll admin rotate-key"},
    VerbHelp{"admin backup", "PATH", "write a backup of the store to a new file (root)",
             "Logins go on meanwhile. The file is of no use without a copy of the key file: keep that elsewhere.",
             "mfa-enroll admin backup /root/mfa-2026-12-01.db"},
    VerbHelp{
        "admin restore", "PATH [--key FILE]", "put a backup in the place of the store (root)",
        "Checked before anything is replaced; the store that was there is kept aside. FILE is the copy of the key\n"
        "that belongs to the backup, where this computer has another one.",
        "mfa-enroll admin restore /root/mfa-2026-12-01.db"},
    VerbHelp{"admin send-test", "[NUMBER] [--country CC] [--call] [--press] [--gateway NAME]",
             "one text or call through the gateways (root)",
             "Says what each gateway made of it. Left out, the number is asked for. --gateway: that one alone.\n"
             "--press: a call that # answers.",
             "mfa-enroll admin send-test --gateway campus-kannel"},
    VerbHelp{"help", "[VERB]", marked("this, or more about one verb"), "", "mfa-enroll help totp"},
};

constexpr std::array kOptions{
    OptionHelp{"", "--json", "", marked("results as JSON on standard output, errors as JSON on standard error")},
    OptionHelp{"", "--socket", "PATH", marked("the engine's socket (/run/mfa/user.sock)")},
    OptionHelp{"-h", "--help", "", marked("this, or more about one verb")},
    OptionHelp{"", "--version", "", marked("the release")},
};

std::string line_of(const OptionHelp& option) {
  std::string call =
      option.letter.empty() ? std::string(option.name) : fmt::format("{}, {}", option.letter, option.name);
  if (!option.value.empty()) call += fmt::format(" {}", option.value);
  return fmt::format("  {:<13}  {}\n", call, in_words(option.line));
}

std::string call_of(const VerbHelp& verb) {
  std::string text(verb.name);
  if (!verb.arguments.empty()) text += fmt::format(" {}", verb.arguments);
  return text;
}

// Without what may be left out.
std::string line_of(const VerbHelp& verb) {
  const std::string call = call_of(verb);
  return fmt::format("  {:<25}  {}\n", call.substr(0, call.find(" [")), in_words(verb.line));
}

}  // namespace

std::span<const VerbHelp> verbs() { return kVerbs; }

std::span<const OptionHelp> general_options() { return kOptions; }

std::string general_help() {
  std::string text =
      say("Usage: mfa-enroll [--json] [VERB ...]\n"
          "Your second factor for logging in to this computer.\n"
          "Without a verb: sets one up step by step if you have none, else shows the status.\n\n");
  for (const VerbHelp& verb : kVerbs) text += line_of(verb);
  text += say("\nOptions:\n");
  for (const OptionHelp& option : kOptions) text += line_of(option);
  text += say("\nExample: {}\n", "mfa-enroll");
  text += say("Exit status: 0 done, 1 refused or failed, 2 wrong command line, 3 service or store not reached.\n");
  return text;
}

std::string help_of(std::string_view name) {
  std::string inner;
  const std::string group = fmt::format("{} ", name);
  for (const VerbHelp& verb : kVerbs)
    if (verb.name.starts_with(group)) inner += line_of(verb);
  for (const VerbHelp& verb : kVerbs) {
    if (verb.name != name) continue;
    std::string text = say("Usage: mfa-enroll {}\n{}\n", call_of(verb), in_words(verb.line));
    if (!verb.more.empty()) text += fmt::format("{}\n", in_words(verb.more));
    text += say("\nExample: {}\n", verb.example);
    return inner.empty() ? text : fmt::format("{}\n{}", text, inner);
  }
  return inner.empty() ? "" : say("Usage: mfa-enroll {} VERB ...\n\n", name) + inner;
}

std::string usage_of(std::string_view name) {
  for (const VerbHelp& verb : kVerbs)
    if (verb.name == name) return "mfa-enroll " + call_of(verb);
  return "";
}

}  // namespace mfa::cli
