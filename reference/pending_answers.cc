// SPDX-License-Identifier: Apache-2.0
#include "reference/pending_answers.h"

namespace heddle {

bool PendingAnswers::Add(PendingAnswer& answer) {
  std::lock_guard lock(mutex_);
  if (closed_) return false;
  answer.previous_ = newest_;
  answer.next_ = nullptr;
  answer.listed_ = true;
  (newest_ != nullptr ? newest_->next_ : oldest_) = &answer;
  newest_ = &answer;
  return true;
}

bool PendingAnswers::Remove(PendingAnswer& answer) {
  std::lock_guard lock(mutex_);
  if (!answer.listed_) return false;
  Unlink(answer);
  return true;
}

void PendingAnswers::Close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  while (PendingAnswer* answer = TakeOldest()) answer->Abandon();
}

PendingAnswer* PendingAnswers::TakeOldest() {
  std::lock_guard lock(mutex_);
  PendingAnswer* const answer = oldest_;
  if (answer != nullptr) Unlink(*answer);
  return answer;
}

void PendingAnswers::Unlink(PendingAnswer& answer) {
  (answer.previous_ != nullptr ? answer.previous_->next_ : oldest_) =
      answer.next_;
  (answer.next_ != nullptr ? answer.next_->previous_ : newest_) =
      answer.previous_;
  answer.listed_ = false;
}

}  // namespace heddle
