"""Reads the command line and calls what it names."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from runtime.cli import files, run
from runtime.errors import RuntimeFault

_EPILOG = """keys of models come from the environment: OPENAI_API_KEY, OPENAI_BASE_URL,
ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, AZURE_OPENAI_API_KEY with AZURE_OPENAI_ENDPOINT"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 all is well, 1 something is wrong, 2 a wrong command line, 130 stopped."""
    parsed = parser().parse_args(arguments)
    try:
        code: int = parsed.call(parsed)
        sys.stdout.flush()
        return code
    except RuntimeFault as fault:
        files.complain(fault)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read has seen enough; Python must not complain about it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m runtime", description="Teams of AI agents, from component JSON or YAML."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _validate(commands)
    _run(commands)
    _dump(commands)
    schema = commands.add_parser("schema", help="JSON Schemas of all components")
    schema.add_argument("provider", nargs="?", metavar="PROVIDER", help="only of this one")
    schema.set_defaults(call=files.schema)
    return top


def _validate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "validate",
        help="say what is wrong with components, teams or galleries",
        description="A line for each problem: FILE: PATH: SEVERITY: TEXT. The exit code is 1 where "
        "there are errors, 0 where something is merely unsupported.",
    )
    command.add_argument("files", nargs="+", metavar="FILE", help="JSON or YAML; - is the input")
    command.set_defaults(call=files.validate_files)


def _run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "run",
        help="run a team or an agent",
        epilog=_EPILOG,
        description="Streams the transcript. Asks at the terminal before calls with side effects, "
        "and what agents ask a person. Ctrl-C stops the run.",
    )
    command.add_argument("file", metavar="FILE", help="a team or an agent; JSON or YAML")
    command.add_argument("--task", required=True, metavar="TEXT")
    command.add_argument(
        "--model",
        metavar="MODEL",
        help="in place of the file's models: scripted (needs no key), or a file with a model",
    )
    command.add_argument("--json", action="store_true", help="the log's events, as JSON Lines")
    command.add_argument(
        "--yes", action="store_true", help="approve every call without asking (careful)"
    )
    command.add_argument(
        "--files", metavar="FOLDER", help="where agents read and write files; else in memory only"
    )
    command.add_argument("--state", metavar="FILE", help="go on from this file, and save to it")
    command.set_defaults(call=run.run)


def _dump(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "dump",
        help="write a file as canonical JSON",
        description="The same text for the same values; nothing is lost, unknown parts included.",
    )
    command.add_argument("file", metavar="FILE")
    command.add_argument(
        "--for",
        dest="target",
        choices=["autogen-0.7", "autogen-0.5"],
        help="as AutoGen 0.6 to 0.7 loads it, or AutoGen 0.5 and AutoGen Studio 0.4.2.2",
    )
    command.set_defaults(call=files.dump_file)
