"""Faults that change nothing but what happens before what.

Only ThreadSanitizer can tell:

    bazel test --config=tsan //conformance/mutants:tsan_mutants
"""

load(":defs.bzl", "mutant")

# Work goes to `function` through another thread, and to that thread through a
# slot that synchronises nothing.
_COURIER = """
static thread_local bool is_courier = false;

%s
  static std::atomic<Task*> slot = nullptr;
  if (!is_courier) {
    static auto* const courier = new std::thread([this] {
      is_courier = true;
      for (;; std::this_thread::yield()) {
        Task* const work = slot.exchange(nullptr, std::memory_order_relaxed);
        if (work != nullptr) static_cast<void>(%s(std::move(*work)));
      }
    });
    Task* const work = new Task(std::move(%s));
    for (Task* none = nullptr; !slot.compare_exchange_weak(
             none, work, std::memory_order_relaxed);) {
      none = nullptr;
      std::this_thread::yield();
    }
    return Submission::Accepted();
  }
"""

_SUBMIT = "Submission ReferenceThreadPool::Submit(Task&& task) {"
_POST = "Submission ThreadCallQueue::Post(Task&& call) {"

def tsan_mutants():
    """Defines the mutants of HB-1 and HB-3."""
    mutant(
        name = "hb_1_handed_over_unsynchronised",
        chapter = "thread_pool",
        rule = "HB_1_WhatPrecedesASubmissionIsVisibleToTheTask",
        source = "//reference:reference_thread_pool.cc",
        replace = _SUBMIT,
        by = _COURIER % (_SUBMIT, "Submit", "task"),
        by_tsan = True,
        includes = ["atomic", "thread"],
        message = "ThreadSanitizer: data race",
    )
    mutant(
        name = "hb_3_handed_over_unsynchronised",
        chapter = "reactor",
        rule = "HB_3_WhatPrecedesACallIsVisibleToIt",
        source = "//reference:thread_call_queue.cc",
        replace = _POST,
        by = _COURIER % (_POST, "Post", "call"),
        by_tsan = True,
        includes = ["atomic", "thread"],
        message = "ThreadSanitizer: data race",
    )
