#include "gateways/sip/speech.h"

#include <algorithm>
#include <cstddef>

#include "common/system/programs.h"

namespace mfa::sip {
namespace {

constexpr std::size_t kMostSound = std::size_t{8} * 1024 * 1024;  // bytes: three minutes
constexpr std::string_view kWordsAMinute = "130";

bool is_language(std::string_view text) {
  return !text.empty() && text.size() <= 20 && text.front() != '-' && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

std::expected<Samples, std::string> spoken(const Secret& text, std::string_view language, const std::string& program,
                                           std::chrono::milliseconds limit) {
  if (const std::string objection = objection_to_program(program); !objection.empty())
    return std::unexpected("speech: " + objection);
  Programs programs;
  for (const std::string_view voice : {language, std::string_view("en")}) {
    if (!is_language(voice)) continue;
    const auto answer =
        programs.run({.path = program,
                      .arguments = {"-v", std::string(voice), "-s", std::string(kWordsAMinute), "--stdin", "--stdout"},
                      .input = text,
                      .limit = limit,
                      .most_output = kMostSound,
                      .own_group = false,
                      .environment = {"HOME=/nonexistent"}});  // lest its sound library makes a folder there
    if (!answer) return std::unexpected("speech: " + program + " " + std::string(in_words(answer.error())));
    if (auto sound = read_wave(answer->output.bytes()); answer->status == 0 && sound) return *std::move(sound);
  }
  return std::unexpected("speech: " + program + " gave no sound");
}

}  // namespace mfa::sip
