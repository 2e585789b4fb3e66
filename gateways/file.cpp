// The file gateway: writes each message to a file, for trying things out. Whoever reads that file has the codes: it is
// for machines on which nothing is to be protected. mfa-gateway(7).
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

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

constexpr std::array<std::string_view, 4> kAnswers{"sent", "approved", "refused", "failed"};
constexpr auto kKeys = std::to_array<Key<FileSettings>>({
    {"path", [](const Field& field, FileSettings& settings) { read_path(field, settings.path); }},
    {"answer",
     [](const Field& field, FileSettings& settings) { settings.answer = word_in(field, kAnswers).value_or("failed"); }},
});

GatewayReply failed(std::string detail) { return {.delivery = Delivery::failed, .detail = std::move(detail)}; }

GatewayReply carry(const std::string& path, const GatewayRequest& request) {
  const auto settings = read_settings(path, kKeys);
  if (!settings) return failed(settings.error());
  if (settings->path.empty()) return failed(path + ": path is missing");

  const Descriptor file(::open(settings->path.c_str(),
                               O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
                               S_IRUSR | S_IWUSR));
  if (!file) return failed(fmt::format("{}: cannot open it: {}", settings->path, error_text(errno)));
  struct stat found{};
  if (::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode))
    return failed(settings->path + ": is no regular file");
  if (found.st_uid != ::geteuid() || (found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return failed(settings->path + ": can be reached by others: it must belong to mfa, with mode 0600");
  const Secret line(std::string(write_request(request).text()) + "\n");
  const auto text = line.text();
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return failed(settings->path + ": cannot write to it");
  return {.delivery = delivery(settings->answer).value_or(Delivery::failed), .detail = {}};
}

}  // namespace

int main(int count, char** arguments) { return mfa::run_gateway(count, arguments, carry); }
