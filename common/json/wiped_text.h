// Text that holds a secret for a moment: every piece of memory it leaves behind is overwritten.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>

namespace mfa {

template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  explicit WipingAllocator(const WipingAllocator<U>& /*other*/) noexcept {}
  [[nodiscard]] T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
  void deallocate(T* at, std::size_t n) noexcept {
    explicit_bzero(at, n * sizeof(T));
    std::allocator<T>().deallocate(at, n);
  }
  bool operator==(const WipingAllocator&) const = default;
};

// Short texts (15 bytes) live in the object itself and are not overwritten: reserve() more first.
using WipedText = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

}  // namespace mfa
