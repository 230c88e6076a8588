"""Faults in cancelling Deferreds, and in what becomes of failures, by clause."""

load(":defs.bzl", "mutant")

def deferred_end_mutants():
    """Defines the mutants of DF-31 to DF-42 and DF-59 to DF-62."""
    pass
