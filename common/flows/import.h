// Bringing over the second factors that people have elsewhere: apps and tokens with their keys and what of them is
// spent, telephones with their numbers. root only, and many at a time.
//
// Nothing is proven here: root says so. But root has not seen the person, and a file may be a thief's: who once had a
// factor that is gone (a reset, a lost phone), reported a login or has a name that was another's is left alone; and
// what comes from a home is nobody's second factor beside one they have. Importing again ends the same: who has the
// factor keeps it, and what of it was used elsewhere since is spent.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/import_row.h"
#include "common/flows/requests.h"

namespace mfa {

struct ImportRequest {
  std::string source;                // "google-authenticator", "oath" or "csv": for the trail
  const std::vector<ReadRow>& rows;  // kMostImportRows at most
  bool only_tries = false;           // says what would happen, and changes nothing
};

struct ImportReply {
  enum class End : std::uint8_t {
    added,
    there,    // they have that factor
    left,     // it may be somebody else's: left alone, for the reason that is said
    refused,  // for the reason that is said
  };
  struct Row {
    End end{};
    std::string factor;  // added or there: its id; a try leaves it out of `added`
    std::string why;     // refused, left: a sentence
  };
  std::vector<Row> rows;                // in the order of the request
  std::optional<RequestError> stopped;  // the store failed behind these rows, which are kept
};

[[nodiscard]] std::expected<ImportReply, RequestError> import_factors(Engine& engine, const Asker& asker,
                                                                      const ImportRequest& request);

}  // namespace mfa
