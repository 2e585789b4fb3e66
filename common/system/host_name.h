// What this host is called: the rules' `server`, and the name in every event.
#pragma once

#include <string>

namespace mfa {

// gethostname(2) up to the first dot; "localhost" if there is none.
[[nodiscard]] std::string short_host_name();

}  // namespace mfa
