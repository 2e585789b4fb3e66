// mfa-enroll: the command tree, and nothing of what the verbs do. The one file that includes CLI11.

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/complete.h"
#include "cli/console.h"
#include "cli/dialogue.h"
#include "cli/engine_client.h"
#include "cli/help.h"
#include "cli/own_language.h"
#include "cli/report.h"
#include "cli/style.h"
#include "cli/terminal.h"
#include "cli/verbs/admin.h"
#include "cli/verbs/admin_init.h"
#include "cli/verbs/audit.h"
#include "cli/verbs/backup.h"
#include "cli/verbs/check.h"
#include "cli/verbs/choices.h"
#include "cli/verbs/devices.h"
#include "cli/verbs/foresee.h"
#include "cli/verbs/guided.h"
#include "cli/verbs/helpdesk.h"
#include "cli/verbs/import.h"
#include "cli/verbs/keys.h"
#include "cli/verbs/phones.h"
#include "cli/verbs/provision.h"
#include "cli/verbs/record.h"
#include "cli/verbs/self.h"
#include "cli/verbs/tokens.h"
#include "cli/verbs/upkeep.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

constexpr const char* kState = "/var/lib/mfa";  // made by `admin init`
constexpr std::string_view kComplete =
    "--complete";  // from the completion of shells; before a line that is not finished

using Verb = std::function<Outcome<void>(const Console&)>;

struct Arguments {
  bool json = false;
  std::string socket = protocol::kUserSocket;
  std::string factor;
  std::string name;
  std::string user;
  std::string renamed;  // their new name
  std::string kind;
  bool codes = false;
  CodesOptions provision;  // of --codes
  bool prometheus = false;
  std::string device;
  bool all = false;
  CheckOptions check;
  HistoryOptions history;
  KeyOptions key;
  HelpdeskOptions helpdesk;
  HelpdeskKeyOptions helpdesk_key;
  TokenOptions token;
  HelpdeskTokenOptions helpdesk_token;
  PhoneOptions phone;
  SendTestOptions send_test;
  HelpdeskPhoneOptions helpdesk_phone;
  ExplainOptions explain;
  ForecastOptions forecast;
  AuditOptions audit;
  RestoreOptions restore;
  ImportOptions import;
  std::vector<std::string> topic;
  Verb verb = begin;
};

Outcome<void> show_help(const Console& console, const std::vector<std::string>& topic) {
  if (topic.empty()) return console.print(general_help());
  std::string name = topic.front();
  for (std::size_t i = 1; i < topic.size(); ++i) name += " " + topic[i];
  const std::string text = help_of(name);
  if (text.empty()) return std::unexpected(unknown_verb("", name));
  return console.print(text);
}

void add_token_options(CLI::App& command, TokenOptions& options) {
  command.add_option("--name", options.name, "NAME");
  command.add_option("--digits", options.digits, "6|8");
}

void add_phone_options(CLI::App& command, PhoneOptions& options) {
  command.add_option("--country", options.country, "CC");
  command.add_flag("--call", options.call);
}

// `verb` runs when the words of this subcommand are on the command line.
CLI::App* add_verb(CLI::App& parent, Arguments& arguments, const std::string& word, Verb verb) {
  CLI::App* command = parent.add_subcommand(word);
  command->final_callback([&arguments, verb = std::move(verb)] { arguments.verb = verb; });
  return command;
}

void add_own_verbs(CLI::App& app, Arguments& a) {
  add_verb(app, a, "status", status);
  add_verb(app, a, "totp", [&a](const Console& c) { return totp(c, a.name); })->add_option("--name", a.name, "NAME");
  add_token_options(*add_verb(app, a, "hotp", [&a](const Console& c) { return hotp(c, a.token); }), a.token);
  CLI::App* own_phone = add_verb(app, a, "phone", [&a](const Console& c) { return phone(c, a.phone); });
  own_phone->add_option("NUMBER", a.phone.number);
  own_phone->add_option("--name", a.phone.name, "NAME");
  add_phone_options(*own_phone, a.phone);
  add_verb(app, a, "codes", codes);
  add_verb(app, a, "test", test);
  add_verb(app, a, "default", [&a](const Console& c) { return set_default(c, a.factor); })
      ->add_option("FACTOR", a.factor)
      ->required();
  CLI::App* renaming = add_verb(app, a, "rename", [&a](const Console& c) { return rename(c, a.factor, a.name); });
  renaming->add_option("FACTOR", a.factor)->required();
  renaming->add_option("NAME", a.name)->required();
  add_verb(app, a, "remove", [&a](const Console& c) { return remove(c, a.factor); })
      ->add_option("FACTOR", a.factor)
      ->required();
  add_verb(app, a, "help", [&a](const Console& c) { return show_help(c, a.topic); })->add_option("VERB", a.topic);
}

void add_device_verbs(CLI::App& app, Arguments& a) {
  CLI::App* group = app.add_subcommand("devices");
  // CLI11 calls back the inner command first.
  group->final_callback([&a, group] {
    if (group->get_subcommands().empty()) a.verb = devices;
  });
  CLI::App* forget =
      add_verb(*group, a, "forget", [&a](const Console& c) { return forget_devices(c, a.device, a.all); });
  forget->add_option("ID", a.device);
  forget->add_flag("--all", a.all);
}

void add_record_verbs(CLI::App& app, Arguments& a) {
  CLI::App* past = add_verb(app, a, "history", [&a](const Console& c) { return history(c, a.history); });
  past->add_flag("--all", a.history.all);
  past->add_option("--since", a.history.since, "TIME");
  add_verb(app, a, "report", report_login);
  add_verb(app, a, "enable", enable);
  add_verb(app, a, "disable", disable);
  add_verb(app, a, "language", [&a](const Console& c) {
    return choose_language(c, a.name);
  })->add_option("LANG", a.name);
  add_verb(app, a, "privacy", privacy);
  add_verb(app, a, "export", export_data);
}

void add_key_verbs(CLI::App& app, Arguments& a) {
  CLI::App* own = add_verb(app, a, "key", [&a](const Console& c) {
    const char* const home = std::getenv("HOME");
    a.key.home = home == nullptr ? "" : home;
    return key(c, a.key);
  });
  own->add_option("FILE", a.key.file);
  own->add_option("--name", a.key.name, "NAME");
}

// `acts`: why it is done must be said.
CLI::App* add_helpdesk_verb(CLI::App& helpdesk, Arguments& a, const std::string& word,
                            Outcome<void> (*verb)(const Console&, const HelpdeskOptions&), bool acts) {
  HelpdeskOptions& options = a.helpdesk;
  CLI::App* command = add_verb(helpdesk, a, word, [&options, verb](const Console& c) { return verb(c, options); });
  command->add_option("USER", options.user)->required();
  command->add_option("--reason", options.reason, "TEXT")->required(acts);
  command->add_option("--checked", options.checked, "TEXT");
  return command;
}

void add_helpdesk_verbs(CLI::App& app, Arguments& a) {
  CLI::App* helpdesk = app.add_subcommand("helpdesk");
  helpdesk->require_subcommand(1);
  add_helpdesk_verb(*helpdesk, a, "show", helpdesk_show, false);
  add_helpdesk_verb(*helpdesk, a, "unlock", helpdesk_unlock, true);
  add_helpdesk_verb(*helpdesk, a, "reset", helpdesk_reset, true)->add_option("--factor", a.helpdesk.factor, "ID");
  CLI::App* bypass = add_helpdesk_verb(*helpdesk, a, "bypass", helpdesk_bypass, true);
  bypass->add_option("--for", a.helpdesk.length, "TIME");
  bypass->add_option("--uses", a.helpdesk.uses, "NUMBER");
  add_helpdesk_verb(*helpdesk, a, "identify", helpdesk_identify, true);
  CLI::App* travel = add_helpdesk_verb(*helpdesk, a, "travel", helpdesk_travel, true);
  travel->add_option("--country", a.helpdesk.country, "CC")->required();
  travel->add_option("--until", a.helpdesk.until, "DATE")->required();
  add_helpdesk_verb(*helpdesk, a, "exempt", helpdesk_exempt, true)
      ->add_option("--until", a.helpdesk.until, "DATE")
      ->required();
  HelpdeskKeyOptions& options = a.helpdesk_key;
  CLI::App* theirs = add_verb(*helpdesk, a, "key", [&options](const Console& c) { return helpdesk_key(c, options); });
  theirs->add_option("USER", options.user)->required();
  theirs->add_option("FILE", options.file)->required();
  theirs->add_option("--reason", options.reason, "TEXT")->required();
  theirs->add_option("--checked", options.checked, "TEXT");
  theirs->add_option("--name", options.name, "NAME");

  HelpdeskTokenOptions& token = a.helpdesk_token;
  CLI::App* tokens = add_verb(*helpdesk, a, "token", [&token](const Console& c) { return helpdesk_token(c, token); });
  tokens->add_option("USER", token.user)->required();
  tokens->add_option("--reason", token.reason, "TEXT")->required();
  tokens->add_option("--checked", token.checked, "TEXT");
  add_token_options(*tokens, token.token);

  HelpdeskPhoneOptions& number = a.helpdesk_phone;
  CLI::App* phones = add_verb(*helpdesk, a, "phone", [&number](const Console& c) { return helpdesk_phone(c, number); });
  phones->add_option("USER", number.user)->required();
  phones->add_option("NUMBER", number.phone.number);
  phones->add_option("--reason", number.reason, "TEXT")->required();
  phones->add_option("--checked", number.checked, "TEXT");
  phones->add_option("--name", number.phone.name, "NAME");
  add_phone_options(*phones, number.phone);
}

void add_foreseeing_verbs(CLI::App& admin, Arguments& a) {
  CLI::App* explain = add_verb(admin, a, "explain", [&a](const Console& c) { return admin_explain(c, a.explain); });
  explain->add_option("USER", a.explain.user)->required();
  explain->add_option("--service", a.explain.service, "S");
  explain->add_option("--from", a.explain.from, "ADDR|console");
  explain->add_option("--key", a.explain.key, "FP");
  explain->add_option("--at", a.explain.at, "TIME");
  a.forecast.accounts = list_accounts;
  CLI::App* forecast = add_verb(admin, a, "forecast", [&a](const Console& c) { return admin_forecast(c, a.forecast); });
  forecast->add_option("--at", a.forecast.at, "DATE");
  forecast->add_option("--users", a.forecast.users, "FILE");
}

void add_audit_verbs(CLI::App& admin, Arguments& a) {
  AuditOptions& options = a.audit;
  CLI::App* audit = add_verb(admin, a, "audit", [&options](const Console& c) { return admin_audit(c, options); });
  audit->add_option("--user", options.user, "USER");
  audit->add_option("--actor", options.actor, "USER");
  audit->add_option("--event", options.event, "NAME");
  audit->add_option("--service", options.service, "S");
  audit->add_option("--from", options.from, "ADDR");
  audit->add_option("--since", options.since, "TIME");
  audit->add_option("--until", options.until, "TIME");
  audit->add_flag("--all", options.all);
  audit->add_flag("--verify", options.verify);
  audit->add_option("--against", options.against, "FILE")->allow_extra_args(false);
  audit->add_option("--host", options.host, "NAME");
  add_verb(admin, a, "purge", admin_purge);
}

void add_import_verb(CLI::App& admin, Arguments& a) {
  a.import.accounts = list_accounts;
  CLI::App* import = add_verb(admin, a, "import", [&a](const Console& c) { return admin_import(c, a.import); });
  import->add_option("SOURCE", a.import.source)->required();
  import->add_option("PATH", a.import.path);
  import->add_flag("--all-homes", a.import.all_homes);
  import->add_option("--users", a.import.users, "FILE");
  import->add_option("--file", a.import.file, "NAME");
  import->add_flag("--dry-run", a.import.dry_run);
}

// Of what belongs to --codes alone, the first that stands there; empty: none does.
std::string_view option_of_codes(const CodesOptions& options) {
  if (!options.users.empty()) return "--users";
  if (options.replace) return "--replace";
  return options.dry_run ? "--dry-run" : "";
}

Outcome<void> provision(const Console& console, const Arguments& a) {
  constexpr std::string_view kVerb = "admin provision";
  if (a.codes) {
    if (!a.user.empty()) return std::unexpected(unexpected_word(kVerb, a.user));
    if (a.provision.users.empty()) return std::unexpected(missing_value(kVerb, "--users"));
    return admin_provision_codes(console, a.provision);
  }
  if (a.user.empty() || a.kind.empty()) return std::unexpected(missing_words(kVerb));
  if (const auto option = option_of_codes(a.provision); !option.empty())
    return std::unexpected(unknown_option(kVerb, option));
  if (a.kind == "hotp") return admin_provision_hotp(console, a.user, a.token);
  if (a.kind != "totp") return std::unexpected(unknown_kind(a.kind));
  if (!a.token.digits.empty()) return std::unexpected(unknown_option(kVerb, "--digits"));
  return admin_provision_totp(console, a.user, a.token.name);
}

void add_provision_verb(CLI::App& admin, Arguments& a) {
  a.provision.accounts = list_accounts;
  CLI::App* verb = add_verb(admin, a, "provision", [&a](const Console& c) { return provision(c, a); });
  verb->add_option("USER", a.user);
  verb->add_option("KIND", a.kind);
  verb->add_flag("--codes", a.codes);
  verb->add_option("--users", a.provision.users, "FILE");
  verb->add_flag("--replace", a.provision.replace);
  verb->add_flag("--dry-run", a.provision.dry_run);
  add_token_options(*verb, a.token);
}

void add_admin_verbs(CLI::App& app, Arguments& a) {
  CLI::App* admin = app.add_subcommand("admin");
  admin->require_subcommand(1);
  add_verb(*admin, a, "init", admin_init);
  a.check.accounts = list_accounts;
  add_verb(*admin, a, "check", [&a](const Console& c) { return admin_check(c, a.check); })
      ->add_option("--except", a.check.except, "NAME")
      ->allow_extra_args(false);
  add_provision_verb(*admin, a);
  add_import_verb(*admin, a);
  add_foreseeing_verbs(*admin, a);
  add_audit_verbs(*admin, a);
  CLI::App* test_message =
      add_verb(*admin, a, "send-test", [&a](const Console& c) { return admin_send_test(c, a.send_test); });
  test_message->add_option("NUMBER", a.send_test.phone.number);
  add_phone_options(*test_message, a.send_test.phone);
  test_message->add_option("--gateway", a.send_test.gateway, "NAME");
  test_message->add_flag("--press", a.send_test.press);
  CLI::App* rename =
      add_verb(*admin, a, "rename", [&a](const Console& c) { return admin_rename(c, a.user, a.renamed); });
  rename->add_option("OLD", a.user)->required();
  rename->add_option("NEW", a.renamed)->required();
  add_verb(*admin, a, "retire", [&a](const Console& c) { return admin_retire(c, a.user); })
      ->add_option("USER", a.user)
      ->required();
  add_verb(*admin, a, "rotate-key", admin_rotate_key);
  add_verb(*admin, a, "stats", [&a](const Console& c) {
    return admin_stats(c, a.prometheus);
  })->add_flag("--prometheus", a.prometheus);
  add_verb(*admin, a, "backup", [&a](const Console& c) { return admin_backup(c, a.restore.path); })
      ->add_option("PATH", a.restore.path)
      ->required();
  CLI::App* restore = add_verb(*admin, a, "restore", [&a](const Console& c) { return admin_restore(c, a.restore); });
  restore->add_option("PATH", a.restore.path)->required();
  restore->add_option("--key", a.restore.key, "FILE");
  add_verb(*admin, a, "password-changed", [&a](const Console& c) { return admin_password_changed(c, a.user); })
      ->add_option("USER", a.user)
      ->required();
}

// The words of the subcommand that was reached: "admin provision".
std::string reached(const CLI::App& app) {
  std::string words;
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    words += (words.empty() ? "" : " ") + at->get_name();
  }
  return words;
}

// Words that stand before a verb.
bool is_group(std::string_view words) { return words == "admin" || words == "devices" || words == "helpdesk"; }

Failure usage_failure(const CLI::App& app, const CLI::ParseError& error) {
  const std::string verb = reached(app);
  const std::vector<std::string> rest = app.remaining(true);
  if (!rest.empty() && rest.front().starts_with('-')) return unknown_option(verb, rest.front());
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) return missing_value(verb, error.what());
  if (verb.empty() || is_group(verb)) return unknown_verb(verb, rest.empty() ? "" : rest.front());
  if (!rest.empty()) return unexpected_word(verb, rest.front());
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return missing_words(verb);
  return other_fault(verb, error.what());
}

// An option that was given an empty value, or bytes that are not text.
Outcome<void> check_words(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options())
    for (const std::string& value : option->results())
      if (auto fault = fault_of_word(option->get_name(), value)) return std::unexpected(*fault);
  for (const CLI::App* command : app.get_subcommands())
    if (auto good = check_words(*command); !good) return good;
  return {};
}

// Of the window that this goes to; 0: it goes to none.
std::size_t columns_of(int fd) {
  const auto window = isatty(fd) == 1 ? window_size(fd) : std::nullopt;
  return window ? window->columns : 0;
}

// A number is not for all who can see the command lines of this host. What is written over is as long as it was.
void hide_numbers(const Arguments& arguments, int argc, char** argv) {
  for (const std::string* number :
       {&arguments.phone.number, &arguments.helpdesk_phone.phone.number, &arguments.send_test.phone.number})
    for (int i = 1; i < argc && !number->empty(); ++i)
      if (*number == argv[i]) std::fill_n(argv[i], number->size(), '*');
}

Outcome<void> run(CLI::App& app, Arguments& arguments, int argc, char** argv) {
  const bool on_screen = isatty(STDOUT_FILENO) == 1;
  const bool colour = colour_allowed(true, std::getenv("NO_COLOR"), std::getenv("TERM"));
  const bool utf8 = utf8_locale();
  try {
    if (argc > 1 && argv[1] == kComplete) {
      const std::vector<std::string> words(argv + 2, argv + argc);
      arguments.verb = [words](const Console& c) { return print_completion(c, words); };
    } else {
      app.parse(argc, argv);
      hide_numbers(arguments, argc, argv);
    }
  } catch (const CLI::CallForHelp&) {
    const std::string text = help_of(reached(app));
    arguments.verb = [text](const Console& c) { return c.print(text.empty() ? general_help() : text); };
  } catch (const CLI::CallForVersion&) {
    arguments.verb = [](const Console& c) { return c.print("mfa-enroll " MFA_VERSION "\n"); };
  } catch (const CLI::ParseError& error) {
    return std::unexpected(usage_failure(app, error));
  }
  if (auto good = check_words(app); !good) return good;

  const Terminal terminal;
  EngineLink link(arguments.socket);
  Dialogue dialogue(terminal, STDOUT_FILENO, arguments.json,
                    {.colour = colour && terminal.interactive(), .utf8 = utf8});
  return arguments.verb({.link = link,
                         .person = dialogue,
                         .terminal = terminal,
                         .input = STDIN_FILENO,
                         .results = STDOUT_FILENO,
                         .results_on_screen = on_screen,
                         .json = arguments.json,
                         .style = {.colour = colour && on_screen, .utf8 = utf8, .columns = columns_of(STDOUT_FILENO)},
                         .where = {.by_root = geteuid() == 0, .set_up = access(kState, F_OK) == 0 || errno != ENOENT},
                         .now = std::time(nullptr)});
}

int report(const Failure& failure, bool json) {
  const bool colour = colour_allowed(isatty(STDERR_FILENO) == 1, std::getenv("NO_COLOR"), std::getenv("TERM"));
  const std::string text =
      json ? failure_json(failure)
           : failure_text(failure, {.colour = colour, .utf8 = false, .columns = columns_of(STDERR_FILENO)});
  if (!write_all(STDERR_FILENO, text)) return static_cast<int>(ExitStatus::refused);
  return static_cast<int>(failure.status);
}

// Descriptors 0 to 2 are taken, so that a message can never go into a connection.
bool standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) != fd) return false;
  return true;
}

int enroll(int argc, char** argv) {
  // Before a command line is understood, too, a script reads errors as JSON.
  const bool json = std::find(argv + 1, argv + argc, std::string_view("--json")) != argv + argc;
  const LocaleWords words = locale_words();
  find_languages();
  // Scripts read English, and so does root, as the engine speaks to it.
  if (!json && geteuid() != 0) speak(own_language(words));
  Arguments arguments;
  CLI::App app;
  app.set_help_flag("-h,--help");
  app.set_version_flag("--version", MFA_VERSION);
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.add_flag("--json", arguments.json);
  app.add_option("--socket", arguments.socket, "PATH");
  add_own_verbs(app, arguments);
  add_device_verbs(app, arguments);
  add_record_verbs(app, arguments);
  add_key_verbs(app, arguments);
  add_helpdesk_verbs(app, arguments);
  add_admin_verbs(app, arguments);
  const auto done = run(app, arguments, argc, argv);
  return done ? static_cast<int>(ExitStatus::done) : report(done.error(), json);
}

// The one place where exceptions (no memory) end.
int enroll_safely(int argc, char** argv) {
  try {
    return enroll(argc, argv);
  } catch (const std::exception& fault) {
    return report({.error = fault.what(), .hint = say("Free some memory and try again.")}, false);
  }
}

}  // namespace

}  // namespace mfa::cli

int main(int argc, char** argv) {
  if (!mfa::cli::standard_streams() || argc < 1) return static_cast<int>(mfa::cli::ExitStatus::refused);
#ifndef MFA_SANITIZED  // the leak check traces the process
  // No core file and no debugger of the same user: what passes through are passwords and keys.
  if (prctl(PR_SET_DUMPABLE, 0) != 0) return static_cast<int>(mfa::cli::ExitStatus::refused);
#endif
  // Whoever started this may ignore it: then nobody could wait for a program that is run, nor know whose its number is.
  if (signal(SIGCHLD, SIG_DFL) == SIG_ERR) return static_cast<int>(mfa::cli::ExitStatus::refused);
  static_cast<void>(std::setlocale(LC_CTYPE, ""));  // an unknown one leaves "C", which is safe
  return mfa::cli::enroll_safely(argc, argv);
}
