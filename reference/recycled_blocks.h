// SPDX-License-Identifier: Apache-2.0
//
// RecycledBlocks: memory for objects that come and go one after another.
#ifndef HEDDLE_REFERENCE_RECYCLED_BLOCKS_H_
#define HEDDLE_REFERENCE_RECYCLED_BLOCKS_H_

#include <cstddef>
#include <new>

// Whether every block is the allocator's, which then knows who uses one that
// has gone.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEDDLE_REFERENCE_RECYCLES_BLOCKS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define HEDDLE_REFERENCE_RECYCLES_BLOCKS false
#endif
#endif
#ifndef HEDDLE_REFERENCE_RECYCLES_BLOCKS
#define HEDDLE_REFERENCE_RECYCLES_BLOCKS true
#endif

namespace heddle {

// What it is: for each thread, a few free blocks for objects of type T, at most
// kMost: the last ones freed there. More than that go back to the allocator.
//
// Its states: for a thread, not used yet, in use, or at its end, when blocks
// are kept no more.
//
// What the caller must do: free what it allocated, on any thread.
//
// What it promises: no lock and no atomic operation.
//
// Happens-before: none; of a block, the freeing and what follows there.
//
// Destruction: a thread's blocks go with the thread.
template <class T>
class RecycledBlocks {
 public:
  static constexpr unsigned kMost = 32;
  static constexpr bool kRecycles = HEDDLE_REFERENCE_RECYCLES_BLOCKS;

  static void* Allocate() {
    if (free_ == nullptr) return New();
    Block* const block = free_;
    free_ = block->next;
    ++room_;
    return block;
  }

  static void Free(void* memory) noexcept {
    if (room_ == 0 && !MakeRoom()) {
      Delete(memory);
      return;
    }
    --room_;
    free_ = ::new (memory) Block{free_};
  }

  // How many blocks this thread has now.
  static unsigned kept() {
    unsigned count = 0;
    for (const Block* block = free_; block != nullptr; block = block->next) {
      ++count;
    }
    return count;
  }

 private:
  struct Block {
    Block* next;
  };

  static void* New() {
    if constexpr (alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
      return ::operator new(sizeof(T));
    } else {
      return ::operator new(sizeof(T), std::align_val_t(alignof(T)));
    }
  }

  static void Delete(void* memory) noexcept {
    if constexpr (alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
      ::operator delete(memory);
    } else {
      ::operator delete(memory, std::align_val_t(alignof(T)));
    }
  }

  // Whose end is the thread's. Apart from the rest, which thus needs no check
  // at each use and can be used by what ends after it.
  struct End {
    ~End() {
      room_ = 0;
      while (free_ != nullptr) {
        Block* const block = free_;
        free_ = block->next;
        Delete(block);
      }
    }
  };

  // At the first block that a thread frees. False where there is none to be
  // had, for good or until a block is allocated.
  static bool MakeRoom() noexcept {
    if (begun_ || !kRecycles) return false;
    static thread_local End end;
    static_cast<void>(&end);
    begun_ = true;
    room_ = kMost;
    return true;
  }

  static inline constinit thread_local Block* free_ = nullptr;
  static inline constinit thread_local unsigned room_ = 0;
  static inline constinit thread_local bool begun_ = false;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_RECYCLED_BLOCKS_H_
