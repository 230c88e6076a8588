// SPDX-License-Identifier: Apache-2.0
//
// PendingAnswers: the answers a reactor owes, so that none is forgotten when
// it stops.
#ifndef HEDDLE_REFERENCE_PENDING_ANSWERS_H_
#define HEDDLE_REFERENCE_PENDING_ANSWERS_H_

#include <mutex>

namespace heddle {

// Something that somebody waits for: a result on its way back from a pool
// (BT-04), a thread blocked until the reactor has run its call (BT-01).
class PendingAnswer {
 public:
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;

  // There will be no answer: tells the one who waits (ReactorStopped). Called
  // by Close(), at most once, on the closing thread, without a lock. The list
  // does not touch the answer afterwards.
  virtual void Abandon() noexcept = 0;

 protected:
  PendingAnswer() = default;
  ~PendingAnswer() = default;

 private:
  friend class AnswerList;

  // All three are the list's.
  PendingAnswer* previous_ = nullptr;
  PendingAnswer* next_ = nullptr;
  bool listed_ = false;
};

// What it is: an intrusive list of answers that are owed, which can be closed.
//
// Its states: open; closed, for good.
//
//               open                         closed
//   Add         listed, true                 not listed, false
//   Remove      true if it was listed        false, unless still to abandon
//   Close       abandons all, one by one     nothing
//
// What the caller must do: keep a listed answer alive until Remove() has
// returned true for it, or its Abandon() has returned.
//
// What it promises: for each answer added exactly one of two things: one
// Remove() returns true, or Abandon() is called. So whoever is about to give
// the answer removes it first, and gives it only if Remove() said true.
//
// Happens-before: none; one thread at a time.
//
// Destruction: when it is empty; Close() makes it so.
class AnswerList {
 public:
  AnswerList() = default;
  AnswerList(const AnswerList&) = delete;
  AnswerList& operator=(const AnswerList&) = delete;

  // Lists `answer`, which is in no list; or returns false, for then it would
  // never be given.
  [[nodiscard]] bool Add(PendingAnswer& answer) {
    if (closed_) return false;
    answer.previous_ = newest_;
    answer.next_ = nullptr;
    answer.listed_ = true;
    (newest_ != nullptr ? newest_->next_ : oldest_) = &answer;
    newest_ = &answer;
    ++changes_;
    return true;
  }

  // Takes `answer` off the list. True: the caller gives it. False: it is
  // abandoned, or has been removed before.
  bool Remove(PendingAnswer& answer) {
    if (!answer.listed_) return false;
    (answer.previous_ != nullptr ? answer.previous_->next_ : oldest_) =
        answer.next_;
    (answer.next_ != nullptr ? answer.next_->previous_ : newest_) =
        answer.previous_;
    answer.listed_ = false;
    ++changes_;
    return true;
  }

  // Refuses further answers, then abandons those listed, oldest first.
  // Abandon() may call Add and Remove. Idempotent.
  void Close();

  bool empty() const { return oldest_ == nullptr; }

  // Null if it is empty.
  PendingAnswer* oldest() const { return oldest_; }

  // How often an answer was listed or taken off. Wraps.
  unsigned changes() const { return changes_; }

 private:
  friend class PendingAnswers;

  PendingAnswer* TakeOldest();

  PendingAnswer* oldest_ = nullptr;
  PendingAnswer* newest_ = nullptr;
  unsigned changes_ = 0;
  bool closed_ = false;
};

// The same for answers that other threads list and take off: any thread may
// call a function that does not say otherwise, under a mutex that is not held
// while one is abandoned.
//
// Happens-before: Add before the Remove that returns true, and before Abandon.
class PendingAnswers {
 public:
  [[nodiscard]] bool Add(PendingAnswer& answer);
  bool Remove(PendingAnswer& answer);
  void Close();

  // The reactor's thread: one has been answered; how many have been. Wraps.
  void CountAnswered() { ++answered_; }
  unsigned answered() const { return answered_; }

 private:
  std::mutex mutex_;
  AnswerList list_;  // with the mutex
  // Apart from what the threads that wait write for each of their calls.
  alignas(64) unsigned answered_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_PENDING_ANSWERS_H_
