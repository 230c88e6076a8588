// SPDX-License-Identifier: Apache-2.0
//
// Failure: an exception as a value, on its way to whoever can handle it.
#ifndef HEDDLE_REFERENCE_FAILURE_H_
#define HEDDLE_REFERENCE_FAILURE_H_

#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "reference/log.h"

namespace heddle {

// Wraps the original exception: its dynamic type and identity are kept
// (TP-19). Cheap to copy; copies share the exception.
class Failure {
 public:
  // Refuses a null pointer: std::invalid_argument.
  explicit Failure(std::exception_ptr exception)
      : exception_(std::move(exception)) {
    if (!exception_) {
      throw std::invalid_argument("Failure: the exception pointer is null");
    }
  }

  // Wraps `error`, any copyable object that is to be thrown.
  template <class E>
    requires(!std::is_same_v<std::decay_t<E>, Failure> &&
             !std::is_same_v<std::decay_t<E>, std::exception_ptr>)
  static Failure Of(E&& error) {
    return Failure(std::make_exception_ptr(std::forward<E>(error)));
  }

  // The exception being handled. Outside a handler: std::invalid_argument
  // (DF-08).
  static Failure Current() { return Failure(std::current_exception()); }

  // Whether the exception is one of `Errors`, or derived from one (DF-60).
  template <class... Errors>
  bool Check() const {
    return (Is<Errors>() || ...);
  }

  // As Check; throws the exception on if it is none of `Errors` (DF-60).
  template <class... Errors>
  void Trap() const {
    if (!Check<Errors...>()) Rethrow();
  }

  [[noreturn]] void Rethrow() const { std::rethrow_exception(exception_); }

  const std::exception_ptr& exception() const { return exception_; }

  // Type and text, for people.
  std::string Describe() const { return DescribeException(exception_); }

 private:
  template <class E>
  bool Is() const {
    try {
      Rethrow();
    } catch (const E&) {
      return true;
    } catch (...) {
      return false;
    }
  }

  std::exception_ptr exception_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_FAILURE_H_
