"""Code that the compiler must refuse, and what it must say.

    does_not_compile_test(
        name = "th_07_test",
        src = "th_07.cc",
        message = "let it return a plain value",
        deps = ["//reference:threads"],
    )

The file must compile once REFUSED is not defined, so that it is refused for
nothing but the lines between `#ifdef REFUSED` and `#endif`.
"""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

def _compiler_output(ctx, toolchain, context, suffix, flags):
    """What the compiler says about the source; ends with its exit status."""
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    faulty = [ctx.file.faulty_header] if ctx.file.faulty_header else []
    for header in faulty:
        # Its include guard then keeps the right one out.
        flags = flags + ["-w", "-include", header.path]
    arguments = cc_common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = "c++-compile",
        variables = cc_common.create_compile_variables(
            feature_configuration = features,
            cc_toolchain = toolchain,
            source_file = ctx.file.src.path,
            user_compile_flags = ctx.fragments.cpp.cxxopts + ["-std=c++2b", "-fsyntax-only"] + flags,
            include_directories = context.includes,
            quote_include_directories = context.quote_includes,
            system_include_directories = context.system_includes,
        ),
    )
    output = ctx.actions.declare_file(ctx.label.name + suffix)
    ctx.actions.run_shell(
        command = "out=$1; shift; \"$@\" > $out 2>&1; echo \"exit status $?\" >> $out",
        arguments = [
            output.path,
            cc_common.get_tool_for_action(
                feature_configuration = features,
                action_name = "c++-compile",
            ),
        ] + arguments,
        inputs = depset([ctx.file.src] + faulty, transitive = [context.headers, toolchain.all_files]),
        outputs = [output],
        mnemonic = "CompileInVain",
        progress_message = "Compiling %s in vain" % ctx.file.src.short_path,
    )
    return output

# Ends with 0 if the source is refused as it must be, else says what is wrong.
_VERDICT = """#!/bin/sh
refused_as_claimed() {{
  if ! grep -qx 'exit status 0' {accepted}; then
    echo 'without the lines to refuse it does not compile either:'
    cat {accepted}
    exit 1
  fi
  if grep -qx 'exit status 0' {refused}; then
    echo 'it compiles, but must be refused'
    return 1
  fi
  if ! grep -qF '{message}' {refused}; then
    echo 'it is refused, but without saying: {message}'
    cat {refused}
    return 1
  fi
}}
"""

_OF_A_MUTANT = """
if refused_as_claimed; then
  echo 'the mutant survives: the test does not fail'
  exit 1
fi
"""

def _does_not_compile_test_impl(ctx):
    if ctx.attr.message == "" or "'" in ctx.attr.message:
        fail("message is %r, must say something, without a single quote" % ctx.attr.message)
    toolchain = find_cpp_toolchain(ctx)
    context = cc_common.merge_cc_infos(
        cc_infos = [dep[CcInfo] for dep in ctx.attr.deps],
    ).compilation_context
    refused = _compiler_output(ctx, toolchain, context, ".refused", ["-DREFUSED"])
    accepted = _compiler_output(ctx, toolchain, context, ".accepted", [])
    ctx.actions.write(
        ctx.outputs.executable,
        _VERDICT.format(
            accepted = accepted.short_path,
            refused = refused.short_path,
            message = ctx.attr.message,
        ) + (_OF_A_MUTANT if ctx.file.faulty_header else "refused_as_claimed\n"),
        is_executable = True,
    )
    return [DefaultInfo(runfiles = ctx.runfiles([accepted, refused]))]

does_not_compile_test = rule(
    implementation = _does_not_compile_test_impl,
    doc = "Passes if the compiler refuses a source, with a message.",
    attrs = {
        "src": attr.label(
            doc = "The source; a .cc file.",
            mandatory = True,
            allow_single_file = [".cc"],
        ),
        "message": attr.string(
            doc = "What the compiler must print, without a single quote.",
            mandatory = True,
        ),
        "faulty_header": attr.label(
            doc = "For a mutant: the header with a fault, for which the test must fail.",
            allow_single_file = [".h"],
        ),
        "deps": attr.label_list(
            doc = "Libraries whose headers the source includes.",
            providers = [CcInfo],
        ),
        "_cc_toolchain": attr.label(
            default = "@bazel_tools//tools/cpp:current_cc_toolchain",
        ),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
    test = True,
)
