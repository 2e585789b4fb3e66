#include "common/check/pam_lines.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "common/check/pam_walk.h"
#include "common/config/mistakes.h"

namespace mfa {
namespace {

// Several lines that are one keep their number.
std::string with_line(const std::string& whole, int number, const std::string& text) {
  std::string made;
  int line = 1;
  int last = number;
  for (const PamText& one : pam_texts(whole))
    if (one.from == number) last = one.to;
  for (std::size_t at = 0; at < whole.size(); ++line) {
    const std::size_t end = std::min(whole.find('\n', at), whole.size());
    if (line == number) made += text;
    if (line < number || line > last) made += whole.substr(at, end - at);
    made += "\n";
    at = end + 1;
  }
  return made;
}

}  // namespace

void PamLineJudge::judge(const std::string& service, const PamStack& stack, PamType type) {
  for (const PamLine& line : stack) {
    if (line.kind == PamLine::Kind::unreadable) {
      found_.add(service,
                 fault("pam-syntax", fmt::format("{}: {}, and nobody gets past it", to_string(line.at), line.what),
                       fmt::format("Mend {0}, or write # in front of it; see: man 5 pam.conf", to_string(line.at))));
      fixed_[line.at] = "";
      continue;
    }
    if (line.kind != PamLine::Kind::module) continue;
    judge_module(service, line, stack, type);
    if (line.module == kMfaModule) judge_arguments(service, line, type);
  }
}

PamReader PamLineJudge::mended(const PamReader& reader) const {
  return [reader, fixed = fixed_](const std::string& name) -> std::optional<PamFile> {
    auto file = reader(name);
    if (!file) return file;
    for (const auto& [at, text] : fixed)
      if (at.file == file->path) file->text = with_line(file->text, at.line, text);
    return file;
  };
}

void PamLineJudge::judge_module(const std::string& service, const PamLine& line, const PamStack& stack, PamType type) {
  if (!modules_.there || modules_.there(line.path)) return;
  const PamAction action = line.control.actions.at(static_cast<std::size_t>(PamCode::module_unknown));
  if (action.kind != PamAction::Kind::bad && action.kind != PamAction::Kind::die) return;
  std::vector<std::string_view> known(modules_.names.begin(), modules_.names.end());
  // Of no other module is it known that it does what was meant: one that asks nothing may be called much alike.
  const std::string near = nearest(line.module, known) == kMfaModule ? std::string(kMfaModule) : "";
  const bool taken = near == kMfaModule && std::ranges::any_of(stack, [&](const PamLine& other) {
                       return other.module == near && other.arguments == line.arguments;
                     });
  PamLine right = line;
  right.path = near + ".so";
  const std::string text = near.empty() || taken || !modules_.there(right.path) ? "" : right.text(type);
  const std::string mend =
      !text.empty() ? fmt::format("Write {} as: {}", to_string(line.at), text)
      : taken       ? fmt::format("Write # in front of {}", to_string(line.at))
              : fmt::format("Install the package that has {}; if nothing there depends on it, write # in front of {}",
                            line.path, to_string(line.at));
  fixed_[line.at] = text;
  found_.add(service, fault("pam-module",
                            fmt::format("{}: there is no module {}: nobody gets past {}", to_string(line.at), line.path,
                                        quoted(line, type)),
                            mend));
}

void PamLineJudge::judge_arguments(const std::string& service, const PamLine& line, PamType type) {
  PamLine right = line;
  for (const std::string& argument : line.arguments) {
    const bool known = argument == "debug" || argument.starts_with("socket=/") || argument.starts_with("timeout=") ||
                       (type == PamType::auth && (argument == "authfail" || argument == "forward_pass"));
    if (!known) std::erase(right.arguments, argument);
  }
  if (right.arguments == line.arguments) return;
  std::string words;
  for (const std::string& argument : line.arguments)
    if (!right.has(argument)) words += fmt::format("{}\"{}\"", words.empty() ? "" : ", ", argument);
  fixed_[line.at] = right.text(type);
  found_.add(service, fault("pam-arguments",
                            fmt::format("{}: pam_mfa has no argument {} there, and lets nobody in with it",
                                        to_string(line.at), words),
                            fmt::format("Write {} as: {}", to_string(line.at), right.text(type))));
}

}  // namespace mfa
