// How many dialogues each person has open on login.sock, where the peer is always root and says on whose behalf it
// asks.
//
// Whoever can start su or sudo can start it five hundred times and answer none: without this they would hold all the
// sessions there are, and nobody could log in (product.md, Limits). Thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "common/domain/login_facts.h"

namespace mfa {

struct CrowdCaps {
  std::size_t each = 48;       // dialogues of one user from one place
  std::size_t invoker = 16;    // of one user who is logged in already and asks through su or sudo (PAM_RUSER)
  std::size_t invokers = 256;  // of all of those together: the rest is for those who are still outside
};

class Crowd {
 public:
  explicit Crowd(const CrowdCaps& caps) : caps_(caps) {}

  // Holds a place for one dialogue as long as it lives; false if there was none to be had.
  class Place {
   public:
    Place(Crowd& crowd, const LoginFacts& facts);
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();
    explicit operator bool() const { return taken_; }

   private:
    Crowd& crowd_;
    const bool invoker_;
    const std::string key_;
    bool taken_ = false;
  };

 private:
  const CrowdCaps caps_;
  std::mutex mutex_;  // guards all below
  std::map<std::string, std::size_t> open_;
  std::size_t invokers_ = 0;
};

}  // namespace mfa
