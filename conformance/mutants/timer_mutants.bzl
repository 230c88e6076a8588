"""Faults in the reactor's timers, by clause."""

load(":defs.bzl", "mutant")

def timer_mutants():
    """Defines the mutants of RL-23 to RL-36."""
    pass
