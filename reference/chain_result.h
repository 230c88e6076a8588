// SPDX-License-Identifier: Apache-2.0
//
// ChainResult: what a Deferred's chain holds, whatever its type is now.
#ifndef HEDDLE_REFERENCE_CHAIN_RESULT_H_
#define HEDDLE_REFERENCE_CHAIN_RESULT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace heddle {

// A value of any object type, or the value of void; or an exception; or
// nothing, because none has come yet or it has moved on. Move-only; a moved
// result leaves nothing behind. Values of up to kInlineSize bytes that move
// without throwing need no allocation; those that are trivially copyable move
// without a call, too. Not synchronized.
class ChainResult {
 public:
  static constexpr std::size_t kInlineSize = 32;

  ChainResult() noexcept = default;

  template <class T, class... Args>
  static ChainResult OfValue(Args&&... args) {
    ChainResult result;
    result.Become<T>(std::forward<Args>(args)...);
    return result;
  }

  // `exception` is not null.
  static ChainResult OfFailure(std::exception_ptr exception) noexcept {
    ChainResult result;
    result.Put<std::exception_ptr>(std::move(exception));
    result.form_.kind = Kind::kFailure;
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

  bool has_value() const { return form_.kind == Kind::kValue; }
  bool has_failure() const { return form_.kind == Kind::kFailure; }
  bool empty() const { return form_.kind == Kind::kNothing; }

  // Whether its destruction runs code, which may be a user's.
  bool has_destructor() const { return operations_ != nullptr; }

  // Replaces what is here by the value that OfValue() gives. Of what is here,
  // `args` must use nothing.
  template <class T, class... Args>
  void Become(Args&&... args) {
    Reset();
    if constexpr (!std::is_void_v<T>) Put<T>(std::forward<Args>(args)...);
    form_.kind = Kind::kValue;
  }

  // The same as assignment, where it is empty.
  void Fill(ChainResult&& other) noexcept { TakeFrom(other); }

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
  const std::exception_ptr& exception() const {
    return *std::launder(
        reinterpret_cast<const std::exception_ptr*>(storage_));
  }

  // Only if has_failure(): the exception, which leaves nothing behind.
  std::exception_ptr TakeException() noexcept {
    std::exception_ptr exception =
        std::move(*Inline<std::exception_ptr>(storage_));
    Reset();
    return exception;
  }

  void Reset() noexcept {
    form_.kind = Kind::kNothing;
    if (operations_ != nullptr) {
      std::exchange(operations_, nullptr)->destroy(storage_);
    }
  }

 private:
  enum class Kind : unsigned char { kNothing, kValue, kFailure };

  // Moves as one.
  struct Form {
    Kind kind = Kind::kNothing;
    bool is_long = false;  // bytes, and more of them than a Word
  };

  using Word = std::uint64_t;

  struct Operations {
    void (*relocate)(void* from, void* to) noexcept;
    void (*destroy)(void* storage) noexcept;
  };

  template <class T>
  static constexpr bool kFitsInline = sizeof(T) <= kInlineSize &&
                                      alignof(T) <= alignof(std::max_align_t) &&
                                      std::is_nothrow_move_constructible_v<T>;

  // Its bytes are all there is to it: it has no operations.
  template <class T>
  static constexpr bool kIsBytes = kFitsInline<T> &&
                                   std::is_trivially_copyable_v<T> &&
                                   std::is_trivially_destructible_v<T>;

  template <class T, class... Args>
  void Put(Args&&... args) {
    void* const storage = storage_;
    if constexpr (!kFitsInline<T>) {
      ::new (storage) T*(new T(std::forward<Args>(args)...));
      operations_ = &kHeapOperations<T>;
    } else {
      if constexpr (kIsBytes<T> && sizeof(T) <= sizeof(Word)) {
        ::new (storage) Word(0);  // the whole of what a move reads
      }
      ::new (storage) T(std::forward<Args>(args)...);
      if constexpr (!kIsBytes<T>) {
        operations_ = &kInlineOperations<T>;
      } else {
        form_.is_long = sizeof(T) > sizeof(Word);
      }
    }
  }

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
    form_ = other.form_;
    other.form_.kind = Kind::kNothing;
    operations_ = other.operations_;
    if (operations_ != nullptr) {
      other.operations_ = nullptr;
      operations_->relocate(other.storage_, storage_);
    } else if (form_.is_long) {
      std::memcpy(storage_, other.storage_, kInlineSize);
    } else {
      std::memcpy(storage_, other.storage_, sizeof(Word));
    }
  }

  // A value, a pointer to one that does not fit, or an exception.
  alignas(std::max_align_t) unsigned char storage_[kInlineSize];
  const Operations* operations_ = nullptr;  // null for nothing and for bytes
  Form form_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CHAIN_RESULT_H_
