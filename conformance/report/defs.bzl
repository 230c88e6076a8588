"""Reports of conformance programs.

    load("@heddle//conformance/report:defs.bzl", "conformance_report")

    conformance_report(
        name = "my_pool_report",
        runners = [":my_pool_rules"],
        known_violations = "my_pool_known_violations.txt",
    )

`bazel run :my_pool_report` runs the programs and prints each rule's verdict;
`-- --help` tells what else it takes. conformance_test defines one for every
backend; a report of several backends takes their reports as runners.
"""

ConformanceProgramsInfo = provider(
    doc = "The programs of a report.",
    fields = {
        "arguments": "list of strings, a program each, for report.py",
    },
)

# Looks for its files beside itself, or where it lies among those of another
# program, or of a test.
_LAUNCHER = """#!/bin/sh
case $0 in
  /*) self=$0 ;;
  *) self=$PWD/$0 ;;
esac
files=$self.runfiles
if [ ! -d "$files" ]; then
  case $self in
    *.runfiles/*) files=${{self%.runfiles/*}}.runfiles ;;
    *) files=${{RUNFILES_DIR:-${{TEST_SRCDIR:-$files}}}} ;;
  esac
fi
files=$files/{workspace}
exec python3 "$files/{report}" --mode={mode} {programs} "$@"
"""

def _label_of(label):
    """The label as `bazel run` takes it: Bazel 6 and later write "@//a:b"."""
    text = str(label)
    for own in ["@@//", "@//"]:
        if text.startswith(own):
            return text[len(own) - 2:]
    return text

def _conformance_report_impl(ctx):
    known = ctx.file.known_violations
    runfiles = ctx.runfiles(files = ctx.files._scripts)
    arguments = []
    for runner in ctx.attr.runners:
        runfiles = runfiles.merge(runner[DefaultInfo].default_runfiles)
        if ConformanceProgramsInfo in runner:
            arguments += runner[ConformanceProgramsInfo].arguments
            continue
        executable = runner[DefaultInfo].files_to_run.executable
        if executable == None:
            fail("conformance_report: %s is no program and no report" % runner.label)
        runfiles = runfiles.merge(ctx.runfiles([executable] + ([known] if known else [])))
        name = runner.label.name
        if name.endswith("_rules"):
            name = name[:-len("_rules")]
        arguments.append("--program='%s=%s='\"$files/%s\"'=%s='\"%s\"" % (
            name,
            _label_of(runner.label),
            executable.short_path,
            known.short_path if known else "",
            "$files/" + known.short_path if known else "",
        ))
    script = [file for file in ctx.files._scripts if file.basename == "report.py"][0]
    # A report may be called as a package is, so its file may not.
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(
            workspace = ctx.workspace_name,
            report = script.short_path,
            mode = ctx.var["COMPILATION_MODE"],
            programs = " ".join(arguments),
        ),
        is_executable = True,
    )
    return [
        DefaultInfo(executable = launcher, runfiles = runfiles),
        ConformanceProgramsInfo(arguments = arguments),
    ]

_conformance_report = rule(
    implementation = _conformance_report_impl,
    attrs = {
        "known_violations": attr.label(allow_single_file = True),
        "runners": attr.label_list(mandatory = True, allow_empty = False),
        "_scripts": attr.label(default = Label("//conformance/report:scripts")),
    },
    executable = True,
)

def conformance_report(name, runners, known_violations = None, visibility = None, tags = []):
    """Makes a program that reports what rules come to; needs python3 alone.

    Args:
      name: the target's name.
      runners: labels of the conformance programs, `<name>_rules` of
        conformance_test, and of other reports, whose programs join in.
      known_violations: label of the programs' list of known violations, which
        `-- --fix` rewrites. Reports among the runners have their own.
      visibility: the target's visibility.
      tags: the target's tags.
    """
    _conformance_report(
        name = name,
        testonly = True,
        known_violations = known_violations,
        runners = runners,
        tags = tags,
        visibility = visibility,
    )
