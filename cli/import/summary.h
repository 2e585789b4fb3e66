// What came of an import, at its end.
#pragma once

#include <string>

#include "cli/import/importer.h"
#include "cli/json.h"

namespace mfa::cli {

// `tries`: nothing was changed.
[[nodiscard]] std::string import_text(const ImportTally& tally, bool tries);
[[nodiscard]] Json import_json(const ImportTally& tally, bool tries);

}  // namespace mfa::cli
