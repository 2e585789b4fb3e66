// What a directory knows and the store cannot see: somebody's login name became another, or somebody left.
//
// The store's row is found by its name as it was kept; the directory need not know that name any more.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "common/flows/requests.h"

namespace mfa {

// How the reason of a person_renamed begins that is about the old name; the new one follows.
inline constexpr std::string_view kIsNow = "is ";
inline constexpr std::string_view kWas = "was ";

struct RenamedReply {
  std::string user, was;
  std::vector<std::string> factors;  // ids, which go on
  std::size_t devices = 0;           // trusted ones
};
// root only. The account of the new name must be there, with the uid that is kept; where only the uid is another one,
// both names are the same. Whoever has a row by the new name already keeps it, and this is refused.
[[nodiscard]] std::expected<RenamedReply, RequestError> rename_person(Engine& engine, const Asker& asker,
                                                                      const std::string& user, const std::string& to);

struct RetiredReply {
  std::string user;
  Uid uid;
  std::vector<std::string> removed;  // ids of factors
  std::size_t recovery_codes = 0;
  std::size_t devices = 0;  // whose trust has ended
};
// root only. All that is kept of them goes, but for the trail.
[[nodiscard]] std::expected<RetiredReply, RequestError> retire_person(Engine& engine, const Asker& asker,
                                                                      const std::string& user);

}  // namespace mfa
