// SPDX-License-Identifier: Apache-2.0
//
// Counting thread creations, and making them fail.
#ifndef HEDDLE_CONFORMANCE_KIT_THREAD_CREATION_FAULT_H_
#define HEDDLE_CONFORMANCE_KIT_THREAD_CREATION_FAULT_H_

#include <cstdint>

namespace heddle::conformance {

// A program that links this library calls pthread_create through a function of
// ours. That needs the dynamic linker: it does not work where a sanitizer's
// runtime is linked statically (clang), and false is returned there.
bool CanObserveThreadCreation();

// How many threads this process has tried to create so far.
std::uint64_t ThreadsCreated();

// Makes the next `count` attempts of the process to create a thread fail with
// EAGAIN, until the object's destruction. One at a time.
class ThreadCreationFault {
 public:
  explicit ThreadCreationFault(int count);
  ~ThreadCreationFault();

  ThreadCreationFault(const ThreadCreationFault&) = delete;
  ThreadCreationFault& operator=(const ThreadCreationFault&) = delete;

  // How many attempts have been made to fail.
  int failed() const;

 private:
  const int count_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_THREAD_CREATION_FAULT_H_
