// SPDX-License-Identifier: Apache-2.0
//
// Sleeping until another thread has changed a word: the bare system call.
#ifndef HEDDLE_REFERENCE_FUTEX_H_
#define HEDDLE_REFERENCE_FUTEX_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace heddle {

// std::atomic::wait() has no deadline, and sleeps in steps where it is given
// one by way of a semaphore (gcc 12).

using FutexWord = std::atomic<std::uint32_t>;

// Sleeps while `word` is `value`, until a WakeOne() on it; or for no reason at
// all. False if it is `deadline`. Orders nothing: read `word` again.
bool SleepWhile(
    const FutexWord& word, std::uint32_t value,
    std::optional<std::chrono::steady_clock::time_point> deadline);

// Wakes one thread that sleeps for `word`, if there is one.
void WakeOne(const FutexWord& word) noexcept;

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_FUTEX_H_
