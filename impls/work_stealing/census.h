// SPDX-License-Identifier: Apache-2.0
//
// Census: the numbers that decide who may submit, who is needed, who may go.
#ifndef HEDDLE_IMPLS_WORK_STEALING_CENSUS_H_
#define HEDDLE_IMPLS_WORK_STEALING_CENSUS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "impls/work_stealing/growing_table.h"
#include "impls/work_stealing/injection_queue.h"
#include "impls/work_stealing/tally.h"
#include "reference/backlog_bound.h"
#include "reference/pool_lifecycle.h"
#include "reference/pool_size.h"
#include "reference/task_ending.h"

namespace heddle::work_stealing {

// What the census counts, at one instant.
struct Counts {
  PoolState state = PoolState::kNew;
  int threads = 0;              // workers
  int busy = 0;                 // of these, with a task
  std::uint64_t backlog = 0;    // tasks accepted and not yet with a worker
  std::uint64_t completed = 0;  // tasks that have ended
  std::uint64_t failed = 0;     // of these

  int idle() const { return threads - busy; }

  friend bool operator==(const Counts&, const Counts&) = default;
};

// What changes rarely.
struct Standing {
  PoolState state = PoolState::kNew;
  int threads = 0;
  PoolSize limits{};  // at most Census::kMaxThreads each
  int retiring = 0;   // how many may go although there are not too many
};

// Whether one more worker must be made: there are fewer than min, or more
// tasks wait than workers are idle, and max allows it (TP-03, TP-06, TP-07,
// TP-35). An idle worker stands for one waiting task, not for any number.
bool WantsWorker(const Counts& counts, PoolSize limits);

// Whether an idle worker must go: there are more than max (TP-31 to TP-34), or
// nothing waits and either the pool stops (TP-39) or workers have been asked to
// go (TP-38).
bool MayLeave(const Standing& standing, std::uint64_t backlog);

// What it is: the pool's state and sizes in one word that is read often and
// written rarely, and counts of tasks that are written often, each by one
// thread on a line of its own, and added up rarely.
//
// Its states: what counts, and where:
//
//   Admit           + 1 submitted    in the submitting worker's tally, or, from
//                                    outside, by the very instruction that
//                                    takes a place in the injection queue
//   Begin           + 1 step         in the worker's tally, once it holds the
//                                    task
//   End             + 1 step         likewise, once the task has ended; with
//                                    the next Begin as one step if there is one
//   GiveBack        - 1 submitted    before a task is refused
//   the others      the word         crew.cc
//
// accepted = all submitted, backlog = accepted - all begun, busy = all begun -
// all ended. Tasks unfinished, accepted - all ended, are backlog + busy, so
// there is a worker for each waiting task while they are no more than threads.
//
//   Who submits                        Who changes the word, and looks
//   A1 raise submitted                 B1 write the word (a stop, a worker
//   A2 read the word: take the count      less, a limit raised)
//      back and refuse, or get a       B2 read all submitted, decide
//      worker first, or make one more
//   A3 enqueue the task, or fill
//      the place that A1 took
//
// The interleaving that must be impossible: A2 misses B1 and B2 misses A1, so
// that a task is accepted for which nobody stays. A1, A2, B1 and B2 are
// sequentially consistent: in their one order either A1 precedes B2, or B1
// precedes A2. So "stopping, no backlog" means that nothing is left and
// nothing will come. Who sees a backlog and finds no task looks again: it is
// between A1 and A3, and may be taken back.
//
// A sum of counts read one by one may fit no instant. Read begun before
// submitted: then it is never less than at some instant meanwhile, and 0 is 0
// (Backlog, Unfinished). For an exact picture:
//
//   R1 add up all counts               C1 before counting: a picture is wanted?
//   R2 once more: the same?            C2 then wait for its lock
//      yes: so it was between R1 and
//      R2, since counts only go up
//      no: say that a picture is
//      wanted, go on with R1
//
// What must be impossible: R2 differs for ever. After R2 has said so each
// thread counts at most a few times before C2.
//
// What the caller must do: call SetState, AddWorker, RemoveWorker, SetLimits,
// SetRetiring and Enroll under the crew's lock, but AddWorker also on the new
// thread, while its maker has the lock. Count only on the thread that a tally
// belongs to. Call PrepareToCount before Admit, with no lock held, and keep what
// it returns until the task is in its queue; or see that IsPlain and call
// AdmitPlain, once. From outside JudgeOutside comes first, and Confirm is what
// PushIf of `outside` asks; if the census IsPlain, Confirm is all.
//
// What it promises: exact Read(). While the pool runs, whenever no submission
// is under way, backlog <= idle or threads >= max: Admit is the only step that
// breaks this, and its caller then has the crew grow (TP-07). Exception: a
// thread could not be created (TP-51). A submission that meets a stop, or the
// end of the last worker, may be seen as accepted for the moment between A1 and
// A2.
//
// Happens-before: what a worker did before it counted is visible to whoever
// sees it counted.
//
// Destruction: any time nobody uses it.
class Census {
 public:
  // More workers than this cannot be counted.
  static constexpr int kMaxThreads = (1 << 14) - 1;

  // `outside` is the queue of what workers do not submit.
  Census(const InjectionQueue& outside, PoolSize limits,
         std::size_t max_backlog = 0);

  // An exact picture.
  Counts Read() const;

  Standing standing() const {
    return Unpack(word_.load(std::memory_order_seq_cst));
  }

  // B1.
  void SetState(PoolState state);
  void AddWorker();
  void RemoveWorker();
  void SetLimits(PoolSize limits);
  void SetRetiring(int retiring);
  // The tally of a new seat.
  void Enroll(const Tally* tally) { tallies_.Append(tally); }

  // At least as many as wait, or have not ended, at some instant meanwhile. If
  // 0, then 0. In one order with what is announced (S2, L4, B2).
  std::uint64_t Backlog() const;
  std::uint64_t Unfinished() const;

  // MayLeave and WantsWorker of what is now.
  bool MayLeaveNow() const {
    return Has(kNotReady | kSurplus | kRetiring) && MayLeaveRightNow();
  }
  // Whether nothing waits and a worker must not leave. By one look at the
  // backlog: two could see it after and before the last task of a stop.
  bool MaySleepNow() const {
    const Standing now = standing();
    const std::uint64_t backlog = Backlog();
    return backlog == 0 && !MayLeave(now, backlog);
  }
  bool WantsWorkerNow() const { return Has(kRoom) && WantsWorkerRightNow(); }

  // C1, C2. Orders the submissions of a pool whose backlog is bounded.
  [[nodiscard]] std::unique_lock<std::mutex> PrepareToCount() const {
    if (!Has(kPicture | kBounded)) [[likely]] return {};
    return AwaitPicture();
  }

  // C1, and whether all is as it nearly always is, so that a submission need
  // not look at anything else before it is admitted: the pool runs and has a
  // worker, its backlog is not bounded, and nobody wants a picture.
  bool IsPlain() const { return !Has(kNotReady | kBounded | kPicture); }

  enum class Answer {
    kAdmitted,
    kStopped,      // the pool takes no more work
    kNeedsWorker,  // it runs, max allows workers, and there is none (TP-51)
    kFull,         // as many tasks wait as may (BT-16)
  };
  // A1, A2. Changes nothing unless it admits. From a task of the tally's
  // worker:
  [[nodiscard]] Answer Admit(Tally& tally) {
    return AdmitInto(tally.submitted);
  }
  // The same, for who has just seen that IsPlain.
  [[nodiscard]] Answer AdmitPlain(Tally& tally) {
    return AdmitPlainInto(tally.submitted);
  }
  // From outside, before A1, which may then be made if it admits.
  [[nodiscard]] Answer JudgeOutside() const {
    if (!Has(kNotReady | kBounded)) [[likely]] return Answer::kAdmitted;
    return Judge(true);
  }
  // A2, from outside, after A1.
  [[nodiscard]] Answer Confirm() {
    if (!Has(kNotReady)) [[likely]] return Answer::kAdmitted;
    return JudgePushed();
  }
  // Takes one of those from outside back, for good.
  void GiveBack() { given_back_.fetch_add(1, std::memory_order_seq_cst); }

  // The worker's.
  void Begin(Tally& tally) { Step(tally, 1); }
  void End(Tally& tally, TaskEnding ending) { EndSteps(tally, ending, 1); }
  void EndAndBegin(Tally& tally, TaskEnding ending) {
    EndSteps(tally, ending, 2);
  }

  // Whether a worker between two tasks has to look at more than its queues.
  bool WorkerMustLook() const {
    return Has(kPicture | kNotReady | kSurplus);
  }

 private:
  // From the lowest bit: 2 of state, 14 each of threads, max, min and retiring,
  // and then what follows from these, so that who is in a hurry needs but one
  // look.
  using Word = std::uint64_t;
  static constexpr int kThreadsShift = 2;
  static constexpr int kMaxShift = 16;
  static constexpr int kMinShift = 30;
  static constexpr int kRetiringShift = 44;
  // The pool does not run, or has no worker.
  static constexpr Word kNotReady = Word{1} << 58;
  static constexpr Word kRoom = Word{1} << 59;      // threads < max
  static constexpr Word kSurplus = Word{1} << 60;   // threads > max
  static constexpr Word kRetiring = Word{1} << 61;  // retiring > 0
  static constexpr Word kBounded = Word{1} << 62;   // from the beginning
  static constexpr Word kPicture = Word{1} << 63;   // R2: a picture is wanted

  static Standing Unpack(Word word);
  static Word Pack(const Standing& standing);

  bool Has(Word notices) const {
    return (word_.load(std::memory_order_seq_cst) & notices) != 0;
  }
  template <class Change>
  void ChangeWord(Change change);

  bool MayLeaveRightNow() const;
  bool WantsWorkerRightNow() const;
  std::unique_lock<std::mutex> AwaitPicture() const;

  Answer AdmitInto(Count& submitted) {
    if (Has(kNotReady | kBounded)) [[unlikely]] {
      const Answer answer = Judge(true);
      if (answer != Answer::kAdmitted) return answer;
    }
    return AdmitPlainInto(submitted);
  }
  Answer AdmitPlainInto(Count& submitted) {
    submitted.Announce(submitted.own() + 1);                      // A1
    if (!Has(kNotReady)) [[likely]] return Answer::kAdmitted;     // A2
    return JudgeAdmitted(submitted);
  }
  [[gnu::cold]] Answer JudgeAdmitted(Count& submitted) const;
  [[gnu::cold]] Answer JudgePushed();
  Answer Judge(bool bound_too) const;

  void Step(Tally& tally, std::uint64_t steps) {
    tally.steps.Set(tally.steps.own() + steps);
  }
  void EndSteps(Tally& tally, TaskEnding ending, std::uint64_t steps) {
    if (ending == TaskEnding::kFailed) [[unlikely]] {
      CountFailure(tally, steps);
    } else {
      Step(tally, steps);
    }
  }
  void CountFailure(Tally& tally, std::uint64_t steps);

  // From outside, and not given back: never less than at some instant
  // meanwhile, since what is given back was pushed before.
  std::uint64_t Outside() const {
    const std::uint64_t given_back =
        given_back_.load(std::memory_order_seq_cst);
    return outside_.Pushed() - given_back;
  }

  struct Sums;
  Sums AddUp() const;
  Counts ReadLocked() const;

  alignas(64) mutable std::atomic<Word> word_;
  const InjectionQueue& outside_;
  const BacklogBound bound_;
  GrowingTable<const Tally> tallies_;
  mutable std::mutex picture_;  // one at a time
  std::atomic<std::uint64_t> given_back_{0};
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_CENSUS_H_
