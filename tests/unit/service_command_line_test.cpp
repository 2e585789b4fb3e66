#include "common/service/command_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace mfa {
namespace {

using Mode = CommandLine::Mode;

TEST(CommandLine, WhatItTakes) {
  struct Row {
    std::vector<const char*> arguments;
    Mode mode;
    int descriptor;
    std::string configuration;
  };
  const std::string standard = kConfigurationFile;
  for (const Row& row : std::vector<Row>{
           {{"--foreground"}, Mode::foreground, -1, standard},
           {{"--foreground", "--config", "/x"}, Mode::foreground, -1, "/x"},
           {{"--config=/x", "--foreground"}, Mode::foreground, -1, "/x"},
           {{"--session", "3"}, Mode::session, 3, standard},
           {{"--session=0"}, Mode::session, 0, standard},
           {{"--session", "3", "--config", "--x"}, Mode::session, 3, "--x"},
           {{"--monitor"}, Mode::monitor, -1, standard},
           {{"--init"}, Mode::init, -1, standard},
           {{"--check-config"}, Mode::check_config, -1, standard},
           {{"--help"}, Mode::help, -1, standard},
           {{"--version"}, Mode::version, -1, standard},
       }) {
    const auto line = parse_command_line(row.arguments);
    ASSERT_TRUE(line) << row.arguments.front() << ": " << line.error();
    EXPECT_EQ(line->mode, row.mode) << row.arguments.front();
    EXPECT_EQ(line->descriptor, row.descriptor) << row.arguments.front();
    EXPECT_EQ(line->configuration, row.configuration) << row.arguments.front();
    EXPECT_EQ(line->configuration_named, row.configuration != standard) << row.arguments.front();
  }
}

TEST(CommandLine, WhatItDoesNot) {
  for (const std::vector<const char*>& arguments : std::vector<std::vector<const char*>>{
           {},
           {""},
           {"-h"},
           {"--foregroun"},
           {"foreground"},
           {"--foreground", "x"},
           {"--foreground", "--"},
           {"--foreground="},
           {"--foreground=yes"},
           {"--foreground", "--foreground"},
           {"--foreground", "--monitor"},
           {"--config", "/x"},
           {"--foreground", "--config"},
           {"--foreground", "--config="},
           {"--foreground", "--config", "/x", "--config", "/x"},
           {"--session"},
           {"--session", ""},
           {"--session", "-1"},
           {"--session", "+3"},
           {"--session", " 3"},
           {"--session", "3x"},
           {"--session", "0x3"},
           {"--session", "1048576"},
           {"--session", "99999999999999999999"},
       }) {
    const auto line = parse_command_line(arguments);
    EXPECT_FALSE(line) << (arguments.empty() ? "" : arguments.back());
    if (!line) {
      EXPECT_FALSE(line.error().empty());
    }
  }
}

}  // namespace
}  // namespace mfa
