#include "common/flows/ssh_dialogue.h"

#include <algorithm>

#include "common/flows/texts.h"

namespace mfa {

namespace {

// Whether the first line was broken amid a sentence because it was full, and the second is not where they type.
bool goes_on(std::string_view text, std::size_t end) {
  const std::string_view next = text.substr(end + 1);
  if (end == 0 || end > texts::kColumns || !next.contains('\n')) return false;
  if (std::string_view(".:?!").contains(text[end - 1])) return false;
  const std::size_t word = std::min(next.find(' '), next.find('\n'));
  return end + 1 + word > texts::kColumns;
}

}  // namespace

SshDialogue::SshDialogue(Dialogue& dialogue, std::string_view user, std::string_view server)
    : dialogue_(dialogue), taken_(std::string_view("(@) ").size() + user.size() + server.size()) {}

std::expected<Secret, DialogueError> SshDialogue::ask(const Prompt& prompt) {
  const Prompt fitted{.text = with_room(prompt.text), .echo = prompt.echo};
  is_first_ = true;
  return dialogue_.ask(fitted);
}

void SshDialogue::show(std::string_view text) {
  // Nothing to see: a sign of life.
  if (text.empty()) return dialogue_.show(text);
  dialogue_.show(with_room(text));
  is_first_ = false;
}

void SshDialogue::offer(std::string_view kind, std::string_view uri, std::string_view key_in_base32) {
  dialogue_.offer(kind, uri, key_in_base32);
}

std::string SshDialogue::with_room(std::string_view text) {
  std::string whole(text);
  const std::size_t end = whole.find('\n');
  // The line where they type stays as it is.
  if (!is_first_ || end == std::string::npos) return whole;
  if (goes_on(whole, end)) whole[end] = ' ';
  const std::size_t paragraph = whole.find('\n');
  return texts::folded(whole.substr(0, paragraph), taken_) + whole.substr(paragraph);
}

}  // namespace mfa
