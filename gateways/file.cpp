// The file gateway: writes each message to a file, for trying things out. Whoever reads that file has the codes: it is
// for machines on which nothing is to be protected. mfa-gateway(7).
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <expected>
#include <utility>

#include "common/json/json_writer.h"
#include "common/system/descriptor.h"
#include "common/system/error_text.h"
#include "gateways/gateway_program.h"
#include "gateways/settings_file.h"

namespace {

using namespace mfa;

struct FileSettings {
  std::string path;
  std::string answer = "sent";
};

constexpr std::array<std::string_view, 5> kAnswers{"sent", "approved", "refused", "failed", "unclear"};
constexpr auto kKeys = std::to_array<Key<FileSettings>>({
    {"path", [](const Field& field, FileSettings& settings) { read_path(field, settings.path); }},
    {"answer",
     [](const Field& field, FileSettings& settings) { settings.answer = word_in(field, kAnswers).value_or("failed"); }},
});

GatewayReply failed(std::string detail) { return {.delivery = Delivery::failed, .detail = std::move(detail)}; }

struct Opened {
  Descriptor file;
  std::string wrong;  // empty: nothing
};
Opened open_for_messages(const FileSettings& settings) {
  Descriptor file(::open(settings.path.c_str(),
                         O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
                         S_IRUSR | S_IWUSR));
  if (!file) return {.file = {}, .wrong = fmt::format("{}: cannot open it: {}", settings.path, error_text(errno))};
  struct stat found{};
  if (::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode))
    return {.file = {}, .wrong = settings.path + ": is no regular file"};
  if (found.st_uid != ::geteuid() || (found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return {.file = {}, .wrong = settings.path + ": can be reached by others: it must belong to mfa, with mode 0600"};
  return {.file = std::move(file), .wrong = {}};
}

std::expected<FileSettings, std::string> settings_in(const std::string& path) {
  auto settings = read_settings(path, kKeys);
  if (settings && settings->path.empty()) return std::unexpected(path + ": path is missing");
  return settings;
}

// The file itself may be made with the first message.
std::string wrong_with(const std::string& path) {
  const auto settings = settings_in(path);
  if (!settings) return settings.error();
  if (::access(settings->path.c_str(), F_OK) == 0) return open_for_messages(*settings).wrong;
  const std::string folder = settings->path.substr(0, settings->path.rfind('/') + 1);
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? "" : fmt::format("{}: {}", folder, error_text(errno));
}

GatewayReply carry(const std::string& path, const GatewayRequest& request) {
  const auto settings = settings_in(path);
  if (!settings) return failed(settings.error());
  auto [file, wrong] = open_for_messages(*settings);
  if (!wrong.empty()) return failed(std::move(wrong));
  const Secret line(std::string(write_request(request).text()) + "\n");
  const auto text = line.text();
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return failed(settings->path + ": cannot write to it");
  const Delivery answer = delivery(settings->answer).value_or(Delivery::failed);
  const bool no = answer == Delivery::refused || was_in_vain(answer);
  return {.delivery = answer, .detail = no ? "its settings have it answer so" : ""};
}

}  // namespace

int main(int count, char** arguments) {
  return mfa::run_gateway(count, arguments,
                          {.carry = carry, .wrong = wrong_with, .texts = true, .calls = true, .press = true});
}
