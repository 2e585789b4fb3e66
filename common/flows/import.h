// Bringing over the second factors that people have elsewhere: apps and tokens with their keys and what of them is
// spent, telephones with their numbers. root only, and many at a time.
//
// Nothing is proven here: root says so. Importing again ends the same: who has the factor keeps it as it is, and who
// once had one that is gone (a reset, a lost phone) does not get it back.
#pragma once

#include <cstdint>
#include <expected>
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
    left,     // they had a factor that is gone: left alone
    refused,  // for the reason that is said
  };
  struct Row {
    End end{};
    std::string factor;  // added or there: its id; a try leaves it out of `added`
    std::string why;     // refused: a sentence
  };
  std::vector<Row> rows;  // in the order of the request
};

[[nodiscard]] std::expected<ImportReply, RequestError> import_factors(Engine& engine, const Asker& asker,
                                                                      const ImportRequest& request);

}  // namespace mfa
