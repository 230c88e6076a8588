"""A program that is compiled in one way, whatever the rest is compiled in."""

_COPT = "//command_line_option:copt"
_LINKOPT = "//command_line_option:linkopt"

def _optimized_impl(settings, _attr):
    return {
        "//command_line_option:compilation_mode": "opt",
        # What makes other code, a sanitizer's above all, goes; warnings stay.
        _COPT: [option for option in settings[_COPT] if option.startswith("-W")],
        _LINKOPT: [option for option in settings[_LINKOPT] if "sanitize=" not in option],
    }

_optimized = transition(
    implementation = _optimized_impl,
    inputs = [
        _COPT,
        _LINKOPT,
    ],
    outputs = [
        "//command_line_option:compilation_mode",
        _COPT,
        _LINKOPT,
    ],
)

def _optimized_program_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)

    # A transition makes a list of the attribute.
    target_file = ctx.attr.program[0][DefaultInfo].files_to_run.executable
    ctx.actions.symlink(
        output = program,
        target_file = target_file,
        is_executable = True,
    )
    return [DefaultInfo(
        executable = program,
        runfiles = ctx.runfiles(files = [target_file]),
    )]

optimized_program = rule(
    implementation = _optimized_program_impl,
    attrs = {
        "program": attr.label(
            cfg = _optimized,
            doc = "A cc_binary.",
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    doc = "The program as `-c opt` makes it, without a sanitizer.",
    executable = True,
)
