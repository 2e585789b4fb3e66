#include "common/check/pam_judge.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/check/pam_walk.h"

namespace mfa {
namespace {

using Came = PamEnding::Came;

constexpr const char* kSsh = "sshd";
constexpr const char* kMonitor = "mfa-enroll";  // the service with which mfad's monitor checks passwords
constexpr const char* kPlain = "required";
constexpr const char* kReport = "auth [default=die] pam_mfa.so authfail";

bool is_ssh(std::string_view service) { return service == kSsh; }

bool has_mfa(const PamStack& stack) {
  return std::ranges::any_of(stack, [](const PamLine& line) { return line.module == kMfaModule; });
}

std::string quoted(const PamLine& line, PamType type) {
  return line.kind == PamLine::Kind::unreadable ? line.what : fmt::format("\"{}\"", line.text(type));
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// A line in another control, as it should be written.
std::string write_as(const PamLine& line, PamType type, std::string_view control) {
  return fmt::format("Write {} as: {}", to_string(line.at), line.text(type, control));
}

// Collects what several services have in common.
class Collected {
 public:
  void add(const std::string& service, Finding finding) {
    for (auto& [known, services] : found_) {
      if (known.name != finding.name || known.detail != finding.detail) continue;
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

// The faults of one stack that has pam_mfa in it.
class StackJudge {
 public:
  StackJudge(std::string service, const PamStack& stack, PamType type, Collected& found)
      : service_(std::move(service)), stack_(stack), type_(type), found_(found) {}

  void judge(bool trust) {
    judge_lines();
    const auto endings = walk_pam_stack(stack_, type_);
    if (!endings) {
      tell("pam-unclear", fmt::format("the stack of {} is too involved to be checked", name_of(type_)),
           fmt::format("Write the stack of {} as in: man 8 pam_mfa", service_));
      return;
    }
    judge_who_gets_in(*endings);
    if (type_ != PamType::auth) return;
    judge_order(*endings);
    judge_wrong_passwords(*endings);
    if (trust) judge_reports(*endings);
  }

 private:
  void tell(std::string_view name, std::string detail, std::string mend) {
    found_.add(service_, fault(name, std::move(detail), std::move(mend)));
  }
  [[nodiscard]] const PamLine& at(int index) const { return stack_.at(static_cast<std::size_t>(index)); }

  [[nodiscard]] const PamLine* first(PamPart part) const {
    const auto found = std::ranges::find(stack_, part, part_of);
    return found == stack_.end() ? nullptr : &*found;
  }

  void judge_lines() {
    for (const PamLine& line : stack_) {
      if (line.kind == PamLine::Kind::unreadable)
        tell("pam-syntax", fmt::format("{}: {}, and nobody gets past it", to_string(line.at), line.what),
             fmt::format("Mend or remove {}; see: man 5 pam.conf", to_string(line.at)));
      if (line.module == kMfaModule) judge_arguments(line);
    }
  }

  void judge_arguments(const PamLine& line) {
    for (const std::string& argument : line.arguments) {
      const bool known = argument == "debug" || argument.starts_with("socket=/") || argument.starts_with("timeout=") ||
                         (type_ == PamType::auth && (argument == "authfail" || argument == "forward_pass"));
      if (known) continue;
      PamLine right = line;
      std::erase(right.arguments, argument);
      tell("pam-arguments",
           fmt::format("{}: pam_mfa has no argument \"{}\" there, and lets nobody in with it", to_string(line.at),
                       argument),
           fmt::format("Write {} as: {}", to_string(line.at), right.text(type_)));
    }
  }

  void judge_who_gets_in(const std::vector<PamEnding>& endings) {
    bool anybody = false;
    bool told = false;
    for (const PamEnding& ending : endings) {
      if (!ending.lets_in) continue;
      if (ending.verified == Came::never) told = tell_of_skipping(ending) || told;
      if (ending.verified == Came::failed) tell_of_control();
      anybody = anybody || ending.verified == Came::passed;
    }
    if (!anybody && !told && first(PamPart::verify) != nullptr) tell_of_nobody(endings);
  }

  void tell_of_nobody(const std::vector<PamEnding>& endings) {
    const PamLine& verify = *first(PamPart::verify);
    const auto lost = std::ranges::find_if(endings, [](const PamEnding& ending) {
      return ending.password == Came::passed && ending.verified == Came::never && ending.passed_over >= 0;
    });
    tell(
        "pam-nobody",
        fmt::format("{}: no way through the stack lets anybody in, not even with the right code", to_string(verify.at)),
        lost != endings.end() ? mend_of_skipping(lost->passed_over, verify)
                              : fmt::format("Look at what stands around {}, and at how many lines each success=N leads "
                                            "over; the stack as it should be: man 8 pam_mfa",
                                            to_string(verify.at)));
  }

  // Whether it is a fault.
  bool tell_of_skipping(const PamEnding& ending) {
    const PamLine* const verify = first(PamPart::verify);
    if (verify == nullptr) {
      const auto any = std::ranges::find(stack_, kMfaModule, &PamLine::module);
      tell("pam-skipped",
           fmt::format("{}: no line of pam_mfa asks for a code: {} does not", to_string(any->at), quoted(*any, type_)),
           fmt::format("Add to the end of the {} lines in {}: {} required pam_mfa.so", name_of(type_), any->at.file,
                       name_of(type_)));
      return true;
    }
    if (ending.passed_over < 0) return false;
    const PamLine& culprit = at(ending.passed_over);
    if (part_of(culprit) == PamPart::condition) {
      found_.add(service_, good("pam-exempt", fmt::format("{}: {} lets some in without a code", to_string(culprit.at),
                                                          quoted(culprit, type_))));
      return false;
    }
    tell("pam-skipped",
         fmt::format("{}: {} leads past pam_mfa in {}, so that nobody is asked for a code", to_string(culprit.at),
                     quoted(culprit, type_), to_string(verify->at)),
         mend_of_skipping(ending.passed_over, *verify));
    mended_.insert(ending.passed_over);
    return true;
  }

  // What leads to pam_mfa instead of past it.
  [[nodiscard]] std::string mend_of_skipping(int culprit, const PamLine& verify) const {
    const PamLine& line = at(culprit);
    const auto target = static_cast<int>(&verify - stack_.data());
    const bool flat = std::all_of(stack_.begin() + culprit, stack_.begin() + target + 1,
                                  [&](const PamLine& l) { return l.level == line.level && !l.path.empty(); });
    if (type_ != PamType::auth || !flat)
      return fmt::format("Move {} before {}", to_string(verify.at), to_string(line.at));
    const int over = target - culprit - 1;
    return write_as(line, type_, over == 0 ? "requisite" : fmt::format("[success={} default=ignore]", over));
  }

  void tell_of_control() {
    const PamLine& line = *first(PamPart::verify);
    tell("pam-control",
         fmt::format("{}: with {} a wrong code, or a service that is not there, lets in all the same",
                     to_string(line.at), quoted(line, type_)),
         write_as(line, type_, kPlain));
  }

  void judge_order(const std::vector<PamEnding>& endings) {
    for (const PamEnding& ending : endings) {
      if (ending.verified_first && first(PamPart::part_answer) == nullptr) {
        const PamLine& verify = *first(PamPart::verify);
        const PamLine& password = at(ending.password_line);
        tell("pam-order",
             fmt::format("{}: pam_mfa asks for the code before {} has asked for the password", to_string(verify.at),
                         to_string(password.at)),
             fmt::format("Move {} behind {}", to_string(verify.at), to_string(password.at)));
      }
      if (ending.reported_right) {
        const PamLine& report = *first(PamPart::report);
        const PamLine& password = at(ending.password_line);
        tell("pam-order",
             fmt::format("{}: right passwords are reported as wrong ones: {} does not lead past it",
                         to_string(report.at), to_string(password.at)),
             mend_of_report(ending.password_line, &report));
      }
    }
  }

  // The password's line so that its success leads over `report`, which stands behind it, or over a line added there.
  [[nodiscard]] std::string mend_of_report(int password, const PamLine* report) const {
    const PamLine& line = at(password);
    const PamAction success = line.control.actions.at(0);
    int over = 1;
    if (success.kind == PamAction::Kind::jump) over = success.over + 1;
    if (report != nullptr) {
      const auto distance = static_cast<int>(report - stack_.data()) - password;
      over = std::max(distance, 1);
    }
    return write_as(line, type_, fmt::format("[success={} default=ignore]", over));
  }

  // A wrong password that does not end it: pam_mfa would have people enrol with it, and nothing but the code would
  // count where the password's line is optional.
  void judge_wrong_passwords(const std::vector<PamEnding>& endings) {
    for (const PamEnding& ending : endings) {
      if (ending.wrong_line < 0 || !mended_.insert(ending.wrong_line).second) continue;
      const PamLine& line = at(ending.wrong_line);
      tell("pam-wrong-password",
           fmt::format("{}: with {} pam_mfa asks after a wrong password too, and whoever has no second factor yet "
                       "could be given one by it",
                       to_string(line.at), quoted(line, type_)),
           mend_of_missing_report(ending.wrong_line, first(PamPart::report)));
    }
  }

  void judge_reports(const std::vector<PamEnding>& endings) {
    for (const PamEnding& ending : endings) {
      if (ending.lets_in || ending.password != Came::failed || ending.reported) continue;
      if (!mended_.insert(ending.password_line).second) continue;
      const PamLine& line = at(ending.password_line);
      const PamLine* const report = first(PamPart::report);
      std::string detail = fmt::format("{}: pam_mfa does not learn of wrong passwords, so that they do not end trust",
                                       to_string(line.at));
      if (report != nullptr) detail += fmt::format(": its line {} is not reached then", to_string(report->at));
      tell("pam-authfail", std::move(detail), mend_of_missing_report(ending.password_line, report));
    }
  }

  [[nodiscard]] std::string mend_of_missing_report(int password, const PamLine* report) const {
    const PamLine& line = at(password);
    if (line.level > 0) return mend_of_substack(password);
    if (line.at.file.ends_with("/common-auth")) return "pam-auth-update --enable mfa-authfail";
    const std::string text = report == nullptr
                                 ? fmt::format("Add behind {}: {}", to_string(line.at), kReport)
                                 : fmt::format("Move {} right behind {}", to_string(report->at), to_string(line.at));
    return text + fmt::format("  and write {} as: {}", to_string(line.at),
                              line.text(type_, fmt::format("[success={} default=ignore]", new_jump(line))));
  }

  // Whatever ends a substack goes on behind it.
  [[nodiscard]] std::string mend_of_substack(int password) const {
    const PamLine& line = at(password);
    int start = password;
    while (at(start).kind != PamLine::Kind::substack || at(start).level > 0) --start;
    return fmt::format("Instead of {} write the lines of {} there themselves, {} as: {}  and behind it: {}",
                       to_string(at(start).at), line.at.file, to_string(line.at),
                       line.text(type_, fmt::format("[success={} default=ignore]", new_jump(line))), kReport);
  }

  [[nodiscard]] static int new_jump(const PamLine& line) {
    const PamAction success = line.control.actions.at(0);
    return success.kind == PamAction::Kind::jump ? success.over + 1 : 1;
  }

  std::string service_;
  const PamStack& stack_;
  PamType type_;
  Collected& found_;
  std::set<int> mended_;  // lines that a mend told already changes what a wrong password comes to
};

// `account` lines in other programs than sshd: they ask where nobody can answer.
void judge_accounts(const std::string& service, const PamStack& account, Collected& found) {
  for (const PamLine& line : account) {
    if (line.module != kMfaModule || is_ssh(service)) continue;
    found.add(service,
              fault("pam-account",
                    fmt::format("{}: a line of type account is for sshd alone: here it refuses cron, sudo with "
                                "a ticket and root's su",
                                to_string(line.at)),
                    fmt::format("Remove {}; /etc/pam.d/sshd is where it belongs", to_string(line.at))));
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

void judge_ssh_account(const PamReader& reader, Collected& found) {
  const PamStack stack = read_pam_stack(kSsh, PamType::account, reader);
  if (has_mfa(stack)) {
    StackJudge(kSsh, stack, PamType::account, found).judge(false);
    return;
  }
  found.add(kSsh, fault("pam-account-missing",
                        "SSH keys let in without the password and the code, since sshd goes through account alone then",
                        "Add to /etc/pam.d/sshd, before its other lines of type account: account required pam_mfa.so"));
}

Finding nowhere() {
  return fault("pam-nowhere", "no PAM stack has pam_mfa in it: nobody is asked for a code",
               "Put pam_mfa into the stacks as in: man 8 pam_mfa  (Debian: pam-auth-update --enable mfa mfa-authfail)");
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
  std::set<std::string> right;
  bool anywhere = false;
  for (const std::string& service : services) {
    if (service == kMonitor) continue;
    judge_accounts(service, read_pam_stack(service, PamType::account, reader), found);
    const PamStack stack = read_pam_stack(service, PamType::auth, reader);
    if (!has_mfa(stack)) continue;
    anywhere = true;
    StackJudge(service, stack, PamType::auth, found).judge(wants.trust);
    if (!found.fault_of(service)) right.insert(service);
  }
  judge_monitor(reader, found);
  const SshStack ssh = ssh_stack(reader);
  if (ssh.account || (ssh.auth && wants.keys_alone)) judge_ssh_account(reader, found);
  if (found.fault_of(kSsh)) right.erase(kSsh);
  Findings findings = std::move(found).take();
  if (!anywhere) findings.push_back(nowhere());
  if (!right.empty()) findings.push_back(good("pam", fmt::format("asked after the password in: {}", joined(right))));
  return findings;
}

}  // namespace mfa
