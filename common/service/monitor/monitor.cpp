#include "common/service/monitor/monitor.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "common/service/monitor/packet.h"
#include "common/system/secure_file.h"

namespace mfa::monitor {
namespace {

constexpr std::size_t kShortestKey = 16;                          // bytes
constexpr std::size_t kLargestKey = 65536;                        // store/keyring.h
constexpr std::string_view kVersionLine = "\npassword-version ";  // store/keyring.h
constexpr std::size_t kVersionDigits = 64;

template <class Value>
std::optional<Value> socket_option(int socket, int option) {
  Value value{};
  socklen_t size = sizeof value;
  if (::getsockopt(socket, SOL_SOCKET, option, &value, &size) != 0 || size != sizeof value) return std::nullopt;
  return value;
}

// Nothing unless it is a connected Unix socket whose peer the kernel knows.
std::optional<Uid> peer_of(int connection) {
  if (socket_option<int>(connection, SO_DOMAIN) != AF_UNIX) return std::nullopt;
  const auto peer = socket_option<ucred>(connection, SO_PEERCRED);
  if (!peer || Uid{peer->uid} == kNoUid || Uid{peer->uid} == kOverflowUid) return std::nullopt;
  return Uid{peer->uid};
}

// Of a few bytes and never waiting: what the engine does not take is its loss.
void send_reply(const Descriptor& reply, const std::string& text) {
  if (socket_option<int>(reply.get(), SO_DOMAIN) != AF_UNIX ||
      socket_option<int>(reply.get(), SO_TYPE) != SOCK_SEQPACKET)
    return;
  if (::send(reply.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return;
}

// The whole group: what a PAM module started goes with it.
void kill_check(pid_t pid) {
  ::kill(-pid, SIGKILL);
  ::kill(pid, SIGKILL);
}

// By its number: the header of glibc 2.36 declares pidfd_open(2) so that C++ cannot link it.
Descriptor open_process(pid_t pid) { return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

int value_of_hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// What the file says of it, or else the file itself. Nothing if it says something else.
std::optional<Secret> key_in(Secret file) {
  const auto at = file.text().find(kVersionLine);
  if (at == std::string_view::npos) return file;
  const std::string_view hex = file.text().substr(at + kVersionLine.size()).substr(0, kVersionDigits);
  if (hex.size() != kVersionDigits) return std::nullopt;
  Secret key = Secret::of_size(kVersionDigits / 2);
  for (std::size_t i = 0; i < key.size(); ++i) {
    const int high = value_of_hex(hex[2 * i]);
    const int low = value_of_hex(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key.writable()[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return key;
}

std::optional<std::string> keyed_hash(const Secret& key, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (::HMAC(EVP_sha256(), key.bytes().data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data(), &size) == nullptr)
    return std::nullopt;
  std::string shown;
  for (unsigned i = 0; i < size; ++i) shown += fmt::format("{:02x}", hash.at(i));
  return shown;
}

}  // namespace

Monitor::Monitor(Options options) : options_(std::move(options)), shadow_(options_.shadow_path) {}

Monitor::~Monitor() {
  for (const auto& check : checks_) {
    kill_check(check.pid);
    ::waitpid(check.pid, nullptr, 0);
  }
}

void Monitor::add_channel(Descriptor channel) { channels_.push_back(std::move(channel)); }

void Monitor::listen_on(Descriptor listener, Uid engine) {
  listener_ = std::move(listener);
  engine_ = engine;
}

void Monitor::stop_on(Descriptor event) { stop_ = std::move(event); }

void Monitor::run() {
  while (listener_ || !channels_.empty()) {
    const bool may_accept = listener_ && channels_.size() < kMostChannels;
    std::vector<pollfd> ready{{.fd = stop_.get(), .events = POLLIN, .revents = 0},
                              {.fd = may_accept ? listener_.get() : -1, .events = POLLIN, .revents = 0}};
    for (const auto& channel : channels_) ready.push_back({.fd = channel.get(), .events = POLLIN, .revents = 0});
    for (const auto& check : checks_) ready.push_back({.fd = check.process.get(), .events = POLLIN, .revents = 0});
    if (::poll(ready.data(), ready.size(), wait_time()) < 0 && errno != EINTR) return;
    if (ready[0].revents != 0) return;

    // Checks first, and last what changes the lists.
    const std::size_t channels = channels_.size();
    std::size_t i = 2 + channels;
    std::erase_if(checks_, [&](Check& check) { return ready.at(i++).revents != 0 && finish(check); });
    end_overdue();
    i = 2;
    std::erase_if(channels_, [&](const Descriptor& channel) { return ready.at(i++).revents != 0 && !serve(channel); });
    if (ready[1].revents != 0) accept_engine();
  }
}

// Milliseconds until the first check is overdue, rounded up; -1 without one.
int Monitor::wait_time() const {
  int wait = -1;
  for (const auto& check : checks_) {
    if (!check.reply) continue;  // killed already
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(check.deadline - std::chrono::steady_clock::now());
    const int milliseconds = static_cast<int>(std::max(left.count(), std::chrono::milliseconds::rep{0}));
    wait = wait < 0 ? milliseconds : std::min(wait, milliseconds);
  }
  return wait;
}

void Monitor::accept_engine() {
  Descriptor channel(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (channel && peer_of(channel.get()) == engine_) add_channel(std::move(channel));
}

bool Monitor::serve(const Descriptor& channel) {
  Packet packet;
  const auto got = packet.receive(channel.get());
  if (got == Packet::Got::nothing) return true;
  if (got != Packet::Got::packet) return false;
  const auto request = parse_request(packet.bytes(), packet.descriptors());
  if (!request) return false;
  switch (request->question) {
    case Question::password:
      answer_password(packet.take_descriptors(), request->content);
      return true;
    case Question::version:
      answer_version(packet.take_descriptors().at(0), request->content);
      return true;
  }
  return false;
}

void Monitor::answer_password(std::vector<Descriptor> descriptors, std::string_view password) {
  Descriptor reply = std::move(descriptors.at(0));
  const auto at_once = start_check(descriptors.at(1), password, reply);
  // Before the engine hears: it keeps the connection until then, so that this is not its last close, which may last as
  // long as the client likes (it may have sent along a socket that lingers).
  descriptors.clear();
  if (at_once) send_reply(reply, reply_of(*at_once));
}

// The answer, or nothing: then a process works on it and has taken the reply channel.
std::optional<PasswordReply> Monitor::start_check(const Descriptor& connection, std::string_view password,
                                                  Descriptor& reply) {
  const auto uid = peer_of(connection.get());
  if (!uid || checks_.size() >= options_.most_checks) return PasswordReply{};
  const auto taken = options_.clock();
  if (!tries_.take(*uid, taken))
    return PasswordReply{.answer = PasswordAnswer::too_often, .wait = tries_.wait(*uid, taken)};
  const auto deadline = std::chrono::steady_clock::now() + options_.check_limit;
  const pid_t pid = ::fork();
  if (pid < 0) return PasswordReply{};
  if (pid == 0) check_password_and_exit(*uid, Secret(password), options_.pam, shadow_);
  Descriptor process = open_process(pid);
  if (!process) {
    kill_check(pid);
    ::waitpid(pid, nullptr, 0);
    return PasswordReply{};
  }
  checks_.push_back({.process = std::move(process),
                     .pid = pid,
                     .reply = std::move(reply),
                     .deadline = deadline,
                     .uid = *uid,
                     .taken = taken});
  return std::nullopt;
}

void Monitor::answer_version(const Descriptor& reply, std::string_view name) {
  send_reply(reply, reply_of(version_of(name)));
}

Version Monitor::version_of(std::string_view name) {
  if (key_.empty()) {
    // Read with the first question that needs it: there may be no store yet when this process starts.
    auto file = read_file(options_.key_path, {.owners = options_.key_owners, .most = kLargestKey, .secret = true});
    if (!file || file->size() < kShortestKey) return std::unexpected(VersionError::unavailable);
    auto key = key_in(*std::move(file));
    if (!key) return std::unexpected(VersionError::unavailable);
    key_ = *std::move(key);
  }
  const auto known = shadow_.look_up(name);
  if (known.state == ShadowMap::Answer::State::unreadable) return std::unexpected(VersionError::unavailable);
  if (known.entry.setting.empty()) return std::nullopt;
  // The first part keeps it apart from all else that is made with this key.
  std::string text = "mfa password version";
  for (const auto& part : {std::string(name), known.entry.setting}) text += '\0' + part;
  auto hash = keyed_hash(key_, text);
  if (!hash) return std::unexpected(VersionError::unavailable);
  return *std::move(hash);
}

// True when the process is gone.
bool Monitor::finish(Check& check) {
  // While it has not been waited for, its number is its own, and so is that of its group.
  ::kill(-check.pid, SIGKILL);
  siginfo_t how{};
  const int waited = ::waitid(P_PIDFD, static_cast<id_t>(check.process.get()), &how, WEXITED | WNOHANG);
  if (waited == 0 && how.si_pid == 0) return false;
  const auto answer = waited == 0 ? answer_of(how.si_code, how.si_status) : PasswordAnswer::unavailable;
  if (answer == PasswordAnswer::right) tries_.give_back(check.uid, check.taken);
  if (check.reply) send_reply(check.reply, reply_of(PasswordReply{.answer = answer}));
  return true;
}

void Monitor::end_overdue() {
  const auto now = std::chrono::steady_clock::now();
  for (auto& check : checks_) {
    if (!check.reply || now < check.deadline) continue;
    kill_check(check.pid);
    send_reply(check.reply, reply_of(PasswordReply{}));
    check.reply.reset();
  }
}

}  // namespace mfa::monitor
