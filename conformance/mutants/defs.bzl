"""Tests of the tests: faults that a rule must find.

    load(":defs.bzl", "mutant")

    mutant(
        name = "tp_11_last_in_first_out",
        source = "//reference:reference_thread_pool.cc",
        replace = "coordinator_.TakeTask()",
        by = "coordinator_.Withdraw()",  # the newest
        rule = "TP_11_OneWorkerRunsTasksInTheOrderOfSubmission",
        message = "order.Await(kTasks)",
    )

A rule that says it needs luck has five tries; any other has one.

`bazel test //conformance/mutants:tp_11_last_in_first_out` compiles a copy of
the source with that one change, links it before the library that holds the
original, so that the original is never taken, and passes only if the rule
rejects the reference with that fault in it.
"""

load("//conformance:does_not_compile.bzl", "does_not_compile_test")
load("//third_party:cc.bzl", "cc_test")

# The chapter of a rule, by its prefix, where the mutant names none.
_CHAPTERS = {
    "TP": "thread_pool",
    "RT": "reactor",
    "TH": "threads",
}

def _claims(mutant, rule, message, dies, also):
    """What must be so of one mutant; see mutant_list."""
    how = "dies" if dies else "fails"
    return ["\t".join([mutant, rule, "claimed", how, message]) + "\n"] + [
        "\t".join([mutant, further, "also", how, ""]) + "\n"
        for further in also
    ]

def _planted_impl(ctx):
    ctx.actions.run(
        executable = ctx.executable._plant,
        arguments = [
            ctx.file.source.path,
            ctx.outputs.copy.path,
            ctx.attr.replace,
            ctx.attr.by,
        ],
        inputs = [ctx.file.source],
        outputs = [ctx.outputs.copy],
        mnemonic = "PlantFault",
        progress_message = "Planting the fault %s" % ctx.label.name,
    )
    ctx.actions.write(
        output = ctx.outputs.claim,
        content = "".join(_claims(
            ctx.attr.mutant,
            ctx.attr.rule,
            ctx.attr.message,
            ctx.attr.dies,
            ctx.attr.also,
        )),
    )

_planted = rule(
    implementation = _planted_impl,
    attrs = {
        "also": attr.string_list(),
        "by": attr.string(mandatory = True),
        "by_tsan": attr.bool(),
        "claim": attr.output(mandatory = True),
        "copy": attr.output(mandatory = True),
        "dies": attr.bool(),
        "message": attr.string(mandatory = True),
        "mutant": attr.string(mandatory = True),
        "replace": attr.string(mandatory = True),
        "rule": attr.string(mandatory = True),
        "source": attr.label(mandatory = True, allow_single_file = [".cc", ".h"]),
        "_plant": attr.label(
            default = Label("//conformance/mutants:plant"),
            executable = True,
            cfg = "exec",
        ),
    },
)

def mutant(
        name,
        rule,
        source,
        replace,
        by,
        message,
        chapter = None,
        also = [],
        rules_in = None,
        dies = False,
        by_tsan = False,
        includes = [],
        deps = []):
    """Checks that a rule finds a planted fault.

    Args:
      name: the test's name, which begins with the clause: "tp_11_last_in_first_out".
      rule: the name of the rule that must fail, "TP_11_OneWorker...". A rule
        that does not exist fails the test.
      source: label of the one source file of the reference to plant the fault
        in. Of a .cc file, the copy must still define all that it defines. A .h
        file wants rules_in.
      replace: text that occurs in the source exactly once; else the build
        fails.
      by: what takes its place.
      message: text that the failing rule must print, on one line.
      chapter: the chapter of //conformance/rules that holds the rule, "timer";
        needed unless the rule's prefix says it.
      also: further rules of that chapter, or of rules_in, that must fail,
        whatever they print; without `dies` none of them may crash or hang.
      rules_in: for a source that is a header: label of the file that holds the
        rule, which is compiled with the faulty header in place of the right
        one. Inline functions come out faulty for the whole program.
      dies: whether the process may crash, or hang until the rule's watchdog
        aborts it, before the rule has failed.
      by_tsan: whether only ThreadSanitizer can tell. The test is then `manual`,
        for --config=tsan; see tsan_mutants in BUILD.
      includes: headers that `by` needs beside those of the source, without
        brackets or quotes: "thread".
      deps: libraries that `by` needs and the rules do not.
    """
    prefix = rule.split("_")[0]
    if chapter == None and prefix in _CHAPTERS:
        chapter = _CHAPTERS[prefix]
    if chapter == None and rules_in == None:
        fail("mutant %r: rule is %r; say in which chapter it is" % (name, rule))
    if message == "" or "\n" in message or "\t" in message:
        fail("mutant %r: message is %r, must be one line that says something" % (name, message))
    if rule in also:
        fail("mutant %r: rule is %r and stands in also, too" % (name, rule))
    in_header = source.endswith(".h")
    if in_header != (rules_in != None):
        fail("mutant %r: source is %r, rules_in is %r; a header, and nothing else, wants rules_in" % (
            name,
            source,
            rules_in,
        ))

    copy = name + ("_planted.h" if in_header else "_planted.cc")
    claim = name + "_claim.txt"
    _planted(
        name = name + "_planted",
        testonly = True,
        also = also,
        by = by,
        by_tsan = by_tsan,
        claim = claim,
        copy = copy,
        dies = dies or by_tsan,
        message = message,
        mutant = name,
        replace = replace,
        rule = rule,
        source = source,
        tags = ["mutant"],
    )
    options = ["-w"]  # A fault may leave something unused.
    for include in includes:
        options += ["-include", include]
    if in_header:
        # Its include guard then keeps the right one out.
        options += ["-include", "$(location :%s)" % copy]
        rules = "//conformance/rules:needed_by_rules"
    else:
        rules = "//conformance/rules:%s_rules" % chapter
    cc_test(
        name = name,
        size = "small",
        srcs = [copy] + ([rules_in] if in_header else []),
        args = ["$(location :%s)" % claim],
        copts = options,
        data = [claim],
        # The seam: objects first, then archives.
        linkstatic = True,
        tags = ["manual"] if by_tsan else ["mutant"],
        deps = [
            ":kill_main",
            rules,
            "//reference:reference_backend",
        ] + deps,
    )

def refusal_mutant(name, test, src, source, replace, by, message, deps):
    """Checks that a does_not_compile_test finds a fault planted in a header.

    Args:
      name: the test's name, which begins with the clause: "th_07_accepted".
      test: the name of the does_not_compile_test that must fail, "th_07_test".
      src: that test's source.
      source: label of the header to plant the fault in.
      replace: text that occurs in the header exactly once; else the build
        fails.
      by: what takes its place.
      message: that test's message.
      deps: that test's deps.
    """
    copy = name + "_planted.h"
    _planted(
        name = name + "_planted",
        testonly = True,
        by = by,
        claim = name + "_claim.txt",
        copy = copy,
        message = message,
        mutant = name,
        replace = replace,
        rule = test,
        source = source,
        tags = ["mutant"],
    )
    does_not_compile_test(
        name = name,
        size = "small",
        src = src,
        faulty_header = copy,
        message = message,
        tags = ["mutant"],
        deps = deps,
    )

def _lines_impl(ctx):
    ctx.actions.write(
        output = ctx.outputs.out,
        content = "".join(ctx.attr.lines),
    )
    return [DefaultInfo(
        files = depset([ctx.outputs.out]),
        runfiles = ctx.runfiles([ctx.outputs.out]),
    )]

_lines = rule(
    implementation = _lines_impl,
    attrs = {
        "lines": attr.string_list(mandatory = True),
        "out": attr.output(mandatory = True),
    },
)

def mutant_list(name, out, visibility):
    """Writes which mutant, of those defined above it, which rule must reject.

    Those that only ThreadSanitizer can tell are left out.

    A line for each pair, with tabs between: mutant, rule, "claimed" or "also",
    "fails" or (where the process may crash or hang) "dies", message.

    Args:
      name: the target's name.
      out: the file's name.
      visibility: the target's visibility.
    """
    lines = []
    for target in native.existing_rules().values():
        if target["kind"] == "_planted" and not target["by_tsan"]:
            lines += _claims(
                target["mutant"],
                target["rule"],
                target["message"],
                target["dies"],
                target["also"],
            )
    _lines(
        name = name,
        lines = sorted(lines),
        out = out,
        visibility = visibility,
    )

def _programs_impl(ctx):
    executables = []
    runfiles = ctx.runfiles()
    for program in ctx.attr.programs:
        executables.append(program[DefaultInfo].files_to_run.executable)
        runfiles = runfiles.merge(program[DefaultInfo].default_runfiles)
    return [DefaultInfo(
        files = depset(executables),
        runfiles = runfiles.merge(ctx.runfiles(executables)),
    )]

_programs = rule(
    implementation = _programs_impl,
    attrs = {
        "programs": attr.label_list(mandatory = True),
    },
)

def mutant_programs(name, visibility):
    """Puts the tests of all mutants that are defined above it into one target.

    Args:
      name: the target's name.
      visibility: the target's visibility.
    """
    _programs(
        name = name,
        testonly = True,
        programs = sorted([
            ":" + target["mutant"]
            for target in native.existing_rules().values()
            if target["kind"] == "_planted" and not target["by_tsan"]
        ]),
        tags = [
            "manual",
            "mutant",
        ],
        visibility = visibility,
    )

def planted_files(name):
    """Plants all faults that are defined above it, and compiles none of them.

    Args:
      name: the target's name.
    """
    native.filegroup(
        name = name,
        testonly = True,
        srcs = sorted([
            ":" + target["name"]
            for target in native.existing_rules().values()
            if target["kind"] == "_planted"
        ]),
        tags = ["mutant"],
    )
