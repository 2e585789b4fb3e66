// One SOCK_SEQPACKET packet with the descriptors that come with it (unix(7), SCM_RIGHTS).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "common/service/monitor/message.h"
#include "common/system/descriptor.h"

namespace mfa::monitor {

// A whole packet or nothing, in a buffer that is wiped with it: passwords pass through.
class Packet {
 public:
  Packet() = default;
  Packet(const Packet&) = delete;
  Packet& operator=(const Packet&) = delete;
  ~Packet();

  enum class Got : std::uint8_t {
    packet,
    nothing,  // not now
    end,      // the other end closed, or an error
    refused,  // longer than any message, or with more descriptors: what came was closed
  };
  // Does not wait.
  [[nodiscard]] Got receive(int socket);
  [[nodiscard]] std::string_view bytes() const { return {buffer_.data(), size_}; }
  [[nodiscard]] std::vector<Descriptor> take_descriptors() { return std::exchange(descriptors_, {}); }
  [[nodiscard]] std::size_t descriptors() const { return descriptors_.size(); }

 private:
  std::array<char, kLongestMessage> buffer_{};
  std::size_t size_ = 0;
  std::vector<Descriptor> descriptors_;
};

// `first` and `rest` as one packet; at most kMostDescriptors descriptors. Waits as long as the socket's SO_SNDTIMEO.
[[nodiscard]] bool send_packet(int socket, char first, std::string_view rest, std::span<const int> descriptors);

// A connected pair of sockets for packets, close-on-exec; two empty descriptors on failure.
[[nodiscard]] std::pair<Descriptor, Descriptor> packet_pair();

}  // namespace mfa::monitor
