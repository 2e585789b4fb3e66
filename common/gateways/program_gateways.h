// The configured gateways as one: each a program that is run for one message, tried in order until one takes it on.
//
// What is remembered of how they did lives as long as the process and is no security state. Thread-safe: messages go
// side by side, a hanging program holds up the one who waits for it, and no more of one gateway run at a time than
// there are places: then a message goes to the next gateway, or waits its turn if that has none free either.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/ports/gateway.h"
#include "common/ports/system.h"
#include "common/system/programs.h"

namespace mfa {

// Those that come with this.
inline constexpr std::array<std::string_view, 5> kGatewayPrograms{"http", "sip", "gammu", "smstools", "file"};

// Whose places a message takes: texts never wait for calls, and whoever registers numbers leaves room for proven ones.
struct GatewayPlace {
  PhoneUse use = PhoneUse::text;
  bool unproven = false;
};

// How the gateways did, by their names; one for the whole process.
class GatewayMemory {
 public:
  static constexpr std::size_t kMostAtOnce = 32;                 // programs of one gateway and use
  static constexpr std::size_t kMostUnproven = kMostAtOnce / 2;  // of these

  [[nodiscard]] std::vector<GatewayHealth> health_of(std::span<const GatewaySettings> gateways);
  // False: as many as may run at once do, and none of them ended while `patience` lasted.
  [[nodiscard]] bool begin(const std::string& name, GatewayPlace place, std::chrono::milliseconds limit, SteadyTime now,
                           std::chrono::milliseconds patience);
  // Of a try that began; says what is remembered now.
  GatewayHealth end(const std::string& name, GatewayPlace place, Delivery delivery, std::chrono::milliseconds took,
                    SteadyTime now);

 private:
  struct Entry {
    GatewayHealth health;
    struct Running {
      std::size_t all = 0, unproven = 0;
    };
    std::map<PhoneUse, Running> running;
  };
  std::mutex mutex_;
  std::condition_variable ended_;
  std::map<std::string, Entry> entries_;
};

class ProgramGateways final : public Gateway {
 public:
  struct Options {
    std::string folder = MFA_LIBEXEC "/gateways";  // of the programs that are named without a path
    Uid owner{0};                                  // of the programs, besides root
    std::function<MessageLimits(PhoneUse)> limits = limits_of;
    std::vector<ClosedFolder> closed = {};  // what they do not reach NOLINT(readability-redundant-member-init)
  };

  // Borrows all but the options.
  ProgramGateways(std::span<const GatewaySettings> gateways, GatewayMemory& memory, Programs& programs,
                  Journal& journal)
      : ProgramGateways(gateways, memory, programs, journal, Options{}) {}
  ProgramGateways(std::span<const GatewaySettings> gateways, GatewayMemory& memory, Programs& programs,
                  Journal& journal, Options options)
      : gateways_(gateways), memory_(memory), programs_(programs), journal_(journal), options_(std::move(options)) {}

  [[nodiscard]] DeliveryReport send(const PhoneMessage& message) override;

  // Asks the programs whether their settings are right, for `admin check`; of what cannot be run or read nothing is
  // said. Five seconds each at most.
  [[nodiscard]] std::vector<GatewayCheck> check();

 private:
  // Nothing: it was not tried, for as long as `patience` lasted.
  [[nodiscard]] std::optional<DeliveryReport> try_one(const GatewaySettings& gateway, const PhoneMessage& message,
                                                      std::chrono::milliseconds limit,
                                                      std::chrono::milliseconds patience);
  [[nodiscard]] DeliveryReport run(const GatewaySettings& gateway, const PhoneMessage& message,
                                   std::chrono::milliseconds limit);
  void note_full(const GatewaySettings& gateway, const PhoneMessage& message);
  [[nodiscard]] GatewayCheck check_one(const GatewaySettings& gateway);
  [[nodiscard]] std::string path_of(const GatewaySettings& gateway) const;

  std::span<const GatewaySettings> gateways_;
  GatewayMemory& memory_;
  Programs& programs_;
  Journal& journal_;
  const Options options_;
};

}  // namespace mfa
