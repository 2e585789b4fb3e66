// The sound of a call: what is offered (RFC 4566), sent and heard (RFC 3550), its encryption (RFC 3711, keys by RFC
// 4568) and the keys that are pressed (RFC 4733).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "common/domain/types.h"
#include "gateways/sip/re.h"
#include "gateways/sip/sound.h"

namespace mfa::sip {

class Media {
 public:
  // `pressed` is told of #.
  Media(bool encrypted, std::function<void()> pressed) : encrypted_(encrypted), pressed_(std::move(pressed)) {}
  Media(const Media&) = delete;
  Media& operator=(const Media&) = delete;
  ~Media();

  [[nodiscard]] bool open(const sa& local, const sa& server);
  // What is offered; null on a fault.
  [[nodiscard]] Ref<mbuf> offer();
  // Takes what the other side says to it. The error is a sentence; empty: the sound can be sent.
  [[nodiscard]] std::string accept(mbuf* description);

  // Plays it from now on; `ended` is told when the last of it has gone.
  void play(std::span<const std::int16_t> sound, std::function<void()> ended);

 private:
  [[nodiscard]] bool agree_on_keys();
  void send_due();
  void send_frame();
  void heard(const sa& from, const rtp_header& header, mbuf* packet);

  const bool encrypted_;
  const std::function<void()> pressed_;
  std::string server_;  // its address
  Ref<struct rtp_sock> rtp_;
  Ref<udp_helper> helper_;
  Ref<sdp_session> session_;
  sdp_media* media_ = nullptr;  // the session's
  Ref<telev> keys_;
  Ref<srtp> outward_, inward_;
  Secret key_;

  std::uint8_t payload_ = 0;
  Law law_ = Law::mu;
  std::span<const std::int16_t> sound_;
  std::size_t sent_ = 0;  // samples of it
  std::uint32_t time_ = 0;
  std::uint64_t began_ = 0;  // milliseconds
  std::function<void()> ended_;
  tmr timer_{};
};

}  // namespace mfa::sip
