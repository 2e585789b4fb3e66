// A finding as JSON: {"name","ok","detail","mend"}.
#pragma once

#include "common/check/finding.h"
#include "common/json/json_writer.h"

namespace mfa {

inline void write_finding(JsonWriter& json, const Finding& finding) {
  json.open_object().member("name", finding.name).member("ok", finding.ok);
  if (!finding.detail.empty()) json.member("detail", finding.detail);
  if (!finding.mend.empty()) json.member("mend", finding.mend);
  json.close_object();
}

}  // namespace mfa
