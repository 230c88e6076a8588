// SPDX-License-Identifier: Apache-2.0
//
// ChainResult: what a Deferred's chain holds, whatever its type is now.
#ifndef HEDDLE_REFERENCE_CHAIN_RESULT_H_
#define HEDDLE_REFERENCE_CHAIN_RESULT_H_

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace heddle {

// A value of any object type, or the value of void; or an exception; or
// nothing, because none has come yet or it has moved on. Move-only; a moved
// result leaves nothing behind. Values of up to kInlineSize bytes that move
// without throwing need no allocation. Not synchronized.
class ChainResult {
 public:
  static constexpr std::size_t kInlineSize = 32;

  ChainResult() noexcept = default;

  template <class T, class... Args>
  static ChainResult OfValue(Args&&... args) {
    ChainResult result;
    if constexpr (!std::is_void_v<T>) {
      void* const storage = result.storage_;
      if constexpr (kFitsInline<T>) {
        ::new (storage) T(std::forward<Args>(args)...);
        result.operations_ = &kInlineOperations<T>;
      } else {
        ::new (storage) T*(new T(std::forward<Args>(args)...));
        result.operations_ = &kHeapOperations<T>;
      }
    }
    result.kind_ = Kind::kValue;
    return result;
  }

  // `exception` is not null.
  static ChainResult OfFailure(std::exception_ptr exception) noexcept {
    ChainResult result;
    result.kind_ = Kind::kFailure;
    result.exception_ = std::move(exception);
    return result;
  }

  ChainResult(ChainResult&& other) noexcept { TakeFrom(other); }
  ChainResult& operator=(ChainResult&& other) noexcept {
    if (this != &other) {
      Reset();
      TakeFrom(other);
    }
    return *this;
  }
  ~ChainResult() { Reset(); }

  bool has_value() const { return kind_ == Kind::kValue; }
  bool has_failure() const { return kind_ == Kind::kFailure; }
  bool empty() const { return kind_ == Kind::kNothing; }

  // Only if has_value(), and T is the type it was made with.
  template <class T>
  T& Value() {
    if constexpr (kFitsInline<T>) {
      return *Inline<T>(storage_);
    } else {
      return *Heap<T>(storage_);
    }
  }

  // Only if has_failure().
  const std::exception_ptr& exception() const { return exception_; }

  // Only if has_failure(): the exception, which leaves nothing behind.
  std::exception_ptr TakeException() noexcept {
    kind_ = Kind::kNothing;
    return std::exchange(exception_, nullptr);
  }

  void Reset() noexcept {
    kind_ = Kind::kNothing;
    exception_ = nullptr;
    if (operations_ != nullptr) {
      std::exchange(operations_, nullptr)->destroy(storage_);
    }
  }

 private:
  enum class Kind : unsigned char { kNothing, kValue, kFailure };

  struct Operations {
    void (*relocate)(void* from, void* to) noexcept;
    void (*destroy)(void* storage) noexcept;
  };

  template <class T>
  static constexpr bool kFitsInline = sizeof(T) <= kInlineSize &&
                                      alignof(T) <= alignof(std::max_align_t) &&
                                      std::is_nothrow_move_constructible_v<T>;

  template <class T>
  static T* Inline(void* storage) {
    return std::launder(reinterpret_cast<T*>(storage));
  }

  template <class T>
  static T* Heap(void* storage) {
    return *std::launder(reinterpret_cast<T**>(storage));
  }

  template <class T>
  static constexpr Operations kInlineOperations = {
      [](void* from, void* to) noexcept {
        ::new (to) T(std::move(*Inline<T>(from)));
        std::destroy_at(Inline<T>(from));
      },
      [](void* storage) noexcept { std::destroy_at(Inline<T>(storage)); },
  };

  template <class T>
  static constexpr Operations kHeapOperations = {
      [](void* from, void* to) noexcept { ::new (to) T*(Heap<T>(from)); },
      [](void* storage) noexcept { delete Heap<T>(storage); },
  };

  void TakeFrom(ChainResult& other) noexcept {
    kind_ = std::exchange(other.kind_, Kind::kNothing);
    exception_ = std::move(other.exception_);
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ != nullptr) {
      operations_->relocate(other.storage_, storage_);
    }
  }

  alignas(std::max_align_t) unsigned char storage_[kInlineSize];
  const Operations* operations_ = nullptr;
  std::exception_ptr exception_;
  Kind kind_ = Kind::kNothing;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CHAIN_RESULT_H_
