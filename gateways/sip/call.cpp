#include "gateways/sip/call.h"

#include <netdb.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/system/descriptor.h"
#include "gateways/sip/final_status.h"
#include "gateways/sip/keys.h"
#include "gateways/sip/media.h"
#include "gateways/sip/re.h"

namespace mfa::sip {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kLeastRinging = 8s;
constexpr milliseconds kFirstSign = 4s;  // it is due after 200 ms (RFC 3261 §17.2.1)
constexpr milliseconds kToHangUp = 2s;   // for the other side to say that it heard
constexpr milliseconds kToLeave = 1s;    // the same, when nobody waits for us
constexpr milliseconds kToPress = 4s;    // after the sound was heard once
constexpr milliseconds kBreath = 700ms;  // until the handset is at the ear
constexpr std::uint16_t kRinging = 180;  // and what is above: it is on its way to a telephone (RFC 3261 §21.1)
constexpr std::uint32_t kBuckets = 8;    // of libre's tables, for one call

GatewayReply failed(std::string detail) { return {.delivery = Delivery::failed, .detail = std::move(detail)}; }
GatewayReply unclear(std::string detail) { return {.delivery = Delivery::unclear, .detail = std::move(detail)}; }
GatewayReply refused(std::string detail, Refusal why = Refusal::unknown) {
  return {.delivery = Delivery::refused, .detail = std::move(detail), .why = why};
}

bool points_elsewhere(std::string_view message) { return message.starts_with("SIP/2.0 3"); }

// The first address of the server, and ours from which it is reached.
struct Ends {
  sa server{}, local{};
};
std::optional<Ends> ends_of(const SipSettings& settings) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (::getaddrinfo(settings.host.c_str(), std::to_string(settings.port).c_str(), &hints, &list) != 0)
    return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    const Descriptor probe(::socket(one->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_storage mine{};
    socklen_t size = sizeof mine;
    auto* name = reinterpret_cast<sockaddr*>(&mine);
    if (!probe || ::connect(probe.get(), one->ai_addr, one->ai_addrlen) != 0 ||
        ::getsockname(probe.get(), name, &size) != 0)
      continue;
    Ends ends;
    if (sa_set_sa(&ends.server, one->ai_addr) != 0 || sa_set_sa(&ends.local, name) != 0) continue;
    sa_set_port(&ends.local, 0);
    return ends;
  }
  return std::nullopt;
}

// OpenSSL itself checks the certificate and its name for every connection of this context.
bool trust(SSL_CTX* context, const SipSettings& settings) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM* wanted = SSL_CTX_get0_param(context);
  const bool named = X509_VERIFY_PARAM_set1_ip_asc(wanted, settings.host.c_str()) == 1 ||
                     X509_VERIFY_PARAM_set1_host(wanted, settings.host.c_str(), settings.host.size()) == 1;
  const bool authorities = settings.ca_file.empty()
                               ? SSL_CTX_set_default_verify_paths(context) == 1
                               : SSL_CTX_load_verify_locations(context, settings.ca_file.c_str(), nullptr) == 1;
  return named && authorities && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

class Call {
 public:
  Call(const SipSettings& settings, MessageMode mode, Samples sound, milliseconds limit)
      : settings_(settings),
        mode_(mode),
        sound_(std::move(sound)),
        until_(tmr_jiffies() + static_cast<std::uint64_t>(limit.count())),
        media_(settings.srtp, [this] { pressed(); }) {
    tmr_init(&timer_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    tmr_cancel(&timer_);
    if (ending_) fd_close(ending_.get());
  }

  [[nodiscard]] GatewayReply place(const PhoneNumber& number, milliseconds ringing) {
    if (std::string wrong = prepare(number); !wrong.empty()) return failed(std::move(wrong));
    ringing_ = ringing;
    expect(kFirstSign, [](Call& call) {
      if (!call.alive_) return call.finish(call.lost("the telephone system did not answer"));
      call.expect(call.ringing_ - kFirstSign,
                  [](Call& rung) { rung.finish(refused("nobody answered", Refusal::unanswered)); });
    });
    if (re_main(nullptr) != 0 || !reply_) return lost("the call could not be followed");
    return *reply_;
  }

 private:
  std::string prepare(const PhoneNumber& number);
  bool connect(const std::string& to, const std::string& from, const std::string& route);
  void established();
  void play();
  void pressed();
  void heard(std::string_view message);
  void closed(int error, const sip_msg* message);
  [[nodiscard]] GatewayReply lost(std::string detail) const;
  bool watch_for_end();
  void finish(GatewayReply reply, milliseconds patience = kToHangUp);

  void expect(milliseconds wait, void (*then)(Call&)) {
    then_ = then;
    tmr_start(
        &timer_, static_cast<std::uint64_t>(wait.count()),
        [](void* self) {
          auto& call = *static_cast<Call*>(self);
          call.then_(call);
        },
        this);
  }

  const SipSettings& settings_;
  const MessageMode mode_;
  const Samples sound_;
  const std::uint64_t until_;  // milliseconds, of libre's clock
  std::optional<GatewayReply> reply_;
  milliseconds ringing_{};
  bool asked_ = false;   // what places the call went out
  bool alive_ = false;   // the telephone system has taken note of us
  bool rang_ = false;    // and of a telephone
  bool agreed_ = false;  // on the sound
  bool established_ = false;
  void (*then_)(Call&) = nullptr;
  tmr timer_{};
  Descriptor ending_;  // readable when we are to end

  Ref<tls> tls_;
  Ref<struct sip> sip_;
  Ref<sipsess_sock> socket_;
  Media media_;
  Ref<sipsess> session_;
};

std::string Call::prepare(const PhoneNumber& number) {
  const auto ends = ends_of(settings_);
  if (!ends) return "the name of the telephone system is not known";
  const bool secure = settings_.transport == Transport::tls;
  const sip_transp transport = secure                                  ? SIP_TRANSP_TLS
                               : settings_.transport == Transport::tcp ? SIP_TRANSP_TCP
                                                                       : SIP_TRANSP_UDP;
  if (secure && (!own(tls_, [](tls** made) { return tls_alloc(made, TLS_METHOD_SSLV23, nullptr, nullptr); }) ||
                 !trust(tls_openssl_context(tls_.get()), settings_)))
    return "ca_file cannot be read";
  const auto ended = [](void*) { re_cancel(); };
  const auto called = [](const sip_msg* message, void* self) {
    (void)sip_treply(nullptr, static_cast<Call*>(self)->sip_.get(), message, 486, "Busy Here");
  };
  const bool fine =
      own(sip_,
          [&](struct sip** made) {
            return sip_alloc(made, nullptr, kBuckets, kBuckets, kBuckets, "pam_mfa/" MFA_VERSION, ended, this);
          }) &&
      sip_transp_add(sip_.get(), transport, &ends->local, tls_.get()) == 0 &&
      own(socket_, [&](sipsess_sock** made) { return sipsess_listen(made, sip_.get(), kBuckets, called, this); }) &&
      media_.open(ends->local, ends->server);
  if (!fine) return "no sockets are left for a call";
  sip_set_trace_handler(sip_.get(), [](bool sent, sip_transp, const sa*, const sa*, const std::uint8_t* packet,
                                       std::size_t size, void* self) {
    auto& call = *static_cast<Call*>(self);
    if (sent) call.asked_ = true;
    if (!sent) call.heard({reinterpret_cast<const char*>(packet), size});
  });

  const std::string route = [&] {
    std::array<char, 64> address{};
    (void)re_snprintf(address.data(), address.size(), "%J", &ends->server);
    return fmt::format("sip:{}{}", address.data(), sip_transp_param(transport));
  }();
  const std::string to =
      fmt::format("sip:{}{}@{}", settings_.prefix, std::string_view(number.e164).substr(1), settings_.domain);
  const std::string from = fmt::format("sip:{}@{}", settings_.username, settings_.domain);
  if (!watch_for_end()) return "the call could not be followed";
  return connect(to, from, route) ? std::string() : "the telephone system cannot be called";
}

bool Call::connect(const std::string& to, const std::string& from, const std::string& route) {
  const Ref<mbuf> description = media_.offer();
  if (!description) return false;
  const auto authenticate = [](char** username, char** password, const char*, void* self) {
    const SipSettings& settings = static_cast<Call*>(self)->settings_;
    const int error = str_dup(username, settings.username.c_str());
    return error != 0 ? error : str_dup(password, std::string(settings.password.text()).c_str());
  };
  const auto offered = [](mbuf**, const sip_msg*, void*) { return EPROTO; };  // nothing is changed in a call
  const auto answered = [](const sip_msg* message, void* self) {
    auto& call = *static_cast<Call*>(self);
    // Somebody answered, and it cost what a call costs.
    if (std::string wrong = call.media_.accept(message->mb); !wrong.empty()) call.finish(refused(std::move(wrong)));
    call.agreed_ = true;
    return 0;
  };
  const auto progress = [](const sip_msg* message, void* self) {
    auto& call = *static_cast<Call*>(self);
    call.alive_ = true;
    call.rang_ = call.rang_ || message->scode >= kRinging;
  };
  const auto established = [](const sip_msg*, void* self) { static_cast<Call*>(self)->established(); };
  const auto info = [](struct sip* sip, const sip_msg* message, void* self) {
    const auto text = [](const pl& part) { return part.p == nullptr ? std::string() : std::string(part.p, part.l); };
    const std::string type = fmt::format("{}/{}", text(message->ctyp.type), text(message->ctyp.subtype));
    const std::string_view body(reinterpret_cast<const char*>(mbuf_buf(message->mb)), mbuf_get_left(message->mb));
    (void)sip_reply(sip, message, 200, "OK");
    if (tells_hash(type, body)) static_cast<Call*>(self)->pressed();
  };
  const auto closed = [](int error, const sip_msg* message, void* self) {
    static_cast<Call*>(self)->closed(error, message);
  };
  const char* routes[] = {route.c_str()};
  return own(session_, [&](sipsess** made) {
    return sipsess_connect(made, socket_.get(), to.c_str(), nullptr, from.c_str(), settings_.username.c_str(), routes,
                           1, "application/sdp", description.get(), authenticate, this, false, offered, answered,
                           progress, established, info, nullptr, closed, this, nullptr);
  });
}

void Call::established() {
  if (reply_) return;
  if (!agreed_) return finish(refused("the telephone system says nothing of the sound"));
  established_ = true;
  if (mode_ == MessageMode::press) {
    expect(milliseconds(static_cast<std::int64_t>(until_ - std::min(until_, tmr_jiffies()))),
           [](Call& call) { call.finish(refused("nobody pressed #", Refusal::not_pressed)); });
  } else {
    tmr_cancel(&timer_);  // the sound ends by itself
  }
  play();
}

void Call::play() {
  media_.play(sound_, [this] {
    if (mode_ == MessageMode::press) {
      play();
    } else {
      finish({.delivery = Delivery::sent, .detail = {}});
    }
  });
}

void Call::pressed() {
  if (mode_ == MessageMode::press && !reply_) finish({.delivery = Delivery::approved, .detail = {}});
}

// Before libre does anything about it: it would go on to whatever number an answer of 3xx points to. What does not know
// the random name of this call is none of its answers, whoever sent it: any program of this host can send to our port.
// From where it comes does not matter, nor does it to libre.
void Call::heard(std::string_view message) {
  if (established_ || !session_ || !points_elsewhere(message)) return;
  const char* name = sip_dialog_callid(sipsess_dialog(session_.get()));
  if (name == nullptr || *name == '\0' || !message.contains(name)) return;
  finish(refused(fmt::format("the telephone system points to another number (SIP {})", message.substr(8, 3))));
}

// The other side ended it, or never began.
void Call::closed(int error, const sip_msg* message) {
  if (message != nullptr && message->scode >= 300) return finish(meaning(message->scode, rang_ || agreed_));
  if (established_ && mode_ == MessageMode::press)
    return finish(refused("they hung up without pressing #", Refusal::not_pressed));
  if (established_) return finish({.delivery = Delivery::sent, .detail = {}});  // whoever has heard enough hangs up
  if (error == ETIMEDOUT) return finish(lost("the telephone system did not answer"));
  const bool never_there = error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH;
  const std::string detail = settings_.transport == Transport::tls
                                 ? "the telephone system cannot be reached, or its certificate is not trusted"
                                 : "the telephone system cannot be reached";
  finish(never_there && !alive_ ? failed(detail) : lost(detail));
}

// Nothing more is heard of it. A telephone that rang has had its call; else it may ring yet, if the system was asked.
GatewayReply Call::lost(std::string detail) const {
  if (rang_ || agreed_) return refused(std::move(detail), Refusal::unanswered);
  return asked_ && alive_ ? unclear(std::move(detail)) : failed(std::move(detail));  // a dead system rings nobody
}

// SIGTERM comes as something to read, so that it is seen between other things that happen, and never missed.
bool Call::watch_for_end() {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  if (::sigprocmask(SIG_BLOCK, &end, nullptr) != 0) return false;
  ending_ = Descriptor(::signalfd(-1, &end, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!ending_) return false;
  const auto ends = [](int, void* self) {
    auto& call = *static_cast<Call*>(self);
    signalfd_siginfo signal{};
    if (::read(call.ending_.get(), &signal, sizeof signal) <= 0) return;
    call.finish(refused("nobody waits for the call any more", Refusal::unanswered), kToLeave);
  };
  return fd_listen(ending_.get(), FD_READ, ends, this) == 0;
}

// Hangs up. The loop ends when that has been heard, or soon.
void Call::finish(GatewayReply reply, milliseconds patience) {
  if (reply_) return;
  reply_ = std::move(reply);
  session_.reset();
  expect(patience, [](Call&) { re_cancel(); });
  sipsess_close_all(socket_.get());
  sip_close(sip_.get(), false);
}

Samples with_silence(std::span<const std::int16_t> sound, milliseconds before, milliseconds after) {
  const auto samples = [](milliseconds time) { return static_cast<std::size_t>(time.count() * kSampleRate / 1000); };
  Samples whole(samples(before), 0);
  whole.insert(whole.end(), sound.begin(), sound.end());
  whole.resize(whole.size() + samples(after), 0);
  return whole;
}

}  // namespace

GatewayReply call(const SipSettings& settings, const PhoneNumber& number, std::span<const std::int16_t> sound,
                  MessageMode mode, milliseconds limit) {
  const bool press = mode == MessageMode::press;
  Samples whole = with_silence(sound, kBreath, press ? 2s : 300ms);
  const milliseconds length(static_cast<std::int64_t>(whole.size()) * 1000 / kSampleRate);
  const milliseconds ringing = limit - kToHangUp - length - (press ? kToPress : 0ms);
  if (ringing < kLeastRinging) return failed("what is to be said takes longer than there is time");
  if (libre_init() != 0) return failed("libre cannot be used");
  GatewayReply reply;
  {
    Call one(settings, mode, std::move(whole), limit - kToHangUp);
    reply = one.place(number, ringing);
  }
  libre_close();
  return reply;
}

}  // namespace mfa::sip
