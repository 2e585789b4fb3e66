#include "common/check/pam_judge.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/check/pam_mend.h"
#include "common/check/pam_walk.h"
#include "common/config/mistakes.h"

namespace mfa {
namespace {

using Came = PamEnding::Came;

constexpr const char* kSsh = "sshd";
constexpr const char* kMonitor = "mfa-enroll";  // the service with which mfad's monitor checks passwords
constexpr const char* kReport = "authfail";
constexpr const char* kProfile = "pam-auth-update --enable mfa-authfail";

bool is_ssh(std::string_view service) { return service == kSsh; }

bool has_mfa(const PamStack& stack) {
  return std::ranges::any_of(stack, [](const PamLine& line) { return line.module == kMfaModule; });
}

// Maybe misspelt.
bool names_mfa(const PamStack& stack) {
  constexpr std::array<std::string_view, 1> kOurs{kMfaModule};
  return std::ranges::any_of(stack, [&](const PamLine& line) { return !nearest(line.module, kOurs).empty(); });
}

std::string quoted(const PamLine& line, PamType type) {
  return line.kind == PamLine::Kind::unreadable ? line.what : fmt::format("\"{}\"", line.text(type));
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Collects what several services have in common.
class Collected {
 public:
  void add(const std::string& service, Finding finding) {
    for (auto& [known, services] : found_) {
      if (known.name != finding.name || known.detail != finding.detail || known.mend != finding.mend) continue;
      services.insert(service);
      return;
    }
    found_.emplace_back(std::move(finding), std::set<std::string>{service});
  }
  [[nodiscard]] Findings take() && {
    Findings findings;
    for (auto& [finding, services] : found_) {
      finding.detail += fmt::format(" ({})", joined(services));
      findings.push_back(std::move(finding));
    }
    return findings;
  }
  [[nodiscard]] bool fault_of(const std::string& service) const {
    return std::ranges::any_of(
        found_, [&service](const auto& entry) { return !entry.first.ok && entry.second.contains(service); });
  }

 private:
  std::vector<std::pair<Finding, std::set<std::string>>> found_;
};

// What is wrong with single lines, wherever they stand: libpam cannot read them, or has no such module.
class LineJudge {
 public:
  LineJudge(const PamModules& modules, Collected& found) : modules_(modules), found_(found) {}

  void judge(const std::string& service, const PamStack& stack, PamType type) {
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

  // The files as they are once those lines are mended.
  [[nodiscard]] PamReader mended(const PamReader& reader) const {
    return [reader, fixed = fixed_](const std::string& name) -> std::optional<PamFile> {
      auto file = reader(name);
      if (!file) return file;
      for (const auto& [at, text] : fixed)
        if (at.file == file->path) file->text = with_line(file->text, at.line, text);
      return file;
    };
  }

 private:
  // What is continued keeps its number of lines.
  static std::string with_line(const std::string& whole, int number, const std::string& text) {
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

  void judge_module(const std::string& service, const PamLine& line, const PamStack& stack, PamType type) {
    if (!modules_.there || modules_.there(line.path)) return;
    const PamAction action = line.control.actions.at(static_cast<std::size_t>(PamCode::module_unknown));
    if (action.kind != PamAction::Kind::bad && action.kind != PamAction::Kind::die) return;
    std::vector<std::string_view> known(modules_.names.begin(), modules_.names.end());
    const std::string near(nearest(line.module, known));
    const bool taken = near == kMfaModule && std::ranges::any_of(stack, [&](const PamLine& other) {
                         return other.module == near && other.arguments == line.arguments;
                       });
    PamLine right = line;
    right.path = near + ".so";
    const std::string text = near.empty() || taken || !modules_.there(right.path) ? "" : right.text(type);
    const std::string mend =
        !text.empty() ? fmt::format("Write {} as: {}", to_string(line.at), text)
        : taken ? fmt::format("Write # in front of {}", to_string(line.at))
                : fmt::format("Install what has it, or write # in front of {}", to_string(line.at));
    fixed_[line.at] = text;
    found_.add(service, fault("pam-module",
                              fmt::format("{}: there is no module {}: nobody gets past {}", to_string(line.at),
                                          line.path, quoted(line, type)),
                              mend));
  }

  void judge_arguments(const std::string& service, const PamLine& line, PamType type) {
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

  const PamModules& modules_;
  Collected& found_;
  std::map<PamPlace, std::string> fixed_;
};

// What is wrong with the ways through one stack that has pam_mfa in it; the worst first, without mends.
class StackJudge {
 public:
  StackJudge(const PamStack& stack, PamType type) : stack_(stack), type_(type) {}

  [[nodiscard]] Findings judge(bool trust) && {
    const auto endings = walk_pam_stack(stack_, type_);
    if (!endings) {
      tell("pam-unclear", fmt::format("the stack of {} is too involved to be checked", name_of(type_)));
      return std::move(found_);
    }
    judge_who_gets_in(*endings);
    judge_control();
    if (type_ == PamType::auth) {
      judge_wrong_passwords(*endings);
      judge_order(*endings);
      if (trust) judge_reports(*endings);
    }
    return std::move(found_);
  }

 private:
  void tell(std::string_view name, std::string detail) { found_.push_back(fault(name, std::move(detail), "?")); }
  [[nodiscard]] const PamLine& at(int index) const { return stack_.at(static_cast<std::size_t>(index)); }

  [[nodiscard]] const PamLine* first(PamPart part) const {
    const auto found = std::ranges::find(stack_, part, part_of);
    return found == stack_.end() ? nullptr : &*found;
  }

  void judge_who_gets_in(const std::vector<PamEnding>& endings) {
    bool anybody = false;
    bool told = false;
    for (const PamEnding& ending : endings) {
      if (!ending.lets_in) continue;
      if (ending.verified == Came::never) told = tell_of_skipping(ending) || told;
      anybody = anybody || (ending.verified == Came::passed && ending.password != Came::failed);
    }
    if (const PamLine* const verify = first(PamPart::verify); !anybody && !told && verify != nullptr)
      tell("pam-nobody", fmt::format("{}: no way through the stack lets anybody in, not even with the right password "
                                     "and the right code",
                                     to_string(verify->at)));
    if (const PamLine* const verify = first(PamPart::verify);
        verify != nullptr && std::ranges::any_of(endings, [](const PamEnding& ending) {
          return ending.lets_in && ending.verified == Came::failed;
        }))
      tell_of_control(*verify);
  }

  // Whether it is a fault.
  bool tell_of_skipping(const PamEnding& ending) {
    const PamLine* const verify = first(PamPart::verify);
    if (verify == nullptr) {
      const auto any = std::ranges::find(stack_, kMfaModule, &PamLine::module);
      tell("pam-skipped",
           fmt::format("{}: no line of pam_mfa asks for a code: {} does not", to_string(any->at), quoted(*any, type_)));
      return true;
    }
    if (ending.passed_over < 0) return false;
    const PamLine& culprit = at(ending.passed_over);
    if (part_of(culprit) == PamPart::condition) {
      found_.push_back(good("pam-exempt", fmt::format("{}: {} lets some in without a code", to_string(culprit.at),
                                                      quoted(culprit, type_))));
      return false;
    }
    tell("pam-skipped", fmt::format("{}: {} leads past pam_mfa in {}, so that nobody is asked for a code",
                                    to_string(culprit.at), quoted(culprit, type_), to_string(verify->at)));
    return true;
  }

  void tell_of_control(const PamLine& line) {
    tell("pam-control", fmt::format("{}: with {} a wrong code, or a service that is not there, lets in all the same",
                                    to_string(line.at), quoted(line, type_)));
  }

  // Nobody may get in by it yet, but whoever adds a line behind it would open the door.
  void judge_control() {
    for (const PamLine& line : stack_) {
      const std::string& control = line.control.written;
      if (part_of(line) != PamPart::verify || (control != "optional" && control != "sufficient")) continue;
      if (std::ranges::find(found_, "pam-control", &Finding::name) == found_.end()) tell_of_control(line);
    }
  }

  void judge_order(const std::vector<PamEnding>& endings) {
    for (const PamEnding& ending : endings) {
      if (ending.verified_first && first(PamPart::part_answer) == nullptr)
        tell("pam-order", fmt::format("{}: pam_mfa asks for the code before {} has asked for the password",
                                      to_string(first(PamPart::verify)->at), to_string(at(ending.password_line).at)));
      if (ending.reported_right)
        tell("pam-order", fmt::format("{}: right passwords are reported as wrong ones: {} does not lead past it",
                                      to_string(first(PamPart::report)->at), to_string(at(ending.password_line).at)));
    }
  }

  // A wrong password that does not end it: pam_mfa would have people enrol with it, and nothing but the code would
  // count where the password's line is optional.
  void judge_wrong_passwords(const std::vector<PamEnding>& endings) {
    for (const PamEnding& ending : endings) {
      if (ending.wrong_line < 0) continue;
      const PamLine& line = at(ending.wrong_line);
      tell("pam-wrong-password",
           fmt::format("{}: with {} pam_mfa asks after a wrong password too, and whoever has no second factor yet "
                       "could be given one by it",
                       to_string(line.at), quoted(line, type_)));
    }
  }

  void judge_reports(const std::vector<PamEnding>& endings) {
    for (const PamEnding& ending : endings) {
      if (ending.lets_in || ending.password != Came::failed || ending.reported) continue;
      const PamLine* const report = first(PamPart::report);
      std::string detail = fmt::format("{}: pam_mfa does not learn of wrong passwords, so that they do not end trust",
                                       to_string(at(ending.password_line).at));
      if (report != nullptr) detail += fmt::format(": its line {} is not reached then", to_string(report->at));
      tell("pam-authfail", std::move(detail));
    }
  }

  const PamStack& stack_;
  PamType type_;
  Findings found_;
};

// Everything that is wrong with the ways through the stacks, each with what mends it.
class Ways {
 public:
  Ways(std::span<const std::string> services, PamReader reader, const PamWants& wants, Collected& found)
      : services_(services), reader_(std::move(reader)), wants_(wants), found_(found) {}

  void judge(const std::string& service, PamType type) {
    Findings all = findings(service, type, reader_);
    for (Finding& finding : all)
      if (finding.ok) found_.add(service, std::move(finding));
    std::erase_if(all, [](const Finding& finding) { return finding.ok; });
    if (all.empty()) return;
    Finding& worst = all.front();
    worst.mend = worst.name == "pam-unclear" ? unfound(path_of(service, read_pam_stack(service, type, reader_)), type)
                                             : mend_of(service, type);
    found_.add(service, std::move(worst));
  }

  // What has pam_mfa ask for a code, or judge, where it is not in the stack at all.
  [[nodiscard]] std::optional<std::string> mend_of_absence(const std::string& service, PamType type) const {
    const auto file = reader_(service);
    if (!file) return std::nullopt;
    const auto edit = find_pam_mend(service, type, file->path, reader_, [&](const PamReader& reader) {
      const PamStack stack = read_pam_stack(service, type, reader);
      return has_mfa(stack) && none_worse(service, type, file->path, reader);
    });
    if (!edit) return std::nullopt;
    return in_words(*edit);
  }

  // Where this line is to stand instead, of what the service has without it.
  [[nodiscard]] std::optional<std::string> instead(const std::string& service, PamType type,
                                                   const PamPlace& line) const {
    const auto file = reader_(line.file);
    if (!file) return std::nullopt;
    std::string text;
    int number = 0;
    for (std::size_t at = 0; at < file->text.size();) {
      const std::size_t end = std::min(file->text.find('\n', at), file->text.size());
      if (++number != line.line) text += file->text.substr(at, end - at);
      text += "\n";
      at = end + 1;
    }
    return Ways(services_, with_text(reader_, line.file, text), wants_, found_).mend_of_absence(service, type);
  }

 private:
  [[nodiscard]] Findings findings(const std::string& service, PamType type, const PamReader& reader) const {
    const PamStack stack = read_pam_stack(service, type, reader);
    if (!has_mfa(stack)) return {};
    return StackJudge(stack, type).judge(wants_.trust);
  }

  [[nodiscard]] std::size_t faults(const std::string& service, PamType type, const PamReader& reader) const {
    const Findings all = findings(service, type, reader);
    return static_cast<std::size_t>(std::ranges::count(all, false, &Finding::ok));
  }

  // Nothing is wrong with this service, and not more than before with others that read the file.
  [[nodiscard]] bool none_worse(const std::string& service, PamType type, const std::string& path,
                                const PamReader& reader) const {
    if (faults(service, type, reader) > 0) return false;
    return std::ranges::all_of(services_, [&](const std::string& other) {
      if (other == service) return true;
      const PamStack stack = read_pam_stack(other, type, reader_);
      if (std::ranges::none_of(stack, [&](const PamLine& line) { return place_in(path, line).has_value(); }))
        return true;
      return faults(other, type, reader) <= faults(other, type, reader_);
    });
  }

  // The file in which the lines of pam_mfa stand; the service's own if any do there.
  [[nodiscard]] std::string path_of(const std::string& service, const PamStack& stack) const {
    std::string path;
    const auto own = reader_(service);
    for (const PamLine& line : stack) {
      if (line.module != kMfaModule) continue;
      if (own && line.at.file == own->path) return own->path;
      if (path.empty()) path = line.at.file;
    }
    return path;
  }

  [[nodiscard]] std::string mend_of(const std::string& service, PamType type) const {
    const PamStack stack = read_pam_stack(service, type, reader_);
    const std::string path = path_of(service, stack);
    const auto find = [&](const std::string& file) {
      return find_pam_mend(service, type, file, reader_, [&](const PamReader& reader) {
        return has_mfa(read_pam_stack(service, type, reader)) && none_worse(service, type, file, reader);
      });
    };
    // The profile puts its line behind those of Debian's passwords, and their jumps over it.
    const auto shared = std::ranges::find_if(stack, [](const PamLine& line) {
      return part_of(line) == PamPart::password && line.at.file.ends_with("/common-auth");
    });
    if (wants_.profiles && type == PamType::auth && shared != stack.end() && first_report(stack) == nullptr)
      if (const auto edit = find(shared->at.file); edit && edit->after.contains(kReport)) return kProfile;
    if (const auto edit = find(path)) return in_words(*edit);
    return unfound(path, type);
  }

  static std::string unfound(const std::string& path, PamType type) {
    return fmt::format("In {} write the lines of type {} as in: man 8 pam_mfa", path, name_of(type));
  }

  [[nodiscard]] static const PamLine* first_report(const PamStack& stack) {
    const auto found = std::ranges::find(stack, PamPart::report, part_of);
    return found == stack.end() ? nullptr : &*found;
  }

  std::span<const std::string> services_;
  PamReader reader_;
  const PamWants& wants_;
  Collected& found_;
};

// `account` lines in other programs than sshd: they ask where nobody can answer.
void judge_accounts(const std::string& service, const PamStack& account, const PamReader& reader, const Ways& ways,
                    Collected& found) {
  for (const PamLine& line : account) {
    if (line.module != kMfaModule || is_ssh(service)) continue;
    std::string mend = fmt::format("Remove {}; /etc/pam.d/sshd is where it belongs", to_string(line.at));
    const PamStack ssh = read_pam_stack(kSsh, PamType::account, reader);
    const bool shared = std::ranges::any_of(ssh, [&line](const PamLine& other) { return other.at == line.at; });
    if (const auto file = reader(line.at.file); shared && file) {
      const auto instead = ways.instead(kSsh, PamType::account, line.at);
      mend = fmt::format("Remove {}  {}", to_string(line.at),
                         instead ? *instead : "It belongs into /etc/pam.d/sshd, before its other lines of type account");
    }
    found.add(service,
              fault("pam-account",
                    fmt::format("{}: a line of type account is for sshd alone: here it refuses cron, sudo with "
                                "a ticket and root's su",
                                to_string(line.at)),
                    mend));
  }
}

void judge_monitor(const PamReader& reader, Collected& found) {
  for (const PamType type : {PamType::auth, PamType::account}) {
    const PamStack stack = read_pam_stack(kMonitor, type, reader);
    for (const PamLine& line : stack) {
      if (line.module != kMfaModule) continue;
      found.add(kMonitor, fault("pam-recursion",
                                fmt::format("{}: mfa-enroll asks for passwords through a stack that leads back to "
                                            "pam_mfa",
                                            to_string(line.at)),
                                "In /etc/pam.d/mfa-enroll write, in the place of what includes it: auth required "
                                "pam_unix.so nodelay  and: account required pam_unix.so"));
    }
  }
}

void judge_ssh_account(const PamReader& reader, Ways& ways, Collected& found) {
  if (has_mfa(read_pam_stack(kSsh, PamType::account, reader))) return ways.judge(kSsh, PamType::account);
  found.add(kSsh, fault("pam-account-missing",
                        "SSH keys let in without the password and the code, since sshd goes through account alone then",
                        ways.mend_of_absence(kSsh, PamType::account)
                            .value_or("Add to /etc/pam.d/sshd, before its other lines of type account: account "
                                      "required pam_mfa.so")));
}

Finding nowhere(const Ways& ways, const PamWants& wants) {
  std::string mend = "pam-auth-update --enable mfa mfa-authfail";
  if (!wants.profiles) mend = ways.mend_of_absence(kSsh, PamType::auth).value_or("Put pam_mfa into the stacks");
  return fault("pam-nowhere", "no PAM stack has pam_mfa in it: nobody is asked for a code",
               mend + "\nThen set up sshd, and other programs likewise, as in: man 8 pam_mfa");
}

}  // namespace

SshStack ssh_stack(const PamReader& reader) {
  return {.auth = has_mfa(read_pam_stack(kSsh, PamType::auth, reader)),
          .account = has_mfa(read_pam_stack(kSsh, PamType::account, reader))};
}

std::vector<std::string> services_among(std::span<const std::string> names, const PamReader& reader) {
  constexpr std::array<std::string_view, 4> kShared{"common-", "system-", "password-auth", "postlogin"};
  constexpr std::array<std::string_view, 6> kLeftBehind{".dpkg-", ".ucf-", ".rpm", ".pam-", ".bak", ".orig"};
  std::set<std::string> included;
  for (const std::string& name : names)
    if (const auto file = reader(name))
      std::ranges::copy(included_files(file->text), std::inserter(included, included.end()));
  std::vector<std::string> services;
  for (const std::string& name : names) {
    const bool left_behind =
        name.starts_with('.') || name.ends_with('~') ||
        std::ranges::any_of(kLeftBehind, [&name](std::string_view mark) { return name.contains(mark); });
    const bool shared = included.contains(name) && std::ranges::any_of(kShared, [&name](std::string_view start) {
                          return name.starts_with(start);
                        });
    if (!left_behind && !shared) services.push_back(name);
  }
  return services;
}

Findings judge_pam(std::span<const std::string> services, const PamReader& reader, const PamWants& wants) {
  Collected found;
  LineJudge lines(wants.modules, found);
  for (const std::string& service : services) {
    if (service == kMonitor || !names_mfa(read_pam_stack(service, PamType::auth, reader))) continue;
    for (const PamType type : {PamType::auth, PamType::account, PamType::session})
      lines.judge(service, read_pam_stack(service, type, reader), type);
  }
  const PamReader mended = lines.mended(reader);
  Ways ways(services, mended, wants, found);
  std::set<std::string> right;
  bool anywhere = false;
  for (const std::string& service : services) {
    if (service == kMonitor) continue;
    judge_accounts(service, read_pam_stack(service, PamType::account, reader), mended, ways, found);
    if (!has_mfa(read_pam_stack(service, PamType::auth, mended))) continue;
    anywhere = true;
    ways.judge(service, PamType::auth);
    if (!found.fault_of(service)) right.insert(service);
  }
  judge_monitor(reader, found);
  const SshStack ssh = ssh_stack(reader);
  if (ssh.account || (ssh.auth && wants.keys_alone)) judge_ssh_account(mended, ways, found);
  if (found.fault_of(kSsh)) right.erase(kSsh);
  Findings findings = std::move(found).take();
  if (!anywhere) findings.push_back(nowhere(ways, wants));
  if (!right.empty()) findings.push_back(good("pam", fmt::format("asked after the password in: {}", joined(right))));
  return findings;
}

}  // namespace mfa
