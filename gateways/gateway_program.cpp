#include "gateways/gateway_program.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string_view>
#include <utility>

#include "common/system/error_text.h"

namespace mfa {
namespace {

void close_to_others() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  (void)std::signal(SIGPIPE, SIG_IGN);
}

// All of it; empty if it is longer than a request can be.
std::string read_input() {
  std::string text;
  std::array<char, 4096> piece{};
  while (true) {
    const auto got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > kLargestRequest) return {};
  }
}

bool write_output(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

int complain(std::string_view name, std::string_view what, std::string_view hint) {
  fmt::print(stderr, "{0}: error: {1}\n{0}: hint: {2}\n", name, what, hint);
  return 2;
}

GatewayCheck check(const GatewayProgram& program, const std::string& settings) {
  std::string wrong = program.wrong(settings);
  const auto result = wrong.empty() ? GatewayCheck::Result::good : GatewayCheck::Result::bad;
  return {.gateway = {},
          .result = result,
          .detail = std::move(wrong),
          .texts = program.texts,
          .calls = program.calls,
          .press = program.press};
}

}  // namespace

std::string unreadable(std::string_view key, const std::string& path) {
  if (path.empty() || ::access(path.c_str(), R_OK) == 0) return {};
  return fmt::format("{}: {}: {}", key, path, error_text(errno));
}

int run_gateway(int count, char** arguments, const GatewayProgram& program) {
  close_to_others();
  const std::string_view path = count > 0 ? arguments[0] : "gateway";
  const std::string_view name = path.substr(path.rfind('/') + 1);
  try {
    if (count == 3 && std::string_view(arguments[1]) == "--check")
      return write_output(write_check(check(program, arguments[2])) + "\n") ? 0 : 1;
    if (count != 2) return complain(name, "takes one argument, its settings file", "mfad runs it; see mfa-gateway(7)");
    const auto request = read_request(read_input());
    if (!request)
      return complain(name, "standard input is no request", "mfad runs it; mfa-gateway(7) has an example to try it by");
    GatewayReply reply = program.carry(arguments[1], *request);
    reply.detail = discreet(reply.detail, request->message.to, request->message.code.text());
    return write_output(write_reply(reply) + "\n") ? 0 : 1;
  } catch (const std::exception&) {
    return complain(name, "out of memory", "whether anything was sent is not known");
  }
}

}  // namespace mfa
