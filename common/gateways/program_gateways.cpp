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

SteadyTime steady_now() {
  return std::chrono::duration_cast<SteadyTime>(std::chrono::steady_clock::now().time_since_epoch());
}

DeliveryReport failed(const GatewaySettings& gateway, std::string detail) {
  return {.delivery = Delivery::failed, .gateway = gateway.name, .detail = std::move(detail)};
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

bool GatewayMemory::begin(const std::string& name, std::chrono::milliseconds limit, SteadyTime now,
                          std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  Entry& entry = entries_[name];  // stays where it is, whatever is added
  if (!ended_.wait_for(lock, patience, [&] { return entry.running < kMostAtOnce; })) return false;
  ++entry.running;
  entry.health = being_tried(entry.health, limit, now);
  return true;
}

GatewayHealth GatewayMemory::end(const std::string& name, PhoneUse use, Delivery delivery,
                                 std::chrono::milliseconds took, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[name];
  --entry.running;
  entry.health = tried(entry.health, use, delivery, took, now);
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
      if (left < std::min<std::chrono::milliseconds>(kLeastTry, limits.each)) return last;
      const auto began = steady_now();
      const auto report = try_one(fit[at], message, std::min(limits.each, left), waiting ? left - limits.each : 0ms);
      auto tries = std::move(last.tries);
      last = report.value_or(failed(fit[at], "has too many messages under way"));
      if (report || waiting)
        tries.push_back(
            {.gateway = last.gateway,
             .delivery = last.delivery,
             .detail = last.detail,
             .silent = report && last.delivery == Delivery::failed && steady_now() - began > limits.each / 2});
      last.tries = std::move(tries);
      if (!report && !waiting) full.push_back(at);
      if (!report && waiting)
        journal_.note(Severity::warning,
                      fmt::format("gateway full gateway={} channel={} under_way={}", quoted_value(fit[at].name),
                                  name_of(message.use), GatewayMemory::kMostAtOnce));
      if (last.delivery != Delivery::failed) return last;
    }
  }
  return last;
}

std::optional<DeliveryReport> ProgramGateways::try_one(const GatewaySettings& gateway, const PhoneMessage& message,
                                                       std::chrono::milliseconds limit,
                                                       std::chrono::milliseconds patience) {
  if (!memory_.begin(gateway.name, limit, steady_now(), std::max(patience, 0ms))) return std::nullopt;
  const SteadyTime began = steady_now();
  DeliveryReport report = run(gateway, message, limit);
  const SteadyTime ended = steady_now();
  const Delivery judged = report.of_message ? Delivery::refused : report.delivery;
  const GatewayHealth health = memory_.end(gateway.name, message.use, judged, ended - began, ended);
  if (report.of_message && health.failures == 0) {
    journal_.note(Severity::warning,
                  fmt::format("gateway failed gateway={} channel={} fault=message detail={}",
                              quoted_value(gateway.name), name_of(message.use), quoted_value(report.detail)));
  } else if (report.delivery == Delivery::failed || health.failures > 0) {
    const auto pause = std::chrono::ceil<std::chrono::seconds>(health.passed_over_until - ended);
    journal_.note(Severity::warning,
                  fmt::format("gateway {} gateway={} channel={} detail={} passed_over={}s",
                              report.delivery == Delivery::failed ? "failed" : "was slow", quoted_value(gateway.name),
                              name_of(message.use), quoted_value(report.detail), pause.count()));
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
                                     .unwanted = message.unwanted});
  if (message.unwanted.stop_requested()) return given_up(gateway);
  if (!answer) return failed(gateway, std::string(in_words(answer.error())));
  if (answer->status != 0) return failed(gateway, fmt::format("ended with status {}", answer->status));
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
