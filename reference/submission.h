// SPDX-License-Identifier: Apache-2.0
//
// The answer to "please run this": accepted, or refused and why.
#ifndef HEDDLE_REFERENCE_SUBMISSION_H_
#define HEDDLE_REFERENCE_SUBMISSION_H_

namespace heddle {

// Why work was not taken, or was given back without having run.
enum class Refusal : unsigned char {
  kPoolStopped,     // the pool stops or has stopped (TP-40, TP-41, TP-44)
  kReactorStopped,  // the reactor stops or has stopped (RT-18, RT-29)
  kForkedChild,     // this process is a fork()ed child of the owner (TP-52)
  kNoWorkerThread,  // no thread could be created, and there is none (TP-51)
  kBacklogFull,     // as many tasks wait as may; PoolOptions::max_backlog
};

// One sentence for people.
const char* Describe(Refusal refusal);

// Throws the error of errors.h that stands for `refusal`.
[[noreturn]] void ThrowRefusal(Refusal refusal);

// What a submission came to. Accepted work runs exactly once or is given back
// visibly (Task::Refuse); refused work was not touched.
class [[nodiscard]] Submission {
 public:
  static Submission Accepted() { return Submission(); }
  static Submission Refused(Refusal refusal) { return Submission(refusal); }

  bool accepted() const { return accepted_; }
  explicit operator bool() const { return accepted_; }

  // Why; only after a refusal.
  Refusal refusal() const { return refusal_; }

  // For callers who hold a refusal to be an error: throws it (PoolStopped,
  // ReactorStopped, UsedInForkedChild, NoWorkerThread or BacklogFull).
  void OrThrow() const {
    if (!accepted_) ThrowRefusal(refusal_);
  }

 private:
  Submission() = default;
  explicit Submission(Refusal refusal) : accepted_(false), refusal_(refusal) {}

  bool accepted_ = true;
  Refusal refusal_ = Refusal::kPoolStopped;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_SUBMISSION_H_
