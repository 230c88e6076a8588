"""Holding a thread pool to the contract.

In the BUILD file beside your pool, in this workspace or in your own:

    load("@heddle//conformance:defs.bzl", "conformance_test")

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
        name = "my_pool",
        backend = ":my_backend",
    )

`bazel test :my_pool` then checks every rule. The rules are described in
conformance/CONTRACT.md; `--test_filter=TP.TP_05_*` picks those of one clause.
"""

load("//third_party:cc.bzl", "cc_test")

# One test for each: <name>_<chapter>_test.
_CHAPTERS = {
    "thread_pool": Label("//conformance/rules:thread_pool_rules"),
    "reactor": Label("//conformance/rules:reactor_rules"),
    "threads": Label("//conformance/rules:threads_rules"),
}

_MAIN = Label("//conformance:main")

# What a caller may pass on to the tests.
_PASSED_ON = [
    "shard_count",
    "size",
    "target_compatible_with",
    "timeout",
    "visibility",
]

def conformance_test(name, backend, tags = [], **kwargs):
    """Checks that a thread pool keeps the contract.

    Defines the tests `<name>_thread_pool_test`, `<name>_reactor_test` and
    `<name>_threads_test`, and the test_suite `<name>` that holds them. All are
    tagged `conformance`. The reactor and its utilities are heddle's own; their
    rules run on top of the pool.

    Args:
      name: the suite's name: lower-case letters, digits and '_'.
      backend: label of the cc_library that registers the pool. It must hold
        exactly one heddle::BackendRegistration and be alwayslink, otherwise
        the tests fail and say so.
      tags: further tags for the tests.
      **kwargs: passed on to the tests: shard_count, size,
        target_compatible_with, timeout, visibility. Anything else is refused,
        because the macro decides it.
    """
    _require_name(name)
    _require_label(name, backend)
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

    tests = []
    for chapter in _CHAPTERS:
        test = "%s_%s_test" % (name, chapter)
        tests.append(":" + test)
        cc_test(
            name = test,
            # One definition of each symbol, or the linker refuses.
            linkstatic = True,
            tags = ["conformance"] + tags,
            deps = [
                backend,
                _CHAPTERS[chapter],
                _MAIN,
            ],
            **kwargs
        )
    native.test_suite(
        name = name,
        tests = tests,
        visibility = kwargs.get("visibility"),
    )

def _require_name(name):
    allowed = "abcdefghijklmnopqrstuvwxyz0123456789_"
    legal = type(name) == "string" and name != ""
    if legal:
        for character in name.elems():
            legal = legal and character in allowed
    if not legal:
        fail("conformance_test: name is %r, must consist of lower-case letters, digits and '_'" % name)

def _require_label(name, backend):
    if type(backend) == "Label":
        return
    if type(backend) != "string" or backend == "":
        fail("conformance_test %r: backend is %r, must be the label of one cc_library" % (name, backend))
