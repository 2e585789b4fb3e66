#include "common/check/pam_edit.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

namespace mfa {
namespace {

constexpr std::size_t kShortMove = 4;  // lines; over more of them a move is told as one

using Lines = std::vector<std::string>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string text_of(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string place_words(const std::string& path, const Lines& lines, std::size_t index) {
  std::string line = lines[index];
  const bool includes = line.contains("include") || line.contains("substack");
  return fmt::format("{}:{}{}", path, index + 1, includes ? fmt::format(" ({})", line) : "");
}

}  // namespace

std::string in_words(const PamEdit& edit) {
  const Lines before = lines_of(edit.before);
  const Lines after = lines_of(edit.after);
  std::size_t start = 0;
  while (start < before.size() && start < after.size() && before[start] == after[start]) ++start;
  std::size_t same = 0;  // at the end
  while (same < before.size() - start && same < after.size() - start &&
         before[before.size() - 1 - same] == after[after.size() - 1 - same])
    ++same;
  const std::size_t gone = before.size() - start - same;
  std::string written;
  std::string last;
  std::size_t count = 0;
  for (std::size_t i = start; i < after.size() - same; ++i) {
    if (after[i].empty()) continue;
    written += "\n" + after[i];
    last = after[i];
    ++count;
  }
  const std::string rest = count == 1 ? " " + last : written;
  if (gone == 0) {
    if (start > 0) return fmt::format("Add behind {}:{}", place_words(edit.path, before, start - 1), rest);
    return before.empty() ? fmt::format("Write into {}:{}", edit.path, rest)
                          : fmt::format("Add before {}:{}", place_words(edit.path, before, 0), rest);
  }
  if (gone == 1 && count == 1) return fmt::format("Write {}:{} as: {}", edit.path, start + 1, last);
  if (gone == 1 && count == 0) return fmt::format("Remove {}:{}", edit.path, start + 1);
  if (gone == after.size() - start - same && gone > kShortMove) {
    const auto from = before.begin() + static_cast<std::ptrdiff_t>(start);
    const auto made = after.begin() + static_cast<std::ptrdiff_t>(start);
    const auto span = static_cast<std::ptrdiff_t>(gone);
    if (*made == from[span - 1] && std::equal(made + 1, made + span, from))
      return fmt::format("Move {}:{} before {}", edit.path, start + gone, place_words(edit.path, before, start));
    if (made[span - 1] == *from && std::equal(made, made + span - 1, from + 1))
      return fmt::format("Move {}:{} behind {}", edit.path, start + 1,
                         place_words(edit.path, before, start + gone - 1));
  }
  if (count == 0) return fmt::format("Remove lines {} to {} of {}", start + 1, start + gone, edit.path);
  if (gone == 1) return fmt::format("In {} write instead of line {}:{}", edit.path, start + 1, written);
  return fmt::format("In {} write instead of lines {} to {}:{}", edit.path, start + 1, start + gone, written);
}

PamReader with_text(PamReader reader, std::string path, std::string text) {
  return [reader = std::move(reader), path = std::move(path),
          text = std::move(text)](const std::string& name) -> std::optional<PamFile> {
    auto file = reader(name);
    if (file && file->path == path) file->text = text;
    return file;
  };
}

PamRewriting::PamRewriting(std::string_view text) : lines_(lines_of(text)), texts_(pam_texts(text)) {}

std::string PamRewriting::raw(int line) const {
  const auto [from, to] = extent(line);
  std::string text;
  for (int i = from; i <= to; ++i) text += (i == from ? "" : "\n") + lines_[static_cast<std::size_t>(i) - 1];
  return text;
}

std::string PamRewriting::text() const {
  Lines made;
  const auto add = [&made](const std::map<int, Lines>& from, int line) {
    if (const auto found = from.find(line); found != from.end())
      made.insert(made.end(), found->second.begin(), found->second.end());
  };
  for (int line = 1; line <= static_cast<int>(lines_.size()); ++line) {
    const auto [from, to] = extent(line);
    add(before_, from);
    if (instead_.contains(from)) {
      add(instead_, from);
    } else {
      for (int i = from; i <= to; ++i) made.push_back(lines_[static_cast<std::size_t>(i) - 1]);
    }
    add(behind_, from);
    line = to;
  }
  made.insert(made.end(), end_.begin(), end_.end());
  return text_of(made);
}

std::pair<int, int> PamRewriting::extent(int line) const {
  const auto found = std::ranges::find(texts_, line, &PamText::from);
  return found == texts_.end() ? std::pair(line, line) : std::pair(found->from, found->to);
}

}  // namespace mfa
