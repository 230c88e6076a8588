"""A chapter of rules as a test: the program that has them, told which to run."""

def _chapter_test_impl(ctx):
    test = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = test,
        target_file = ctx.executable.rules,
        is_executable = True,
    )
    environment = {"HEDDLE_CHAPTER": ctx.attr.chapter}
    files = []
    if ctx.file.known_violations:
        files.append(ctx.file.known_violations)
        environment["HEDDLE_KNOWN_VIOLATIONS"] = ctx.file.known_violations.short_path
    runfiles = ctx.runfiles(files = files)
    return [
        DefaultInfo(
            executable = test,
            runfiles = runfiles.merge(ctx.attr.rules[DefaultInfo].default_runfiles),
        ),
        testing.TestEnvironment(environment),
    ]

chapter_test = rule(
    implementation = _chapter_test_impl,
    attrs = {
        "chapter": attr.string(
            doc = "As HEDDLE_CHAPTER of the rules' library.",
            mandatory = True,
        ),
        "known_violations": attr.label(
            allow_single_file = True,
            doc = "See conformance/kit/known_violations.h.",
        ),
        "rules": attr.label(
            cfg = "target",
            doc = "A conformance program.",
            executable = True,
            mandatory = True,
        ),
    },
    doc = "Runs one chapter of a conformance program.",
    test = True,
)
