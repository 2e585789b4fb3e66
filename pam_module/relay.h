// Between the engine and the person: sends the facts, carries prompts and answers to and fro, brings back the verdict.
//
// It decides nothing. Whatever goes wrong on the way is `unavailable`, said in one line to the person and one to
// syslog. Only Phase::authenticate has prompts: in the others the engine that asks has failed. The two phases that
// report something say nothing to the person.
#pragma once

#include <security/pam_modules.h>

#include <optional>
#include <string_view>

#include "common/protocol/frame.h"
#include "pam_module/arguments.h"
#include "pam_module/facts.h"
#include "pam_module/split.h"

namespace mfa {

// All that a report of a failed password may take, in seconds; a session of our own that hangs gets kFarewellSeconds on
// top of it. The other phases wait as the argument timeout= says: account and password_changed no longer in all.
inline constexpr int kReportSeconds = 3;

// `only_answer` is the answer to the first question, in the person's place; there is no other: nobody is asked.
[[nodiscard]] protocol::VerdictCode relay(pam_handle_t* pamh, const Arguments& arguments, const Facts& facts,
                                          std::optional<std::string_view> only_answer = std::nullopt);

// Phase::split: with VerdictCode::done, and only then, `codes` holds what the engine says. The password has not been
// checked, so the person hears nothing of it.
[[nodiscard]] protocol::VerdictCode ask_what_is_due(pam_handle_t* pamh, const Arguments& arguments, const Facts& facts,
                                                    CodesDue& codes);

}  // namespace mfa
