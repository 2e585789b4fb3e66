#include "common/gateways/program_gateways.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/domain/event_line.h"
#include "common/gateways/gateway_message.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;

constexpr auto kLeastTry = 2s;  // with less time than that, another try has no point
constexpr auto kForCheck = 5s;
constexpr auto kFarewell = 2s;  // to hang up

SteadyTime steady_now() {
  return std::chrono::duration_cast<SteadyTime>(std::chrono::steady_clock::now().time_since_epoch());
}

DeliveryReport failed(const GatewaySettings& gateway, std::string detail) {
  return {.delivery = Delivery::failed, .gateway = gateway.name, .detail = std::move(detail)};
}

// What was begun, and nobody knows how far it came.
DeliveryReport unclear(const GatewaySettings& gateway, std::string detail) {
  return {.delivery = Delivery::unclear, .gateway = gateway.name, .detail = std::move(detail)};
}

// Of the last try and those before it: what may have gone out is not over because another gateway was of no use.
DeliveryReport of_all(DeliveryReport last) {
  const auto lost = std::ranges::find(last.tries, Delivery::unclear, &DeliveryReport::Try::delivery);
  if (last.delivery != Delivery::failed || lost == last.tries.end()) return last;
  last.delivery = lost->delivery;
  last.gateway = lost->gateway;
  last.detail = lost->detail;
  return last;
}

// No fault of the gateway's, and nothing for the next one.
DeliveryReport given_up(const GatewaySettings& gateway) {
  return {.delivery = Delivery::refused,
          .gateway = gateway.name,
          .detail = "whoever asked for the call has gone",
          .why = Refusal::unanswered};
}

}  // namespace

std::vector<GatewayHealth> GatewayMemory::health_of(std::span<const GatewaySettings> gateways) {
  const std::lock_guard lock(mutex_);
  std::vector<GatewayHealth> health;
  health.reserve(gateways.size());
  for (const GatewaySettings& gateway : gateways) {
    const auto entry = entries_.find(gateway.name);
    health.push_back(entry == entries_.end() ? GatewayHealth{} : entry->second.health);
  }
  return health;
}

bool GatewayMemory::begin(const std::string& name, GatewayPlace place, std::chrono::milliseconds limit, SteadyTime now,
                          std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  Entry& entry = entries_[name];  // stays where it is, whatever is added
  Entry::Running& running = entry.running[place.use];
  const auto free = [&] { return running.all < kMostAtOnce && (!place.unproven || running.unproven < kMostUnproven); };
  if (!ended_.wait_for(lock, patience, free)) return false;
  ++running.all;
  if (place.unproven) ++running.unproven;
  entry.health = being_tried(entry.health, limit, now);
  return true;
}

GatewayHealth GatewayMemory::end(const std::string& name, GatewayPlace place, Delivery delivery,
                                 std::chrono::milliseconds took, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[name];
  Entry::Running& running = entry.running[place.use];
  --running.all;
  if (place.unproven) --running.unproven;
  entry.health = tried(entry.health, place.use, delivery, took, now);
  ended_.notify_all();
  return entry.health;
}

std::string ProgramGateways::path_of(const GatewaySettings& gateway) const {
  return gateway.program.starts_with('/') ? gateway.program : fmt::format("{}/{}", options_.folder, gateway.program);
}

DeliveryReport ProgramGateways::send(const PhoneMessage& message) {
  const MessageLimits limits = options_.limits(message.use);
  const SteadyTime until = steady_now() + limits.all;
  std::vector<GatewaySettings> fit;
  std::ranges::copy_if(gateways_, std::back_inserter(fit), [&](const GatewaySettings& gateway) {
    return carries(gateway, message.use, message.mode) && (message.only.empty() || message.only == gateway.name) &&
           std::ranges::find(message.pass_over, gateway.name) == message.pass_over.end();
  });
  DeliveryReport last{.delivery = Delivery::failed, .gateway = {}, .detail = "no gateway is configured for it"};
  std::vector<std::size_t> full;
  for (const bool waiting : {false, true}) {
    const auto places = waiting ? std::exchange(full, {}) : order_to_try(memory_.health_of(fit), steady_now());
    for (const std::size_t at : places) {
      const auto left = until - steady_now();
      if (left < std::min<std::chrono::milliseconds>(kLeastTry, limits.each)) return of_all(std::move(last));
      const auto began = steady_now();
      const auto report = try_one(fit[at], message, std::min(limits.each, left), waiting ? left - limits.each : 0ms);
      auto tries = std::move(last.tries);
      const bool none_tried = tries.empty() || last.full;
      last = report.value_or(failed(fit[at], "has too many messages under way"));
      last.full = !report && none_tried;
      if (report || waiting)
        tries.push_back({.gateway = last.gateway,
                         .delivery = last.delivery,
                         .detail = last.detail,
                         .silent = report && was_in_vain(last.delivery) && steady_now() - began > limits.each / 2});
      last.tries = std::move(tries);
      if (!report && !waiting) full.push_back(at);
      if (!report && waiting) note_full(fit[at], message);
      if (!was_in_vain(last.delivery)) return last;
    }
  }
  return of_all(std::move(last));
}

void ProgramGateways::note_full(const GatewaySettings& gateway, const PhoneMessage& message) {
  journal_.note(Severity::warning,
                fmt::format("gateway full gateway={} channel={} numbers={} under_way={}", quoted_value(gateway.name),
                            name_of(message.use), message.unproven ? "unproven" : "proven",
                            message.unproven ? GatewayMemory::kMostUnproven : GatewayMemory::kMostAtOnce));
}

std::optional<DeliveryReport> ProgramGateways::try_one(const GatewaySettings& gateway, const PhoneMessage& message,
                                                       std::chrono::milliseconds limit,
                                                       std::chrono::milliseconds patience) {
  const GatewayPlace place{.use = message.use, .unproven = message.unproven};
  if (!memory_.begin(gateway.name, place, limit, steady_now(), std::max(patience, 0ms))) return std::nullopt;
  const SteadyTime began = steady_now();
  DeliveryReport report = run(gateway, message, limit);
  const SteadyTime ended = steady_now();
  const Delivery judged = report.of_message ? Delivery::refused : report.delivery;
  const GatewayHealth health = memory_.end(gateway.name, place, judged, ended - began, ended);
  if (report.of_message && health.failures == 0) {
    journal_.note(Severity::warning,
                  fmt::format("gateway {} gateway={} channel={} fault=message detail={}", name_of(report.delivery),
                              quoted_value(gateway.name), name_of(message.use), quoted_value(report.detail)));
  } else if (was_in_vain(report.delivery) || health.failures > 0) {
    const auto pause = std::chrono::ceil<std::chrono::seconds>(health.passed_over_until - ended);
    journal_.note(Severity::warning, fmt::format("gateway {} gateway={} channel={} detail={} passed_over={}s",
                                                 was_in_vain(report.delivery) ? name_of(report.delivery) : "was slow",
                                                 quoted_value(gateway.name), name_of(message.use),
                                                 quoted_value(report.detail), pause.count()));
  } else if (report.delivery == Delivery::refused) {
    journal_.note(Severity::notice,
                  fmt::format("gateway refused gateway={} channel={} detail={}", quoted_value(gateway.name),
                              name_of(message.use), quoted_value(report.detail)));
  }
  return report;
}

DeliveryReport ProgramGateways::run(const GatewaySettings& gateway, const PhoneMessage& message,
                                    std::chrono::milliseconds limit) {
  const std::string path = path_of(gateway);
  if (std::string objection = objection_to_program(path, options_.owner); !objection.empty())
    return failed(gateway, std::move(objection));
  const auto seconds = std::max(std::chrono::floor<std::chrono::seconds>(limit), std::chrono::seconds(1));
  const auto answer = programs_.run({.path = path,
                                     .arguments = {gateway.settings},
                                     .input = write_request({.message = message, .timeout = seconds}),
                                     .limit = limit,
                                     .most_output = kLargestReply,
                                     .closed = options_.closed,
                                     .unwanted = message.unwanted,
                                     .farewell = kFarewell});
  if (message.unwanted.stop_requested()) return given_up(gateway);
  if (!answer && answer.error() == ProgramFault::not_started)
    return failed(gateway, std::string(in_words(answer.error())));
  if (!answer) return unclear(gateway, std::string(in_words(answer.error())));
  if (answer->status != 0) return unclear(gateway, fmt::format("ended with status {}", answer->status));
  GatewayReply reply = read_reply(answer->output.text(), message);
  return {.delivery = reply.delivery,
          .gateway = gateway.name,
          .detail = std::move(reply.detail),
          .of_message = reply.of_message,
          .why = reply.why};
}

// With nothing on its standard input: one that does not know --check has no message to send.
GatewayCheck ProgramGateways::check_one(const GatewaySettings& gateway) {
  const auto answer = programs_.run({.path = path_of(gateway),
                                     .arguments = {"--check", gateway.settings},
                                     .input = {},
                                     .limit = kForCheck,
                                     .most_output = kLargestReply,
                                     .closed = options_.closed});
  auto check = answer && answer->status == 0 ? read_check(answer->output.text()) : std::nullopt;
  if (check) {
    check->gateway = gateway;
    return *std::move(check);
  }
  GatewayCheck none;
  none.gateway = gateway;
  if (std::ranges::find(kGatewayPrograms, gateway.program) == kGatewayPrograms.end()) return none;
  none.result = GatewayCheck::Result::bad;
  none.detail = fmt::format("{} says nothing of its settings: {}", gateway.program,
                            answer ? "is it of the same release?" : in_words(answer.error()));
  return none;
}

std::vector<GatewayCheck> ProgramGateways::check() {
  std::vector<GatewayCheck> checks;
  for (const GatewaySettings& gateway : gateways_) {
    const bool told = !objection_to_program(path_of(gateway), options_.owner).empty() ||
                      ::access(gateway.settings.c_str(), R_OK) != 0;
    if (!told) checks.push_back(check_one(gateway));
  }
  return checks;
}

}  // namespace mfa
