// The gammu gateway: hands the message to gammu-smsd, whatever that keeps its messages in. mfa-gateway(7).
//
// By the library rather than by gammu-smsd-inject, to which the number is an argument that all users of the machine
// see.
#include <fcntl.h>
#include <gammu-smsd.h>
#include <gammu.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "common/system/descriptor.h"
#include "common/system/error_text.h"
#include "gateways/gateway_program.h"
#include "gateways/settings_file.h"

namespace {

using namespace mfa;

struct GammuSettings {
  std::string config = "/etc/gammu-smsdrc";
};

constexpr auto kKeys = std::to_array<Key<GammuSettings>>({
    {"config", [](const Field& field, GammuSettings& settings) { read_path(field, settings.config); }},
});

std::string in_words(GSM_Error error) {
  const char* text = GSM_ErrorString(error);
  return text != nullptr && *text != '\0' ? text : "error " + std::to_string(static_cast<int>(error));
}

GatewayReply failed(std::string_view what, GSM_Error error) {
  return {.delivery = Delivery::failed, .detail = std::string(what) + ": " + in_words(error)};
}

// Whether none of it can be there: not so much as the first part could be begun.
bool took_nothing(GSM_Error error, const GSM_MultiSMSMessage& parts) {
  return parts.Number == 1 && (error == ERR_CANTOPENFILE || error == ERR_DB_CONNECT || error == ERR_DB_DRIVER ||
                               error == ERR_DB_CONFIG || error == ERR_DB_VERSION);
}

// In as many parts as it takes, in the alphabet it needs.
GSM_Error encode(const PhoneMessage& message, GSM_MultiSMSMessage& parts) {
  const std::string text(message.text.text());
  std::vector<unsigned char> wide((text.size() + 1) * 2);
  DecodeUTF8(wide.data(), text.c_str(), text.size());
  GSM_MultiPartSMSInfo whole;
  GSM_ClearMultiPartSMSInfo(&whole);
  whole.Class = -1;
  whole.EntriesNum = 1;
  whole.Entries[0].ID = SMS_ConcatenatedAutoTextLong;
  whole.Entries[0].Buffer = wide.data();
  if (const GSM_Error error = GSM_EncodeMultiPartSMS(nullptr, &whole, &parts); error != ERR_NONE) return error;
  for (int i = 0; i < parts.Number; ++i) {
    GSM_SMSMessage& part = parts.SMS[i];
    part.PDU = SMS_Submit;
    part.SMSC.Location = 1;  // the one the card knows
    EncodeUnicode(part.Number, message.to.e164.c_str(), message.to.e164.size());
  }
  return ERR_NONE;
}

// The folder of messages to be sent; empty if they are kept in a database.
std::string outbox(const std::string& config) {
  INI_Section* sections = nullptr;
  if (INI_ReadFile(config.c_str(), FALSE, &sections) != ERR_NONE) return {};
  const std::unique_ptr<INI_Section, decltype(&INI_Free)> owner(sections, INI_Free);
  const auto bytes = [](const char* text) { return reinterpret_cast<const unsigned char*>(text); };
  const unsigned char* path = INI_GetValue(sections, bytes("smsd"), bytes("outboxpath"), FALSE);
  return path == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(path));
}

// gammu-smsd marks in the file that it was sent. Could it only read it, as the library leaves it, it would send it
// again and again. It sends before it writes, so it is no matter that it may have begun.
void let_smsd_write(const std::string& folder, const std::string& name) {
  const Descriptor at(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!at) return;
  const Descriptor file(::openat(at.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file) (void)::fchmod(file.get(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP);  // else it is sent already
}

// The library writes what it does to standard output, where our reply goes, as verbosely as smsd is to be; and what
// goes wrong to standard error, with the number.
class Quiet {
 public:
  Quiet() : output_(::dup(STDOUT_FILENO)) {
    const Descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    quiet_ = output_ && nowhere && ::dup2(nowhere.get(), STDOUT_FILENO) == STDOUT_FILENO &&
             ::dup2(nowhere.get(), STDERR_FILENO) == STDERR_FILENO;
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() {
    (void)std::fflush(stdout);
    ::dup2(output_.get(), STDOUT_FILENO);
  }
  [[nodiscard]] bool quiet() const { return quiet_; }

 private:
  Descriptor output_;
  bool quiet_ = false;
};

using Smsd = std::unique_ptr<GSM_SMSDConfig, decltype(&SMSD_FreeConfig)>;

std::string wrong_with(const std::string& path) {
  const auto settings = read_settings(path, kKeys);
  if (!settings) return settings.error();
  if (std::string wrong = unreadable("config", settings->config); !wrong.empty()) return wrong;
  const Quiet quiet;
  GSM_InitLocales(nullptr);
  const Smsd smsd(SMSD_NewConfig("mfa"), SMSD_FreeConfig);
  const GSM_Error error = smsd ? SMSD_ReadConfig(settings->config.c_str(), smsd.get(), FALSE) : ERR_MOREMEMORY;
  if (error != ERR_NONE) return settings->config + ": " + in_words(error);
  const std::string folder = outbox(settings->config);
  if (folder.empty() || ::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return folder + ": the user mfa cannot write there: " + std::string(error_text(errno));
}

GatewayReply carry(const std::string& path, const GatewayRequest& request) {
  const auto settings = read_settings(path, kKeys);
  if (!settings) return {.delivery = Delivery::failed, .detail = settings.error()};
  if (request.message.use != PhoneUse::text)
    return {.delivery = Delivery::failed, .detail = "the gammu gateway places no calls"};
  const Quiet quiet;
  if (!quiet.quiet()) return {.delivery = Delivery::failed, .detail = "no descriptors are left"};
  ::umask(S_IRWXO);  // gammu-smsd's own group reads and writes what is for it
  GSM_InitLocales(nullptr);
  const Smsd smsd(SMSD_NewConfig("mfa"), SMSD_FreeConfig);
  if (!smsd) return failed("libgsmsd", ERR_MOREMEMORY);
  if (const GSM_Error error = SMSD_ReadConfig(settings->config.c_str(), smsd.get(), FALSE); error != ERR_NONE)
    return failed(settings->config, error);
  const auto parts = std::make_unique<GSM_MultiSMSMessage>();
  if (const GSM_Error error = encode(request.message, *parts); error != ERR_NONE) return failed("the text", error);
  std::array<char, 4096> id{};
  const std::string folder = outbox(settings->config);
  if (const GSM_Error error = SMSD_InjectSMS(smsd.get(), parts.get(), id.data()); error != ERR_NONE) {
    GatewayReply reply = failed("gammu-smsd does not take it" + (folder.empty() ? "" : " (" + folder + ")"), error);
    if (!took_nothing(error, *parts)) reply.delivery = Delivery::unclear;
    return reply;
  }
  let_smsd_write(folder, id.data());
  return {.delivery = Delivery::sent, .detail = {}};
}

}  // namespace

int main(int count, char** arguments) {
  return mfa::run_gateway(count, arguments,
                          {.carry = carry, .wrong = wrong_with, .texts = true, .calls = false, .press = false});
}
