// SPDX-License-Identifier: Apache-2.0
//
// ChainCanceller: what a chain calls when it is cancelled before it has fired.
#ifndef HEDDLE_REFERENCE_CHAIN_CANCELLER_H_
#define HEDDLE_REFERENCE_CHAIN_CANCELLER_H_

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "reference/chain_handle.h"

namespace heddle {

// A callable `void(ChainHandle)` of any type, or none. Move-only; not
// synchronized. Captures of up to kInlineSize bytes that move without throwing
// need no allocation; those that are trivially copyable cost nothing to move
// and nothing to destroy, which is why it is not a std::move_only_function.
class ChainCanceller {
 public:
  static constexpr std::size_t kInlineSize = 24;

  ChainCanceller() noexcept = default;
  ChainCanceller(std::nullptr_t) noexcept {}  // NOLINT: implicit

  template <class F>
    requires(!std::is_same_v<std::decay_t<F>, ChainCanceller> &&
             std::is_invocable_v<std::decay_t<F>&, ChainHandle>)
  ChainCanceller(F&& callable) {  // NOLINT: implicit, as for std::function
    Set(std::forward<F>(callable));
  }

  ChainCanceller(ChainCanceller&& other) noexcept { TakeFrom(other); }
  ChainCanceller& operator=(ChainCanceller&& other) noexcept {
    if (this != &other) {
      Reset();
      TakeFrom(other);
    }
    return *this;
  }
  ChainCanceller& operator=(std::nullptr_t) noexcept {
    Reset();
    return *this;
  }
  ~ChainCanceller() { Reset(); }

  // Only if there is none.
  template <class F>
  void Set(F&& callable) {
    using Callable = std::decay_t<F>;
    if constexpr (kFitsInline<Callable>) {
      ::new (static_cast<void*>(storage_)) Callable(std::forward<F>(callable));
      operations_ = &kInlineOperations<Callable>;
    } else {
      ::new (static_cast<void*>(storage_))
          Callable*(new Callable(std::forward<F>(callable)));
      operations_ = &kHeapOperations<Callable>;
    }
  }

  explicit operator bool() const noexcept { return operations_ != nullptr; }

  // Whether its destruction runs code, which may be a user's.
  bool has_destructor() const noexcept {
    return operations_ != nullptr && operations_->destroy != nullptr;
  }

  // Only if there is one.
  void operator()(ChainHandle chain) {
    operations_->call(storage_, std::move(chain));
  }

 private:
  struct Operations {
    void (*call)(void* storage, ChainHandle&& chain);
    // Null where the bytes are all there is to it.
    void (*relocate)(void* from, void* to) noexcept;
    void (*destroy)(void* storage) noexcept;
  };

  template <class F>
  static constexpr bool kFitsInline = sizeof(F) <= kInlineSize &&
                                      alignof(F) <= alignof(void*) &&
                                      std::is_nothrow_move_constructible_v<F>;

  template <class F>
  static constexpr bool kIsBytes =
      std::is_trivially_copyable_v<F> && std::is_trivially_destructible_v<F>;

  template <class F>
  static F* Inline(void* storage) {
    return std::launder(reinterpret_cast<F*>(storage));
  }

  template <class F>
  static F* Heap(void* storage) {
    return *std::launder(reinterpret_cast<F**>(storage));
  }

  template <class F>
  static void RelocateInline(void* from, void* to) noexcept {
    ::new (to) F(std::move(*Inline<F>(from)));
    std::destroy_at(Inline<F>(from));
  }

  template <class F>
  static void DestroyInline(void* storage) noexcept {
    std::destroy_at(Inline<F>(storage));
  }

  template <class F>
  static constexpr Operations kInlineOperations = {
      [](void* storage, ChainHandle&& chain) {
        (*Inline<F>(storage))(std::move(chain));
      },
      kIsBytes<F> ? nullptr : &RelocateInline<F>,
      kIsBytes<F> ? nullptr : &DestroyInline<F>,
  };

  template <class F>
  static constexpr Operations kHeapOperations = {
      [](void* storage, ChainHandle&& chain) {
        (*Heap<F>(storage))(std::move(chain));
      },
      nullptr,
      [](void* storage) noexcept { delete Heap<F>(storage); },
  };

  void TakeFrom(ChainCanceller& other) noexcept {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ == nullptr) return;
    if (operations_->relocate != nullptr) {
      operations_->relocate(other.storage_, storage_);
    } else {
      std::memcpy(storage_, other.storage_, kInlineSize);
    }
  }

  void Reset() noexcept {
    const Operations* const operations = std::exchange(operations_, nullptr);
    if (operations != nullptr && operations->destroy != nullptr) {
      operations->destroy(storage_);
    }
  }

  alignas(void*) unsigned char storage_[kInlineSize];
  const Operations* operations_ = nullptr;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CHAIN_CANCELLER_H_
