// SPDX-License-Identifier: Apache-2.0
#include "reference/submission.h"

#include "reference/errors.h"

namespace heddle {

const char* Describe(Refusal refusal) {
  switch (refusal) {
    case Refusal::kPoolStopped:
      return "the thread pool takes no work: it stops or has stopped";
    case Refusal::kReactorStopped:
      return "the reactor takes no work: it stops or has stopped";
    case Refusal::kForkedChild:
      return "used in a child of fork(), where its threads do not exist";
    case Refusal::kNoWorkerThread:
      return "no worker thread could be created and there is no other";
    case Refusal::kBacklogFull:
      return "the thread pool takes no work: as many tasks wait as may";
  }
  return "refused for an unknown reason";
}

void ThrowRefusal(Refusal refusal) {
  switch (refusal) {
    case Refusal::kPoolStopped:
      throw PoolStopped(Describe(refusal));
    case Refusal::kReactorStopped:
      throw ReactorStopped(Describe(refusal));
    case Refusal::kForkedChild:
      throw UsedInForkedChild(Describe(refusal));
    case Refusal::kNoWorkerThread:
      throw NoWorkerThread(Describe(refusal));
    case Refusal::kBacklogFull:
      throw BacklogFull(Describe(refusal));
  }
  throw std::logic_error(Describe(refusal));
}

}  // namespace heddle
