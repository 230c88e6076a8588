"""Binds packages that Debian has installed as Bazel repositories.

What is missing is named by its Debian package, and only where it is used: a
workspace without TBB builds everything that does not need TBB.
"""

_MISSING = """\
{what} was not found: install {package}, or run scripts/setup. \
If it has just been installed, run `bazel shutdown` and try again."""

# What decides, in the user's shell, which libraries pkg-config finds.
_ENVIRON = ["PATH", "PKG_CONFIG_LIBDIR", "PKG_CONFIG_PATH"]

def _debian_sources_impl(repository_ctx):
    root = repository_ctx.path(repository_ctx.attr.path)
    if not root.exists:
        fail(_MISSING.format(
            package = repository_ctx.attr.debian_package,
            what = repository_ctx.attr.path,
        ))
    for entry in root.readdir():
        repository_ctx.symlink(entry, entry.basename)
    repository_ctx.symlink(repository_ctx.attr.build_file, "BUILD.bazel")

debian_sources = repository_rule(
    implementation = _debian_sources_impl,
    attrs = {
        "build_file": attr.label(mandatory = True),
        "debian_package": attr.string(mandatory = True),
        "path": attr.string(mandatory = True),
    },
    doc = "A source tree under /usr/src, built by a BUILD file of ours.",
    local = True,
)

def _run_pkg_config(repository_ctx, arguments):
    """Returns pkg-config's words, or None where it (or the module) is missing."""
    tool = repository_ctx.which("pkg-config")
    if not tool:
        return None
    result = repository_ctx.execute([tool] + arguments)
    if result.return_code != 0:
        return None
    return [word for word in result.stdout.strip().split(" ") if word]

_CC_LIBRARY = """
cc_library(
    name = {name},
    deps = {deps},
    defines = {defines},
    includes = {includes},
    linkopts = {linkopts},
    hdrs = {hdrs},
    visibility = ["//visibility:public"],
)
"""

def _cc_library(name, deps = [], defines = [], includes = [], linkopts = [], hdrs = "[]"):
    return _CC_LIBRARY.format(
        name = repr(name),
        defines = repr(defines),
        deps = repr(deps),
        hdrs = hdrs,
        includes = repr(includes),
        linkopts = repr(linkopts),
    )

_UNAVAILABLE_BZL = """
def _unavailable_impl(ctx):
    fail({message})

unavailable = rule(implementation = _unavailable_impl)
"""

def _write_unavailable(repository_ctx, names, what):
    message = _MISSING.format(
        package = repository_ctx.attr.debian_package,
        what = what,
    )
    repository_ctx.file(
        "unavailable.bzl",
        _UNAVAILABLE_BZL.format(message = repr(message)),
    )
    repository_ctx.file("BUILD.bazel", "\n".join(
        ["load(\":unavailable.bzl\", \"unavailable\")"] +
        [
            "unavailable(name = %r, visibility = [\"//visibility:public\"])" % name
            for name in names
        ],
    ))

def _searched_anyway(directory):
    """Whether compilers look there unasked. Debian names its directory for
    one architecture's headers, /usr/include/x86_64-linux-gnu, all the same."""
    return directory.startswith("/usr/include/") and "-linux-gnu" in directory

def _pkg_config_library_impl(repository_ctx):
    attr = repository_ctx.attr
    names = [attr.target] + attr.extra_targets.keys()
    wanted = "%s >= %s" % (attr.module, attr.minimum_version)
    words = _run_pkg_config(repository_ctx, ["--cflags", "--libs", wanted])
    if words == None:
        _write_unavailable(repository_ctx, names, wanted)
        return

    defines = []
    includes = []
    linkopts = []
    for word in words:
        if word.startswith("-I") and _searched_anyway(word[2:]):
            pass
        elif word.startswith("-I"):
            link = "include/%d" % len(includes)
            repository_ctx.symlink(word[2:], link)
            includes.append(link)
        elif word.startswith("-D"):
            defines.append(word[2:])
        elif word.startswith("-l") or word.startswith("-L") or word == "-pthread":
            linkopts.append(word)
        else:
            fail("pkg-config %s says %r, which this rule does not know" % (wanted, word))

    build = _cc_library(
        attr.target,
        defines = defines,
        hdrs = "glob([\"include/**\"])",
        includes = includes,
        linkopts = linkopts,
    )
    for name, linkopt in attr.extra_targets.items():
        build += _cc_library(name, deps = [":" + attr.target], linkopts = [linkopt])
    repository_ctx.file(
        "BUILD.bazel",
        "load(\"@rules_cc//cc:defs.bzl\", \"cc_library\")\n" + build,
    )

pkg_config_library = repository_rule(
    implementation = _pkg_config_library_impl,
    attrs = {
        "debian_package": attr.string(mandatory = True),
        "extra_targets": attr.string_dict(doc = "Target to its one linker option."),
        "minimum_version": attr.string(mandatory = True),
        "module": attr.string(mandatory = True, doc = "As pkg-config calls it."),
        "target": attr.string(mandatory = True),
    },
    doc = "An installed library as cc_library targets.",
    environ = _ENVIRON,
    local = True,
)

_HEADERS = "/usr/include/"

def _debian_headers_impl(repository_ctx):
    attr = repository_ctx.attr
    for name in attr.headers:
        header = repository_ctx.path(_HEADERS + name)
        if not header.exists:
            _write_unavailable(repository_ctx, [attr.target], str(header))
            return
        repository_ctx.symlink(header, "include/" + name)
    repository_ctx.file(
        "BUILD.bazel",
        "load(\"@rules_cc//cc:defs.bzl\", \"cc_library\")\n" + _cc_library(
            attr.target,
            defines = attr.defines,
            hdrs = "glob([\"include/**\"])",
            includes = ["include"],
            linkopts = attr.linkopts,
        ),
    )

debian_headers = repository_rule(
    implementation = _debian_headers_impl,
    attrs = {
        "debian_package": attr.string(mandatory = True),
        "defines": attr.string_list(),
        "headers": attr.string_list(
            doc = "Files and folders of /usr/include.",
            mandatory = True,
        ),
        "linkopts": attr.string_list(),
        "target": attr.string(mandatory = True),
    },
    doc = "A library of headers alone, which pkg-config does not know.",
    local = True,
)

def _system_libraries_impl(repository_ctx):
    lines = ["# Whether each library was found, for BUILD files to load.\n"]
    for name, module in repository_ctx.attr.modules.items():
        found = not module or _run_pkg_config(repository_ctx, ["--exists", module]) != None
        lines.append("%s_AVAILABLE = %r\n" % (name.upper(), found))
    for name, header in repository_ctx.attr.headers.items():
        found = repository_ctx.path(_HEADERS + header).exists
        lines.append("%s_AVAILABLE = %r\n" % (name.upper(), found))
    for name in repository_ctx.attr.absent:
        lines.append("%s_AVAILABLE = False\n" % name.upper())
    repository_ctx.file("BUILD.bazel", "")
    repository_ctx.file("available.bzl", "".join(lines))

system_libraries = repository_rule(
    implementation = _system_libraries_impl,
    attrs = {
        "absent": attr.string_list(doc = "Repositories that are not there."),
        "headers": attr.string_dict(
            doc = "Repository to a file of /usr/include.",
        ),
        "modules": attr.string_dict(
            doc = "Repository to a pkg-config request; an empty one is granted.",
        ),
    },
    doc = "Writes :available.bzl, by which BUILD files leave out targets.",
    environ = _ENVIRON,
    local = True,
)
