"""Tests of the tests: faults that a rule must find.

    load(":defs.bzl", "mutant")

    mutant(
        name = "tp_11_lifo",
        source = "//reference:pool_coordinator.cc",
        replace = "backlog_.push_back(",
        by = "backlog_.push_front(",
        rule = "TP_11_OneWorkerRunsTasksInTheOrderOfSubmission",
        message = "order.Await",
    )

`bazel test //conformance/mutants:tp_11_lifo` compiles a copy of the source
with that one change, links it before the library that holds the original, so
that the original is never taken, and passes only if the rule rejects the
reference with that fault in it.
"""

load("//third_party:cc.bzl", "cc_test")

# The rules that a rule's prefix stands for.
_CHAPTERS = {
    "TP": "//conformance:thread_pool_rules",
    "RT": "//conformance:reactor_rules",
    "RL": "//conformance:reactor_rules",
    "TH": "//conformance:threads_rules",
}

def _planted_impl(ctx):
    copy = ctx.actions.declare_file(ctx.label.name + ".cc")
    ctx.actions.run(
        executable = ctx.executable._plant,
        arguments = [ctx.file.source.path, copy.path, ctx.attr.replace, ctx.attr.by],
        inputs = [ctx.file.source],
        outputs = [copy],
        mnemonic = "PlantFault",
        progress_message = "Planting the fault %s" % ctx.label.name,
    )
    claim = ctx.actions.declare_file(ctx.label.name + "_claim.cc")
    ctx.actions.write(
        output = claim,
        content = """#include "conformance/mutants/claim.h"

const heddle::conformance::Claim heddle::conformance::kClaim = {
    R"claim(%s)claim", R"claim(%s)claim", R"claim(%s)claim", %s};
""" % (
            ctx.attr.mutant,
            ctx.attr.rule,
            ctx.attr.message,
            "true" if ctx.attr.dies else "false",
        ),
    )
    return [DefaultInfo(files = depset([copy, claim]))]

_planted = rule(
    implementation = _planted_impl,
    attrs = {
        "mutant": attr.string(mandatory = True),
        "source": attr.label(mandatory = True, allow_single_file = [".cc"]),
        "replace": attr.string(mandatory = True),
        "by": attr.string(mandatory = True),
        "rule": attr.string(mandatory = True),
        "message": attr.string(mandatory = True),
        "dies": attr.bool(),
        "_plant": attr.label(
            default = Label("//conformance/mutants:plant"),
            executable = True,
            cfg = "exec",
        ),
    },
)

def mutant(name, rule, source, replace, by, message, dies = False, includes = []):
    """Checks that a rule finds a planted fault.

    Args:
      name: the test's name, which begins with the clause: "tp_11_lifo".
      rule: the name of the rule that must fail, "TP_11_OneWorker...". A rule
        that does not exist fails the test.
      source: label of the one source file of the reference to plant the fault
        in. All that it defines must still be defined in the copy.
      replace: text that occurs in the source exactly once; else the build
        fails.
      by: what takes its place.
      message: text that the failing rule must print.
      dies: whether the process may crash, or hang until the rule's watchdog
        aborts it, instead of ending with a failure.
      includes: headers that `by` needs beside those of the source, without
        brackets or quotes: "thread".
    """
    chapter = rule.split("_")[0]
    if chapter not in _CHAPTERS:
        fail("mutant %r: rule is %r, must begin with one of %s" % (
            name,
            rule,
            ", ".join([known + "_" for known in _CHAPTERS]),
        ))
    if message == "":
        fail("mutant %r: message is %r, must say something" % (name, message))
    planted = name + "_planted"
    _planted(
        name = planted,
        testonly = True,
        mutant = name,
        source = source,
        replace = replace,
        by = by,
        rule = rule,
        message = message,
        dies = dies,
        tags = ["mutant"],
    )
    cc_test(
        name = name,
        size = "small",
        srcs = [":" + planted],
        # A fault may leave something unused.
        copts = ["-w"] + [
            option
            for include in includes
            for option in ["-include", include]
        ],
        # The seam: objects first, then archives.
        linkstatic = True,
        tags = ["mutant"],
        deps = [
            ":kill_main",
            _CHAPTERS[chapter],
            "//reference:reference_backend",
        ],
    )
