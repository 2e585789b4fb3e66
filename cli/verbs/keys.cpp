#include "cli/verbs/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "cli/input.h"
#include "cli/plain_text.h"
#include "cli/public_key.h"
#include "cli/render.h"
#include "cli/verbs/helpdesk.h"
#include "common/language/language.h"

namespace mfa::cli {

namespace {

constexpr int kMostLines = 256;  // that are looked through for the key
constexpr std::chrono::seconds kPasteLimit{1};

// The first line that is not empty and no comment, and no byte beyond it.
Outcome<PublicKey> read_key(int fd, const std::string& file) {
  const std::string place = file.empty() ? say("standard input") : file;
  for (int i = 0; i < kMostLines; ++i) {
    const auto line = read_line(fd, kLongestKeyLine);
    if (!line) return std::unexpected(failure_of(line.error(), place));
    if (!*line) break;
    const auto key = parse_public_key(**line);
    if (key) return *key;
    if (key.error() != NoKey::nothing) return std::unexpected(failure_of(key.error(), file));
  }
  return std::unexpected(failure_of(NoKey::nothing, place));
}

// The public halves of security keys as ssh-keygen(1) names them, in the order of their names.
std::vector<std::string> keys_in(const std::string& home) {
  std::vector<std::string> files;
  std::error_code error;
  if (home.empty()) return files;
  std::filesystem::directory_iterator entry(std::filesystem::path(home) / ".ssh", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with("id_") && name.ends_with("_sk.pub")) files.push_back(entry->path().string());
  }
  std::ranges::sort(files);
  return files;
}

std::string question(const std::vector<std::string>& files) {
  if (files.size() == 1)
    return say("Paste the line of your security key's .pub file, or press Enter to take {}.\n",
               printable_line(files.front()));
  std::string text = say("Paste the line of your security key's .pub file.\n");
  if (files.size() > 1) {
    text += say("You have several; to take one of them, give its name: mfa-enroll key FILE\n");
    for (const std::string& file : files) text += fmt::format("  {}\n", printable_line(file));
  }
  return text;
}

// What follows the first line of a pasted private key must not end up in the shell, which would keep it in its history.
void swallow_paste(const Terminal& terminal) {
  for (int i = 0; i < kMostLines; ++i) {
    const auto line = terminal.ask("", false, std::chrono::steady_clock::now() + kPasteLimit);
    if (!line || line->text().starts_with("-----END")) return;
  }
}

Outcome<PublicKey> ask_for_key(const Console& console, const std::vector<std::string>& files) {
  if (!console.terminal.write(question(files))) return std::unexpected(failure_of(NoAnswer::failed));
  const auto answer = console.terminal.ask(say("Public key: "), true, std::chrono::steady_clock::now() + kInputLimit);
  if (!answer && answer.error() == NoAnswer::too_long)
    return std::unexpected(Failure{.error = say("That is too long to be pasted here."),
                                   .hint = say("Save it in a file: mfa-enroll key FILE")});
  if (!answer) return std::unexpected(failure_of(answer.error()));
  auto key = parse_public_key(answer->text());
  if (key) return *std::move(key);
  if (key.error() == NoKey::private_key) swallow_paste(console.terminal);
  if (key.error() != NoKey::nothing || files.size() != 1) return std::unexpected(failure_of(key.error(), ""));
  const auto file = open_input(files.front());
  if (!file) return std::unexpected(file.error());
  return read_key(file->get(), files.front());
}

// `home`: as KeyOptions says.
Outcome<PublicKey> take_key(const Console& console, const std::string& name, const std::string& home) {
  if (!name.empty() && name != "-") {
    const auto file = open_input(name);
    if (!file) return std::unexpected(file.error());
    return read_key(file->get(), name);
  }
  if (console.terminal.interactive()) return ask_for_key(console, keys_in(home));
  return read_key(console.input, "");
}

}  // namespace

Outcome<void> key(const Console& console, const KeyOptions& options) {
  const auto public_key = take_key(console, options.file, options.home);
  if (!public_key) return std::unexpected(public_key.error());
  Json request{{"verb", "key"}, {"line", public_key->line}};
  if (!options.name.empty()) request["name"] = options.name;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::vector<std::string> codes = texts_of(*reply, "recovery_codes");
  std::string text = say(
      "Your security key is registered ({}).\n  {}\nIt counts as second factor when you log in over SSH with it and "
      "your password.\n",
      printable_line(text_of(*reply, "factor")), printable_line(text_of(*reply, "detail")));
  if (!codes.empty())
    text +=
        "\n" + say("Keep these recovery codes; each works once when your key is not at hand.\n") + codes_text(codes);
  if (auto printed = console.print(text); !printed || codes.empty()) return printed;
  console.wait_until_saved();
  return {};
}

Outcome<void> helpdesk_key(const Console& console, const HelpdeskKeyOptions& options) {
  const auto public_key = take_key(console, options.file, "");
  if (!public_key) return std::unexpected(public_key.error());
  const auto what = [&key = *public_key] { return say("The key:\n  {} {}\n", key.type, printable_line(key.comment)); };
  Json request{
      {"verb", "helpdesk key"}, {"user", options.user}, {"line", public_key->line}, {"reason", options.reason}};
  if (!options.checked.empty()) request["checked"] = options.checked;
  if (!options.name.empty()) request["name"] = options.name;
  if (auto sure = confirm_person(console, request, [] { return say("register a security key for"); }, what); !sure)
    return sure;
  const auto reply = console.ask(request);
  if (!reply) return std::unexpected(reply.error());
  if (console.json) return console.print_json(*reply);
  const std::string user = printable_line(options.user);
  std::string text = say("{} has a security key now ({}).\n  {}\n", user, printable_line(text_of(*reply, "factor")),
                         printable_line(text_of(*reply, "detail")));
  if (const std::string code = code_to_hand_over(*reply); !code.empty())
    text += code + say("With it {} makes recovery codes, or adds an app: mfa-enroll codes\n", user);
  return console.print(text);
}

}  // namespace mfa::cli
