// SPDX-License-Identifier: Apache-2.0
#include "reference/pending_answers.h"

namespace heddle {

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

}  // namespace heddle
