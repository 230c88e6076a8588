"""Faults in what heddle promises beyond Twisted, and in templates of the older chapters, by clause."""

load(":defs.bzl", "mutant")

_THREAD_CALL_H = "//reference:thread_call.h"

_DEFER = "//conformance/rules:threads_defer.cc"

def better_mutants():
    """Defines the mutants of BT, and the rest of TP, RT and TH."""
    _defer()

def _defer():
    mutant(
        name = "th_03_exception_reduced_to_its_text",
        rule = "TH_03_TheOriginalExceptionArrivesOnTheReactorThreadUnlogged",
        source = _THREAD_CALL_H,
        rules_in = _DEFER,
        replace = """
    std::exchange(deferred_, std::nullopt)
        ->Callback(*std::exchange(outcome_, std::nullopt));""",
        by = """
    Outcome<T> outcome = *std::exchange(outcome_, std::nullopt);
    std::optional<Deferred<T>> deferred = std::exchange(deferred_, std::nullopt);
    if (outcome.ok()) {
      deferred->Callback(std::move(outcome));
    } else {
      deferred->Errback(std::runtime_error(outcome.failure().Describe()));
    }""",
        message = "Expected",
    )
