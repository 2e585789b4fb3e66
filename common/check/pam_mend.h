// What to write into a PAM stack so that nothing is wrong with it any more.
//
// One file is changed: the service's own, or the shared one that has pam_mfa's lines. A place in a file that it
// includes is the line that includes it; where that does not do, the lines of the included file are written out. What
// is offered has been judged: whoever asks says what is right.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/check/pam_edit.h"
#include "common/check/pam_stack.h"

namespace mfa {

using PamRight = std::function<bool(const PamReader& reader)>;

// `path`: of the file to change. Nothing if nothing was found that is right.
[[nodiscard]] std::optional<PamEdit> find_pam_mend(const std::string& service, PamType type, const std::string& path,
                                                   const PamReader& reader, const PamRight& is_right);

}  // namespace mfa
