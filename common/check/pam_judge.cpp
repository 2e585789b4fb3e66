#include "common/check/pam_judge.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/check/pam_findings.h"
#include "common/check/pam_mend.h"
#include "common/check/pam_walk.h"
#include "common/check/pam_ways.h"
#include "common/config/mistakes.h"

namespace mfa {
namespace {

constexpr const char* kSsh = "sshd";
constexpr const char* kMonitor = "mfa-enroll";  // the service with which mfad's monitor checks passwords
constexpr const char* kReport = "authfail";
constexpr const char* kProfile = "pam-auth-update --enable mfa-authfail";

bool is_ssh(std::string_view service) { return service == kSsh; }

// Maybe misspelt.
bool names_mfa(const PamStack& stack) {
  constexpr std::array<std::string_view, 1> kOurs{kMfaModule};
  return std::ranges::any_of(stack, [&](const PamLine& line) { return !nearest(line.module, kOurs).empty(); });
}

// Everything that is wrong with the ways through the stacks, each with what mends it.
class Ways {
 public:
  Ways(std::span<const std::string> services, PamReader reader, const PamWants& wants, PamFindings& found)
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
    return judge_pam_ways(stack, type, wants_.trust);
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
  PamFindings& found_;
};

// `account` lines in other programs than sshd: they ask where nobody can answer.
void judge_accounts(const std::string& service, const PamStack& account, const PamReader& reader, const Ways& ways,
                    PamFindings& found) {
  for (const PamLine& line : account) {
    if (line.module != kMfaModule || is_ssh(service)) continue;
    std::string mend = fmt::format("Remove {}; /etc/pam.d/sshd is where it belongs", to_string(line.at));
    const PamStack ssh = read_pam_stack(kSsh, PamType::account, reader);
    const bool shared = std::ranges::any_of(ssh, [&line](const PamLine& other) { return other.at == line.at; });
    if (const auto file = reader(line.at.file); shared && file) {
      const auto instead = ways.instead(kSsh, PamType::account, line.at);
      mend =
          fmt::format("Remove {}  {}", to_string(line.at),
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

void judge_monitor(const PamReader& reader, PamFindings& found) {
  for (const PamType type : {PamType::auth, PamType::account}) {
    const PamStack stack = read_pam_stack(kMonitor, type, reader);
    for (const PamLine& line : stack) {
      if (line.module != kMfaModule) continue;
      found.add(kMonitor, fault("pam-recursion",
                                fmt::format("{}: mfa-enroll asks for passwords through a stack that leads back to "
                                            "pam_mfa",
                                            to_string(line.at)),
                                "In /etc/pam.d/mfa-enroll write, in the place of what includes it:\nauth required "
                                "pam_unix.so nodelay\naccount required pam_unix.so"));
    }
  }
}

void judge_ssh_account(const PamReader& reader, Ways& ways, PamFindings& found) {
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
  PamFindings found;
  PamLineJudge lines(wants.modules, found);
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
