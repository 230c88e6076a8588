"""Holding a thread pool to the contract.

In the BUILD file beside your pool, in this workspace or in your own, whatever
you call this one there:

    load("@heddle//conformance:defs.bzl", "conformance_test")
    load("@heddle//third_party:cc.bzl", "cc_library")

    cc_library(
        name = "my_backend",
        srcs = ["my_backend.cc"],  # holds a heddle::BackendRegistration
        deps = [
            ":my_pool",
            "@heddle//reference:backend",
        ],
        alwayslink = True,
    )

    conformance_test(
        name = "my_conformance",
        backend = ":my_backend",
    )

`bazel test :my_conformance` then checks every rule. The rules are described in
conformance/CONTRACT.md; `--test_filter=TP.TP_05_*` picks those of one clause.
conformance/GUIDE.md leads through all of it.
"""

load("//conformance/report:defs.bzl", "conformance_report")
load("//third_party:cc.bzl", "cc_binary")
load(":chapter_test.bzl", "chapter_test")

# One test for each: <name>_<chapter>_test. The library of its rules.
_CHAPTERS = {
    "thread_pool": Label("//conformance/rules:thread_pool_rules"),
    "reactor": Label("//conformance/rules:reactor_rules"),
    "threads": Label("//conformance/rules:threads_rules"),
}

_MAIN = Label("//conformance/kit:main")
_BENCHMARKS = Label("//benchmarks:main")

# What a caller may pass on to the tests.
_PASSED_ON = [
    "shard_count",
    "size",
    "target_compatible_with",
    "timeout",
    "visibility",
]

def conformance_test(name, backend, known_violations = None, tags = [], **kwargs):
    """Checks that a thread pool keeps the contract.

    Defines

    - `<name>_rules`, the program that checks: all rules, this one backend.
      `bazel run <name>_rules -- --help` lists what GoogleTest understands;
      conformance/kit/options.h lists the rest.
    - `<name>_thread_pool_test`, `<name>_reactor_test`, `<name>_threads_test`,
      a test for each chapter. All are tagged `conformance`. The reactor and its
      utilities are heddle's own; their rules run on top of the pool.
    - `<name>`, the test_suite that holds them.
    - `<name>_report`: `bazel run <name>_report` prints each rule's verdict;
      see conformance/report/defs.bzl.
    - `<name>_benchmark`: `bazel run -c opt <name>_benchmark` measures the pool;
      see benchmarks/README.md. Tagged `manual`, because nobody else needs
      Google Benchmark.

    Args:
      name: the suite's name: lower-case letters, digits and '_'.
      backend: label of the cc_library that registers the pool. It must hold
        exactly one heddle::BackendRegistration and be alwayslink, otherwise
        the tests fail and say so.
      known_violations: label of a file that lists the rules which the pool is
        known to break, each with its reason (conformance/kit/known_violations.h).
        They fail no test; what is on the list and is not broken does.
      tags: further tags for the tests.
      **kwargs: passed on to the tests: shard_count, size,
        target_compatible_with, timeout, visibility. Anything else is refused,
        because the macro decides it.
    """
    _require_name(name)
    _require_label(name, "backend", backend)
    if known_violations != None:
        _require_label(name, "known_violations", known_violations)
    if type(tags) != "list":
        fail("conformance_test %r: tags is %r, must be a list" % (name, tags))
    for attribute in sorted(kwargs):
        if attribute not in _PASSED_ON:
            fail("conformance_test %r: %s = %r is not for the caller to set; allowed: %s" % (
                name,
                attribute,
                kwargs[attribute],
                ", ".join(_PASSED_ON),
            ))

    rules = name + "_rules"
    cc_binary(
        name = rules,
        testonly = True,
        # One definition of each symbol, or the linker refuses.
        linkstatic = True,
        tags = tags,
        visibility = kwargs.get("visibility"),
        deps = [
            backend,
            _MAIN,
        ] + _CHAPTERS.values(),
    )
    tests = []
    for chapter in _CHAPTERS:
        test = "%s_%s_test" % (name, chapter)
        tests.append(":" + test)
        chapter_test(
            name = test,
            chapter = chapter,
            known_violations = known_violations,
            rules = ":" + rules,
            tags = ["conformance"] + tags,
            **kwargs
        )
    native.test_suite(
        name = name,
        tests = tests,
        visibility = kwargs.get("visibility"),
    )
    conformance_report(
        name = name + "_report",
        known_violations = known_violations,
        runners = [":" + rules],
        tags = tags,
        visibility = kwargs.get("visibility"),
    )
    cc_binary(
        name = name + "_benchmark",
        testonly = True,
        linkstatic = True,
        tags = ["manual"] + tags,
        visibility = kwargs.get("visibility"),
        deps = [
            backend,
            _BENCHMARKS,
        ],
    )

def _require_name(name):
    allowed = "abcdefghijklmnopqrstuvwxyz0123456789_"
    legal = type(name) == "string" and name != ""
    if legal:
        for character in name.elems():
            legal = legal and character in allowed
    if not legal:
        fail("conformance_test: name is %r, must consist of lower-case letters, digits and '_'" % name)

def _require_label(name, attribute, label):
    if type(label) == "Label":
        return
    if type(label) != "string" or label == "":
        fail("conformance_test %r: %s is %r, must be the label of one %s" % (
            name,
            attribute,
            label,
            "cc_library" if attribute == "backend" else "file",
        ))
