"""validate, dump and schema: nothing runs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from runtime.cli.text import line
from runtime.components.base import Problem
from runtime.components.describe import describe, describe_one
from runtime.components.dump import dumps
from runtime.components.export import Target, export
from runtime.components.load import Loaded, load
from runtime.components.registry import canonical_provider
from runtime.errors import RuntimeFault, SpecError

_TARGETS: dict[str, Target] = {"autogen-0.7": "0.7", "autogen-0.5": "0.5"}


def read(name: str) -> Loaded:
    """Raises SpecError, also for a file that cannot be read."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise SpecError(f"The file cannot be read: {error.strerror}") from error
    return load(data)


def validate_files(arguments: argparse.Namespace) -> int:
    wrong = False
    for name in arguments.files:
        for problem in _problems(name):
            wrong = wrong or problem.level == "error"
            print(say(name, problem))  # noqa: T201 - what the command is for
    return int(wrong)


def dump_file(arguments: argparse.Namespace) -> int:
    loaded = read(arguments.file)
    if arguments.target is None:
        sys.stdout.write(dumps(loaded))
        return 0
    exported = export(loaded.component, _TARGETS[arguments.target])
    for problem in exported.problems:
        sys.stderr.write(f"{say(arguments.file, problem)}\n")
    sys.stdout.write(dumps(exported.document))
    return int(any(problem.severity == "error" for problem in exported.problems))


def schema(arguments: argparse.Namespace) -> int:
    if arguments.provider is None:
        found = describe()
    else:
        one = describe_one(canonical_provider(arguments.provider))
        if one is None:
            raise SpecError(f"There is no component {arguments.provider!r}")
        found = [one]
    schemas = {
        entry["provider"]: {
            "component_type": entry["component_type"],
            "component_version": entry["component_version"],
            "title": entry["label"],
            "description": entry["summary"],
            "config": entry["config_schema"],
        }
        for entry in found
    }
    sys.stdout.write(json.dumps(schemas, indent=2, ensure_ascii=False) + "\n")
    return 0


def say(name: str, problem: Problem) -> str:
    hint = f" {problem.hint}" if problem.hint else ""
    return line(f"{name}: {problem.path}: {problem.level}: {problem.detail}{hint}")


def complain(fault: RuntimeFault) -> None:
    place = f" ({fault.path})" if isinstance(fault, SpecError) and fault.path != "$" else ""
    hint = f"\n{fault.hint}" if fault.hint else ""
    sys.stderr.write(f"error: {line(fault.detail)}{line(place)}{hint}\n")


def _problems(name: str) -> list[Problem]:
    try:
        return read(name).problems()
    except SpecError as error:
        return [Problem(error.path, "error", error.code, error.detail, error.hint)]
