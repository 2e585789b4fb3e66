// Tables for people: columns as wide as their widest cell, the first row a heading.
#pragma once

#include <string>
#include <vector>

#include "cli/style.h"

namespace mfa::cli {

using Row = std::vector<std::string>;  // printable cells; the first is a mark or an indent of two columns

// `rows` is not empty, and all are of the same length.
[[nodiscard]] std::string table(const std::vector<Row>& rows, const Style& style);

}  // namespace mfa::cli
