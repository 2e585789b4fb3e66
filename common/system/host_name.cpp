#include "common/system/host_name.h"

#include <unistd.h>

#include <array>
#include <climits>

namespace mfa {

std::string short_host_name() {
  std::array<char, HOST_NAME_MAX + 1> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return "localhost";
  std::string name(buffer.data());
  name = name.substr(0, name.find('.'));
  return name.empty() ? "localhost" : name;
}

}  // namespace mfa
