#include "common/check/pam_mend.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/check/pam_walk.h"

namespace mfa {
namespace {

constexpr int kMostInclusions = 8;  // that are written out, one in the other
constexpr const char* kModule = "pam_mfa.so";

using Lines = PamRewriting::Lines;

bool ends_wrong_ones(const PamLine& report) {
  return report.control.actions.at(static_cast<std::size_t>(PamCode::auth_err)).kind == PamAction::Kind::die;
}

bool is_strict(const PamLine& line) {
  return line.control.written == "required" || line.control.written == "requisite";
}

// "[success=2 default=ignore]" with another number for one of its names; empty: it has none.
std::string with_jump(const std::string& control, std::string_view name, int over) {
  const std::string word = fmt::format("{}=", name);
  const std::size_t start = control.find(word);
  if (start == std::string::npos) return {};
  const std::size_t from = start + word.size();
  const std::size_t to = std::min(control.find_first_of(" ]\t", from), control.size());
  return control.substr(0, from) + std::to_string(over) + control.substr(to);
}

// A password's control with which its success leads over so many lines, and a wrong one to the next.
std::string passing_over(const PamLine& line, int over) {
  const PamAction success = line.control.actions.at(0);
  const PamAction wrong = line.control.actions.at(static_cast<std::size_t>(PamCode::auth_err));
  if (success.kind == PamAction::Kind::jump && wrong.kind == PamAction::Kind::ignore)
    if (std::string control = with_jump(line.control.written, "success", over); !control.empty()) return control;
  return fmt::format("[success={} default=ignore]", over);
}

// How the lines of one stack could stand in one file, the smallest changes first.
class Candidates {
 public:
  Candidates(const std::string& service, PamType type, const std::string& path, const PamReader& reader)
      : path_(path), type_(type), stack_(read_pam_stack(service, type, reader)) {
    if (const auto file = reader(path)) text_ = file->text;
    for (int i = 0; i < size(); ++i) {
      const bool own = at(i).at.file == path_;
      switch (part_of(at(i))) {
        case PamPart::verify:
          (own ? verify_ : foreign_verify_).push_back(i);
          break;
        case PamPart::report:
          (own ? report_ : foreign_report_).push_back(i);
          break;
        case PamPart::password:
          password_.push_back(i);
          passwords_own_ = passwords_own_ && own;
          break;
        default:
          break;
      }
    }
  }

  [[nodiscard]] Lines all() {
    strict_code();
    if (type_ == PamType::account) {
      code_before_others();
      return std::move(made_);
    }
    requisite_password();
    code_behind_others();
    whole();
    return std::move(made_);
  }

 private:
  enum class Code : std::uint8_t { kept, behind_report, at_end };
  // How far a right password leads: as before, over the report, over what refuses behind that as well.
  enum class Over : std::uint8_t { as_before, report, refusals };

  [[nodiscard]] int size() const { return static_cast<int>(stack_.size()); }
  [[nodiscard]] const PamLine& at(int index) const { return stack_.at(static_cast<std::size_t>(index)); }
  [[nodiscard]] int home(int index) const {
    const auto place = place_in(path_, at(index));
    return place ? place->line : 0;
  }

  void offer(const PamRewriting& rewriting) { made_.push_back(rewriting.text()); }

  void strict_code() {
    PamRewriting rewriting(text_);
    for (const int i : verify_)
      if (!is_strict(at(i))) rewriting.replace(at(i).at.line, at(i).text(type_, "required"));
    offer(rewriting);
  }

  void requisite_password() {
    if (password_.size() != 1 || !passwords_own_ || !report_.empty()) return;
    PamRewriting rewriting(text_);
    rewriting.replace(at(password_[0]).at.line, at(password_[0]).text(type_, "requisite"));
    offer(rewriting);
  }

  [[nodiscard]] std::string module_path() const {
    for (const PamLine& line : stack_)
      if (line.module == kMfaModule) return line.path;
    return kModule;
  }

  [[nodiscard]] std::string code_text(const PamRewriting& rewriting) const {
    if (verify_.empty()) return fmt::format("{} required {}", name_of(type_), module_path());
    const PamLine& line = at(verify_[0]);
    return is_strict(line) ? rewriting.raw(line.at.line) : line.text(type_, "required");
  }

  // Lines of this file that are, or bring, lines of the stack, but for those that ask.
  [[nodiscard]] std::set<int> homes() const {
    std::set<int> lines;
    for (int i = 0; i < size(); ++i)
      if (const int line = home(i); line > 0 && std::ranges::find(verify_, i) == verify_.end()) lines.insert(line);
    return lines;
  }

  void code_before_others() {
    if (!foreign_verify_.empty()) return;
    const std::set<int> lines = homes();
    for (const int line : std::vector<int>(lines.rbegin(), lines.rend())) {
      PamRewriting rewriting(text_);
      rewriting.add_before(line, code_text(rewriting));
      for (const int i : verify_) rewriting.remove(at(i).at.line);
      offer(rewriting);
    }
    if (!lines.empty() || !verify_.empty()) return;
    PamRewriting rewriting(text_);
    rewriting.add_at_end(code_text(rewriting));
    offer(rewriting);
  }

  void code_behind_others() {
    if (!foreign_verify_.empty() || password_.empty()) return;
    const int last = home(password_.back());
    for (const int line : homes()) {
      if (line < last) continue;
      PamRewriting rewriting(text_);
      for (const int i : verify_) rewriting.remove(at(i).at.line);
      rewriting.add_behind(line, code_text(rewriting));
      offer(rewriting);
    }
  }

  void whole() {
    if (!passwords_own_ || !foreign_report_.empty()) return;
    for (const Code code : {Code::kept, Code::behind_report, Code::at_end})
      for (const Over over : {Over::as_before, Over::report, Over::refusals}) whole_with(code, over);
  }

  static constexpr int kReport = -1;
  static constexpr int kCode = -2;

  [[nodiscard]] bool moves(int i) const {
    return std::ranges::find(verify_, i) != verify_.end() ||
           (!password_.empty() && std::ranges::find(report_, i) != report_.end());
  }

  // Stack lines in the order in which they would stand; empty: not like that.
  [[nodiscard]] std::vector<int> order(Code code) const {
    std::vector<int> order;
    for (int i = 0; i < size(); ++i) {
      if (moves(i)) continue;
      order.push_back(i);
      if (!password_.empty() && i == password_.back()) order.push_back(kReport);
    }
    if (!foreign_verify_.empty()) return order;
    if (code == Code::kept && verify_.empty()) return {};
    auto place = order.end();
    if (code != Code::at_end) {
      const auto report = std::ranges::find(order, kReport);
      const auto first = report == order.end() ? order.begin() : report + 1;
      place = first;
      if (code == Code::kept)
        while (place != order.end() && *place < verify_[0]) ++place;
    }
    // Not amid what one line brings.
    const auto brought = [&](int i) { return i >= 0 ? home(i) : 0; };
    while (place != order.begin() && place != order.end() && brought(*(place - 1)) > 0 &&
           brought(*(place - 1)) == brought(*place))
      ++place;
    order.insert(place, kCode);
    return order;
  }

  // Where line `i` of the stack as it is stands then.
  [[nodiscard]] int position(const std::vector<int>& order, int i) const {
    const auto of = [&order](int token) {
      return static_cast<int>(std::distance(order.begin(), std::ranges::find(order, token)));
    };
    if (i >= size()) return static_cast<int>(order.size());
    if (!moves(i)) return of(i);
    if (part_of(at(i)) == PamPart::verify) return of(kCode);
    return of(kReport) + 1;
  }

  // With its jumps leading to the same lines as before; a password's success over the report, which stands behind it.
  [[nodiscard]] std::string control_of(const std::vector<int>& order, int i, Over over) const {
    const PamLine& line = at(i);
    const int here = position(order, i);
    if (part_of(line) == PamPart::password) {
      const PamAction success = line.control.actions.at(0);
      const int near = static_cast<int>(std::distance(order.begin(), std::ranges::find(order, kReport))) + 1;
      int target = near;
      if (over == Over::as_before && success.kind == PamAction::Kind::jump)
        target = std::max(near, position(order, i + success.over + 1));
      while (over == Over::refusals && target < static_cast<int>(order.size()) && refuses(order, target)) ++target;
      return passing_over(line, target - here - 1);
    }
    std::string control = line.control.written;
    for (const PamCode code : line.control.named) {
      const PamAction action = line.control.actions.at(static_cast<std::size_t>(code));
      if (action.kind != PamAction::Kind::jump || i + action.over + 1 > size()) continue;
      const int lines = position(order, i + action.over + 1) - here - 1;
      if (std::string changed = with_jump(control, name_of(code), lines); lines >= 0 && !changed.empty())
        control = std::move(changed);
    }
    return control;
  }

  [[nodiscard]] bool refuses(const std::vector<int>& order, int position) const {
    const int token = order.at(static_cast<std::size_t>(position));
    return token >= 0 && part_of(at(token)) == PamPart::always_fails;
  }

  void whole_with(Code code, Over over) {
    const std::vector<int> order = this->order(code);
    if (order.empty()) return;
    PamRewriting rewriting(text_);
    for (int i = 0; i < size(); ++i) {
      if (at(i).at.file != path_ || at(i).kind != PamLine::Kind::module) continue;
      if (moves(i)) {
        rewriting.remove(at(i).at.line);
      } else if (const std::string control = control_of(order, i, over); control != at(i).control.written) {
        rewriting.replace(at(i).at.line, at(i).text(type_, control));
      }
    }
    int line = 0;
    for (const int token : order) {
      if (token >= 0) {
        line = home(token) > 0 ? home(token) : line;
        continue;
      }
      add(rewriting, line, token == kReport ? report_text(rewriting) : code_text(rewriting));
    }
    offer(rewriting);
  }

  static void add(PamRewriting& rewriting, int line, std::string text) {
    if (line > 0) {
      rewriting.add_behind(line, std::move(text));
    } else {
      rewriting.add_at_end(std::move(text));
    }
  }

  [[nodiscard]] std::string report_text(const PamRewriting& rewriting) const {
    for (const int i : report_)
      if (ends_wrong_ones(at(i))) return rewriting.raw(at(i).at.line);
    return fmt::format("{} [default=die] {} authfail", name_of(type_), module_path());
  }

  std::string path_;
  PamType type_;
  PamStack stack_;
  std::string text_;
  std::vector<int> verify_, report_, password_, foreign_verify_, foreign_report_;
  bool passwords_own_ = true;
  Lines made_;
};

// The lines that one line of a file brings, in its place; nothing if none of them matters.
std::optional<std::string> written_out(const std::string& service, PamType type, const std::string& path,
                                       const PamReader& reader) {
  const auto file = reader(path);
  if (!file) return std::nullopt;
  for (const PamLine& line : read_pam_stack(service, type, reader)) {
    const PamPart part = part_of(line);
    if (line.at.file == path || (part != PamPart::password && line.module != kMfaModule)) continue;
    const auto place = place_in(path, line);
    if (!place) continue;
    const auto texts = pam_texts(file->text);
    const auto includes = std::ranges::find(texts, place->line, &PamText::from);
    const auto inclusion = includes == texts.end() ? std::nullopt : inclusion_in(includes->words);
    const auto included = inclusion ? reader(inclusion->file) : std::nullopt;
    if (!included) continue;
    Lines lines;
    for (const PamText& one : pam_texts(included->text))
      if (inclusion->all_types || one.words[0] == "@include" || type_of(one.words[0]) == type)
        lines.push_back(one.text);
    PamRewriting rewriting(file->text);
    rewriting.replace(place->line, std::move(lines));
    return rewriting.text();
  }
  return std::nullopt;
}

}  // namespace

std::optional<PamEdit> find_pam_mend(const std::string& service, PamType type, const std::string& path,
                                     const PamReader& reader, const PamRight& is_right) {
  const auto file = reader(path);
  if (!file) return std::nullopt;
  PamReader now = reader;
  for (int round = 0; round <= kMostInclusions; ++round) {
    for (std::string& text : Candidates(service, type, path, now).all()) {
      if (text == file->text || !is_right(with_text(reader, path, text))) continue;
      return PamEdit{.path = path, .before = file->text, .after = std::move(text)};
    }
    auto text = written_out(service, type, path, now);
    if (!text) break;
    now = with_text(reader, path, *std::move(text));
  }
  return std::nullopt;
}

}  // namespace mfa
