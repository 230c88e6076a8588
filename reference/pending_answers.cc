// SPDX-License-Identifier: Apache-2.0
#include "reference/pending_answers.h"

namespace heddle {

bool AnswerList::Add(PendingAnswer& answer) {
  if (closed_) return false;
  answer.previous_ = newest_;
  answer.next_ = nullptr;
  answer.listed_ = true;
  (newest_ != nullptr ? newest_->next_ : oldest_) = &answer;
  newest_ = &answer;
  ++changes_;
  return true;
}

bool AnswerList::Remove(PendingAnswer& answer) {
  if (!answer.listed_) return false;
  (answer.previous_ != nullptr ? answer.previous_->next_ : oldest_) =
      answer.next_;
  (answer.next_ != nullptr ? answer.next_->previous_ : newest_) =
      answer.previous_;
  answer.listed_ = false;
  ++changes_;
  return true;
}

void AnswerList::Close() {
  closed_ = true;
  while (PendingAnswer* answer = TakeOldest()) answer->Abandon();
}

PendingAnswer* AnswerList::TakeOldest() {
  PendingAnswer* const answer = oldest_;
  if (answer != nullptr) Remove(*answer);
  return answer;
}

bool PendingAnswers::Add(PendingAnswer& answer) {
  std::lock_guard lock(mutex_);
  return list_.Add(answer);
}

bool PendingAnswers::Remove(PendingAnswer& answer) {
  std::lock_guard lock(mutex_);
  return list_.Remove(answer);
}

void PendingAnswers::Close() {
  const auto take_oldest = [this] {
    std::lock_guard lock(mutex_);
    list_.closed_ = true;
    return list_.TakeOldest();
  };
  while (PendingAnswer* answer = take_oldest()) answer->Abandon();
}

unsigned PendingAnswers::changes() const {
  std::lock_guard lock(mutex_);
  return list_.changes();
}

}  // namespace heddle
