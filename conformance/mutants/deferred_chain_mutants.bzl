"""Faults in firing, chaining and pausing Deferreds, by clause."""

load(":defs.bzl", "mutant")

def deferred_chain_mutants():
    """Defines the mutants of DF-01 to DF-30."""
    pass
