// SPDX-License-Identifier: Apache-2.0
#include "conformance/rules/stack_use.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

constexpr std::size_t kStackSize = std::size_t{1} << 30;  // address space only
constexpr int kFew = 100;
constexpr int kMany = 100'000;

// One byte a link would be more than this.
constexpr std::size_t kTolerance = std::size_t{64} << 10;

void Require(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

// Memory for a stack, of which only what is touched exists.
class Stack {
 public:
  Stack()
      : memory_(mmap(nullptr, kStackSize, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    Require(memory_ == MAP_FAILED ? errno : 0, "mmap of a stack");
    // Huge pages would count what was never touched; an error means that the
    // machine has none.
    madvise(memory_, kStackSize, MADV_NOHUGEPAGE);
  }
  ~Stack() { munmap(memory_, kStackSize); }

  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  void* memory() const { return memory_; }

  // From the lowest page that exists to the end.
  std::size_t touched() const {
    const std::size_t page = sysconf(_SC_PAGESIZE);
    std::vector<unsigned char> pages(kStackSize / page);
    Require(mincore(memory_, kStackSize, pages.data()) == 0 ? 0 : errno,
            "mincore of a stack");
    const auto lowest =
        std::find_if(pages.begin(), pages.end(),
                     [](unsigned char state) { return (state & 1) != 0; });
    return (pages.end() - lowest) * page;
  }

 private:
  void* const memory_;
};

}  // namespace

std::size_t StackUse(const std::function<void()>& body) {
  const Stack stack;
  pthread_attr_t attributes;
  Require(pthread_attr_init(&attributes), "pthread_attr_init");
  Require(pthread_attr_setstack(&attributes, stack.memory(), kStackSize),
          "pthread_attr_setstack");
  pthread_t thread;
  Require(pthread_create(
              &thread, &attributes,
              [](void* argument) noexcept -> void* {
                (*static_cast<const std::function<void()>*>(argument))();
                return nullptr;
              },
              const_cast<std::function<void()>*>(&body)),
          "pthread_create");
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  return stack.touched();
}

void ExpectConstantStack(const std::function<void(int links)>& body) {
  const std::size_t few = StackUse([&] { body(kFew); });
  ASSERT_LT(few, kStackSize)
      << "this machine does not tell what of a stack has been touched";
  const std::size_t many = StackUse([&] { body(kMany); });
  EXPECT_LT(many, few + kTolerance)
      << "stack use grows: " << few << " bytes for " << kFew << " links, "
      << many << " for " << kMany;
}

}  // namespace heddle::conformance
