#include "common/check/pam_ways.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/check/pam_findings.h"
#include "common/check/pam_walk.h"

namespace mfa {
namespace {

using Came = PamEnding::Came;

class StackJudge {
 public:
  StackJudge(const PamStack& stack, PamType type) : stack_(stack), type_(type) {}

  [[nodiscard]] Findings judge(bool trust) && {
    const auto endings = walk_pam_stack(stack_, type_);
    if (!endings) {
      tell("pam-unclear", fmt::format("the stack of {} is too involved to be checked", name_of(type_)));
      return std::move(found_);
    }
    judge_who_gets_in(*endings);
    judge_control();
    if (type_ == PamType::auth) {
      judge_wrong_passwords(*endings);
      judge_order(*endings);
      if (trust) judge_reports(*endings);
    }
    return std::move(found_);
  }

 private:
  void tell(std::string_view name, std::string detail) { found_.push_back(fault(name, std::move(detail), "?")); }
  [[nodiscard]] const PamLine& at(int index) const { return stack_.at(static_cast<std::size_t>(index)); }

  [[nodiscard]] const PamLine* first(PamPart part) const {
    const auto found = std::ranges::find(stack_, part, part_of);
    return found == stack_.end() ? nullptr : &*found;
  }

  void judge_who_gets_in(const std::vector<PamEnding>& endings) {
    bool anybody = false;
    bool told = false;
    for (const PamEnding& ending : endings) {
      if (!ending.lets_in) continue;
      if (ending.verified == Came::never) told = tell_of_skipping(ending) || told;
      anybody = anybody || (ending.verified == Came::passed && ending.password != Came::failed);
    }
    if (const PamLine* const verify = first(PamPart::verify); !anybody && !told && verify != nullptr)
      tell("pam-nobody", fmt::format("{}: no way through the stack lets anybody in, not even with the right password "
                                     "and the right code",
                                     to_string(verify->at)));
    if (const PamLine* const verify = first(PamPart::verify);
        verify != nullptr && std::ranges::any_of(endings, [](const PamEnding& ending) {
          return ending.lets_in && ending.verified == Came::failed;
        }))
      tell_of_control(*verify);
  }

  // Whether it is a fault.
  bool tell_of_skipping(const PamEnding& ending) {
    const PamLine* const verify = first(PamPart::verify);
    if (verify == nullptr) {
      const auto any = std::ranges::find(stack_, kMfaModule, &PamLine::module);
      tell("pam-skipped",
           fmt::format("{}: no line of pam_mfa asks for a code: {} does not", to_string(any->at), quoted(*any, type_)));
      return true;
    }
    if (ending.passed_over < 0) return false;
    const PamLine& culprit = at(ending.passed_over);
    if (part_of(culprit) == PamPart::condition) {
      found_.push_back(good("pam-exempt", fmt::format("{}: {} lets some in without a code", to_string(culprit.at),
                                                      quoted(culprit, type_))));
      return false;
    }
    tell("pam-skipped", fmt::format("{}: {} leads past pam_mfa in {}, so that nobody is asked for a code",
                                    to_string(culprit.at), quoted(culprit, type_), to_string(verify->at)));
    return true;
  }

  void tell_of_control(const PamLine& line) {
    tell("pam-control", fmt::format("{}: with {} a wrong code, or a service that is not there, lets in all the same",
                                    to_string(line.at), quoted(line, type_)));
  }

  // Nobody may get in by it yet, but whoever adds a line behind it would open the door.
  void judge_control() {
    for (const PamLine& line : stack_) {
      const std::string& control = line.control.written;
      if (part_of(line) != PamPart::verify || (control != "optional" && control != "sufficient")) continue;
      if (std::ranges::find(found_, "pam-control", &Finding::name) == found_.end()) tell_of_control(line);
    }
  }

  void judge_order(const std::vector<PamEnding>& endings) {
    for (const PamEnding& ending : endings) {
      if (ending.verified_first && first(PamPart::part_answer) == nullptr)
        tell("pam-order", fmt::format("{}: pam_mfa asks for the code before {} has asked for the password",
                                      to_string(first(PamPart::verify)->at), to_string(at(ending.password_line).at)));
      if (ending.reported_right)
        tell("pam-order", fmt::format("{}: right passwords are reported as wrong ones: {} does not lead past it",
                                      to_string(first(PamPart::report)->at), to_string(at(ending.password_line).at)));
    }
  }

  // A wrong password that does not end it: pam_mfa would have people enrol with it, and nothing but the code would
  // count where the password's line is optional.
  void judge_wrong_passwords(const std::vector<PamEnding>& endings) {
    for (const PamEnding& ending : endings) {
      if (ending.wrong_line < 0) continue;
      const PamLine& line = at(ending.wrong_line);
      tell("pam-wrong-password",
           fmt::format("{}: with {} pam_mfa asks after a wrong password too, and whoever has no second factor yet "
                       "could be given one by it",
                       to_string(line.at), quoted(line, type_)));
    }
  }

  void judge_reports(const std::vector<PamEnding>& endings) {
    for (const PamEnding& ending : endings) {
      if (ending.lets_in || ending.password != Came::failed || ending.reported) continue;
      const PamLine* const report = first(PamPart::report);
      std::string detail = fmt::format("{}: pam_mfa does not learn of wrong passwords, so that they do not end trust",
                                       to_string(at(ending.password_line).at));
      if (report != nullptr) detail += fmt::format(": its line {} is not reached then", to_string(report->at));
      tell("pam-authfail", std::move(detail));
    }
  }

  const PamStack& stack_;
  PamType type_;
  Findings found_;
};

}  // namespace

Findings judge_pam_ways(const PamStack& stack, PamType type, bool trust) {
  return StackJudge(stack, type).judge(trust);
}

}  // namespace mfa
