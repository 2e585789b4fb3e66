// Numbers of the roll-out: for people, and in Prometheus's text format.
#pragma once

#include <string>

#include "cli/json.h"

namespace mfa::cli {

[[nodiscard]] std::string stats_text(const Json& stats);
// https://prometheus.io/docs/instrumenting/exposition_formats/, as node_exporter's textfile collector takes it: no
// times, since the collector tells the file's.
[[nodiscard]] std::string stats_metrics(const Json& stats);

}  // namespace mfa::cli
