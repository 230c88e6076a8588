"""Showing that what looks for faults would see one.

    load("//conformance/canaries:defs.bzl", "canaries_test")

    canaries_test(
        name = "tbb_canaries_test",
        backend = "//impls/tbb",
    )

`bazel test --config=tsan :tbb_canaries_test` plants a data race in tasks of
that backend and passes only if ThreadSanitizer reports it there. Without such
a report a clean run of the rules under ThreadSanitizer says nothing about the
backend. Likewise for the other sanitizers, the watchdog and the patience.
"""

load("//third_party:cc.bzl", "cc_test")

def canaries_test(name, backend, **kwargs):
    """Checks that faults in tasks of a backend are seen.

    Args:
      name: the test's name.
      backend: label of the cc_library that registers the pool, as for
        conformance_test.
      **kwargs: passed on to the test.
    """
    cc_test(
        name = name,
        # One definition of each symbol, or the linker refuses.
        linkstatic = True,
        tags = ["conformance"],
        deps = [
            Label("//conformance/canaries:canaries"),
            backend,
        ],
        **kwargs
    )
