// libre's headers with the layout it was built with: they look at these, and change their structures.
#pragma once

#define HAVE_INET6 1
#define USE_OPENSSL 1
#define HAVE_INTTYPES_H 1
#define HAVE_STDBOOL_H 1
#include <re.h>

#include <memory>

namespace mfa::sip {

struct Deref {
  void operator()(void* held) const { mem_deref(held); }
};
template <class Held>
using Ref = std::unique_ptr<Held, Deref>;

// libre's way of giving what it made: own(sip, [&](struct sip** made) { return sip_alloc(made, …); })
template <class Held, class Make>
[[nodiscard]] bool own(Ref<Held>& target, Make make) {
  Held* made = nullptr;
  const int error = make(&made);
  target.reset(made);
  return error == 0;
}

}  // namespace mfa::sip
