// Whether the service answers, and starts with the computer.
#pragma once

#include <string>
#include <vector>

#include "common/check/finding.h"

namespace mfa {

struct SocketFacts {
  std::string path;
  std::string trouble;   // why nobody answers there; empty: somebody does
  bool is_there = true;  // something of that name
};

struct ServiceFacts {
  std::vector<SocketFacts> sockets;
  bool systemd = false;                 // it runs this computer
  std::vector<std::string> units_off;   // that do not start with the computer
  std::vector<std::string> units_over;  // files that take the place of installed units, and start another program
};
[[nodiscard]] Findings judge_service(const ServiceFacts& facts);

}  // namespace mfa
