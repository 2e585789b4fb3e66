// Folders and files that `admin init` makes, with the owner and mode that they must have; wrong ones are mended.
//
// Never follows a link in the last part of a path: a folder that is one is refused. An existing file's content is
// never touched.
#pragma once

#include <sys/types.h>

#include <string>

#include "cli/outcome.h"
#include "cli/steps.h"
#include "cli/system_account.h"

namespace mfa::cli {

// The engine's own: exactly that owner, mode 0700.
[[nodiscard]] Outcome<void> ensure_private_folder(const std::string& path, const Owner& owner, Steps& steps);

// The administrator's: `root` owns it, nobody else writes it, and `reader` can read it. A new or mended one is 0755.
[[nodiscard]] Outcome<void> ensure_shared_folder(const std::string& path, const Owner& root, const Owner& reader,
                                                 Steps& steps);

// The same for a file (0644), made from `original` if there is none. A link to one elsewhere is left alone.
[[nodiscard]] Outcome<void> ensure_shared_file(const std::string& path, const std::string& original, const Owner& root,
                                               const Owner& reader, Steps& steps);

}  // namespace mfa::cli
