"""Faults in the reactor's life, by clause."""

load(":defs.bzl", "mutant")

def lifecycle_mutants():
    """Defines the mutants of RL-01 to RL-22."""
    pass
