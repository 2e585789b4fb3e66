#include "gateways/sip/media.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "common/system/random.h"
#include "gateways/sip/keys.h"
#include "gateways/sip/srtp_key.h"

namespace mfa::sip {
namespace {

constexpr std::size_t kFrame = 160;       // samples, 20 ms
constexpr std::uint64_t kFrameTime = 20;  // ms
constexpr int kKeyEvents = 101;           // payload type of pressed keys, as we offer it
constexpr std::uint16_t kFirstPort = 16384, kLastPort = 32766;
constexpr int kLayer = 10;  // of helpers on a socket, in libre: the nearest to it

Endpoint endpoint(const sa& address) {
  std::array<char, 64> text{};
  if (sa_ntop(&address, text.data(), static_cast<int>(text.size())) != 0) return {};
  return {.address = text.data(), .port = sa_port(&address)};
}

}  // namespace

Media::~Media() { tmr_cancel(&timer_); }

bool Media::open(const sa& local, const sa& server) {
  tmr_init(&timer_);
  server_ = endpoint(server).address;
  const auto receive = [](const sa* from, const rtp_header* header, mbuf* packet, void* self) {
    static_cast<Media*>(self)->heard(*from, *header, packet);
  };
  const auto sending = [](int* error, sa*, mbuf* packet, void* self) {
    *error = srtp_encrypt(static_cast<Media*>(self)->outward_.get(), packet);
    return *error != 0;  // whether it is done with
  };
  const auto receiving = [](sa*, mbuf* packet, void* self) {
    auto& inward = static_cast<Media*>(self)->inward_;
    return !inward || srtp_decrypt(inward.get(), packet) != 0;
  };
  if (!own(rtp_, [&](struct rtp_sock** made) {
        return rtp_listen(made, IPPROTO_UDP, &local, kFirstPort, kLastPort, false, receive, nullptr, this);
      }))
    return false;
  if (!own(keys_, [](telev** made) { return telev_alloc(made, TELEV_PTIME); })) return false;
  if (!encrypted_) return true;
  key_ = Secret::of_size(kSrtpKeySize);
  return KernelRandom().fill(key_.writable()) &&
         own(outward_,
             [&](srtp** made) {
               return srtp_alloc(made, SRTP_AES_CM_128_HMAC_SHA1_80, key_.bytes().data(), kSrtpKeySize, 0);
             }) &&
         own(helper_, [&](udp_helper** made) {
           return udp_register_helper(made, static_cast<udp_sock*>(rtp_sock(rtp_.get())), kLayer, sending, receiving,
                                      this);
         });
}

Ref<mbuf> Media::offer() {
  const sa* local = rtp_local(rtp_.get());
  if (!own(session_, [&](sdp_session** made) { return sdp_session_alloc(made, local); })) return nullptr;
  bool fine = sdp_media_add(&media_, session_.get(), sdp_media_audio, sa_port(local),
                            encrypted_ ? sdp_proto_rtpsavp : sdp_proto_rtpavp) == 0;
  const auto format = [&](const char* id, const char* name, const char* parameters) {
    fine = fine && sdp_format_add(nullptr, media_, false, id, name, kSampleRate, 1, nullptr, nullptr, nullptr, false,
                                  parameters) == 0;
  };
  format("0", "PCMU", nullptr);
  format("8", "PCMA", nullptr);
  format("101", telev_rtpfmt, "0-15");
  if (encrypted_) {
    std::string crypto = crypto_with(key_);
    fine = fine && sdp_media_set_lattr(media_, true, "crypto", "%s", crypto.c_str()) == 0;
    wipe(crypto);
  }
  Ref<mbuf> description;
  fine = fine && own(description, [&](mbuf** made) { return sdp_encode(made, session_.get(), true); });
  return fine ? std::move(description) : nullptr;
}

bool Media::agree_on_keys() {
  const char* crypto = sdp_media_rattr(media_, "crypto");
  const Secret key = crypto == nullptr ? Secret() : key_in(crypto);
  if (key.empty() || std::string_view(sdp_media_proto(media_)) != sdp_proto_rtpsavp) return false;
  return own(inward_, [&](srtp** made) {
    return srtp_alloc(made, SRTP_AES_CM_128_HMAC_SHA1_80, key.bytes().data(), kSrtpKeySize, 0);
  });
}

std::string Media::accept(mbuf* description) {
  if (sdp_decode(session_.get(), description, false) != 0)
    return "the telephone system answers with no description of sound";
  const sdp_format* format = sdp_media_rformat(media_, nullptr);
  const bool known =
      format != nullptr && (str_casecmp(format->name, "PCMU") == 0 || str_casecmp(format->name, "PCMA") == 0);
  if (!known || sdp_media_rport(media_) == 0) return "the telephone system does not take the sound (G.711)";
  if (encrypted_ && !agree_on_keys()) return "the telephone system does not encrypt the sound (SRTP)";
  payload_ = static_cast<std::uint8_t>(format->pt);
  law_ = str_casecmp(format->name, "PCMA") == 0 ? Law::a : Law::mu;
  return {};
}

void Media::play(std::span<const std::int16_t> sound, std::function<void()> ended) {
  sound_ = sound;
  sent_ = 0;
  ended_ = std::move(ended);
  began_ = tmr_jiffies();
  send_due();
}

// All that is due by now, so that a late timer makes no gap.
void Media::send_due() {
  const std::uint64_t due = (((tmr_jiffies() - began_) / kFrameTime) + 1) * kFrame;
  while (sent_ < sound_.size() && sent_ < due) send_frame();
  if (sent_ < sound_.size()) {
    tmr_start(&timer_, kFrameTime / 2, [](void* self) { static_cast<Media*>(self)->send_due(); }, this);
  } else if (const auto ended = std::exchange(ended_, nullptr)) {
    ended();
  }
}

void Media::send_frame() {
  std::array<std::uint8_t, kFrame> bytes{};
  bytes.fill(coded(0, law_));
  const auto samples = sound_.subspan(sent_, std::min(kFrame, sound_.size() - sent_));
  std::ranges::transform(samples, bytes.begin(), [&](std::int16_t sample) { return coded(sample, law_); });
  const bool first = sent_ == 0;
  sent_ += samples.size();
  const Ref<mbuf> packet(mbuf_alloc(RTP_HEADER_SIZE + bytes.size() + 16));
  if (!packet) return;
  packet->pos = packet->end = RTP_HEADER_SIZE;
  (void)mbuf_write_mem(packet.get(), bytes.data(), bytes.size());
  packet->pos = RTP_HEADER_SIZE;
  (void)rtp_send(rtp_.get(), sdp_media_raddr(media_), false, first, payload_, time_,
                 packet.get());  // as lost on the way
  time_ += kFrame;
}

// What comes is from the other side if it is encrypted with its key.
void Media::heard(const sa& from, const rtp_header& header, mbuf* packet) {
  if (media_ == nullptr || header.pt != kKeyEvents) return;
  if (!encrypted_ && !is_from(endpoint(from), endpoint(*sdp_media_raddr(media_)), server_)) return;
  int event = -1;
  bool end = false;
  if (telev_recv(keys_.get(), packet, &event, &end) == 0 && event == telev_digit2code('#')) pressed_();
}

}  // namespace mfa::sip
