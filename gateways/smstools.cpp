// The smstools gateway: puts the message into the folder from which smsd (smstools) sends. mfa-gateway(7).
//
// smsd takes every file it finds there, whole or not: the file gets its name only when it is written.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string_view>

#include "common/system/descriptor.h"
#include "common/system/error_text.h"
#include "common/system/random.h"
#include "gateways/gateway_program.h"
#include "gateways/settings_file.h"
#include "gateways/sms_alphabet.h"

namespace {

using namespace mfa;

struct SmstoolsSettings {
  std::string outgoing = "/var/spool/sms/outgoing";
};

constexpr auto kKeys = std::to_array<Key<SmstoolsSettings>>({
    {"outgoing", [](const Field& field, SmstoolsSettings& settings) { read_path(field, settings.outgoing); }},
});

GatewayReply failed(std::string detail) { return {.delivery = Delivery::failed, .detail = std::move(detail)}; }

// smsd's own format: headers, an empty line, the text in the alphabet that they name.
std::string contents(const PhoneMessage& message) {
  const std::string_view text = message.text.text();
  const bool plain = fits_default_alphabet(text);
  return fmt::format("To: {}\nAlphabet: {}\n\n{}", std::string_view(message.to.e164).substr(1), plain ? "UTF-8" : "UCS",
                     plain ? std::string(text) : in_ucs2(text));
}

// smsd's own group reads it, whatever our umask; the folder gives it that group.
bool fill(int file, std::string_view text) {
  if (::fchmod(file, S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0) return false;
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;  // with less room than it takes, it says why only when asked again
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

std::string name_for_a_file() {
  std::array<std::uint8_t, 8> bytes{};
  if (!KernelRandom().fill(bytes)) return {};
  std::string name = "mfa-";
  for (const std::uint8_t byte : bytes) name += fmt::format("{:02x}", byte);
  return name;
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// Drafts of ours that nobody will finish: they hold codes.
void sweep(int folder) {
  constexpr std::time_t kOld = 3600;  // seconds; a draft is one for moments
  const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) return;
  const std::unique_ptr<DIR, CloseFolder> names(::fdopendir(again));
  if (!names) {
    ::close(again);
    return;
  }
  while (const dirent* entry = ::readdir(names.get())) {
    const std::string_view name = entry->d_name;
    struct stat found{};
    if (!name.starts_with("mfa-") || !name.ends_with(".LOCK")) continue;
    if (::fstatat(folder, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0 || found.st_uid != ::geteuid()) continue;
    if (::time(nullptr) - found.st_mtime > kOld) ::unlinkat(folder, entry->d_name, 0);
  }
}

std::string wrong_with(const std::string& path) {
  const auto settings = read_settings(path, kKeys);
  if (!settings) return settings.error();
  const Descriptor folder(::open(settings->outgoing.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const bool fine = folder && ::access(settings->outgoing.c_str(), W_OK | X_OK) == 0;
  return fine ? "" : fmt::format("{}: the user mfa cannot write there: {}", settings->outgoing, error_text(errno));
}

GatewayReply carry(const std::string& path, const GatewayRequest& request) {
  const auto settings = read_settings(path, kKeys);
  if (!settings) return failed(settings.error());
  if (request.message.use != PhoneUse::text) return failed("the smstools gateway places no calls");
  const auto wrong = [&](std::string_view act) {
    return failed(fmt::format("{}: cannot {}: {}", settings->outgoing, act, error_text(errno)));
  };
  const Descriptor folder(::open(settings->outgoing.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return wrong("open the folder");
  sweep(folder.get());
  const std::string name = name_for_a_file();
  if (name.empty()) return failed("the kernel gave no random bytes");
  // A name that ends like this is one that smsd leaves alone: its own mark of a file it works on.
  const std::string draft = name + ".LOCK";
  const Descriptor file(
      ::openat(folder.get(), draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) return wrong("write there");
  if (fill(file.get(), contents(request.message)) &&
      ::renameat2(folder.get(), draft.c_str(), folder.get(), name.c_str(), RENAME_NOREPLACE) == 0)
    return {.delivery = Delivery::sent, .detail = {}};
  const GatewayReply reply = wrong("write there");
  ::unlinkat(folder.get(), draft.c_str(), 0);
  return reply;
}

}  // namespace

int main(int count, char** arguments) {
  return mfa::run_gateway(count, arguments,
                          {.carry = carry, .wrong = wrong_with, .texts = true, .calls = false, .press = false});
}
