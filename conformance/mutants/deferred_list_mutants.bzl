"""Faults in time limits and lists of Deferreds, by clause."""

load(":defs.bzl", "mutant")

def deferred_list_mutants():
    """Defines the mutants of DF-43 to DF-58 and BT-39."""
    pass
