// mfa-number: reads questions from standard input, writes their answers (number_message.h). Run by mfad, as its user,
// when somebody enrols a phone. Exit status 0: there is an answer.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "common/numbers/number_message.h"
#include "common/numbers/number_reader.h"
#include "common/ports/phone_numbers.h"

namespace {

// What numbers need is a tenth of this. Where limits may not be set (systemd's filter), mfad's limit of time remains.
void bound_itself() {
  constexpr rlim_t kMemory = rlim_t{512} << 20U;  // bytes
  constexpr rlim_t kSeconds = 5;
  const rlimit memory{.rlim_cur = kMemory, .rlim_max = kMemory};
  const rlimit time{.rlim_cur = kSeconds, .rlim_max = kSeconds};
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
#ifndef MFA_SANITIZED  // the sanitizers map terabytes
  (void)setrlimit(RLIMIT_AS, &memory);
#else
  (void)memory;
#endif
  (void)setrlimit(RLIMIT_CPU, &time);
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // it holds a number
}

// All of it, or empty if it is longer than questions can be.
std::string read_input() {
  constexpr std::size_t kMost = mfa::kLongestNumberMessage * mfa::kMostNumbers;
  std::string text;
  std::array<char, mfa::kLongestNumberMessage> piece{};
  while (true) {
    const auto got = read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > kMost) return {};
  }
}

bool write_all(std::string_view text) {
  while (!text.empty()) {
    const auto put = write(STDOUT_FILENO, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

int answer() {
  const std::string input = read_input();
  std::string_view rest = input;
  std::size_t answered = 0;
  do {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto question = mfa::read_question(rest.substr(0, end));
    if (!question || answered == mfa::kMostNumbers) {
      (void)std::fputs("mfa-number: error: this is no question; mfad runs this program\n", stderr);
      return 2;
    }
    const mfa::Secret reply = mfa::write_answer(mfa::read_number(question->typed, question->country));
    if ((answered > 0 && !write_all("\n")) || !write_all(reply.text())) return 1;
    ++answered;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  } while (!rest.empty());
  return 0;
}

}  // namespace

int main() {
  bound_itself();
  try {
    return answer();
  } catch (const std::exception&) {
    return 1;
  }
}
