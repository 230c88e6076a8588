"""Faults in the lock, the semaphore, the queue and coroutines, by clause."""

load(":defs.bzl", "mutant")

def coordination_mutants():
    """Defines the mutants of DF-63 and DF-64."""
    pass
