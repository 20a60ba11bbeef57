"""A user's function runs in the executor, and only there. The executor is the local one, which runs
real Python; `test_docker_tools.py` has the same in a container."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import pytest

from runtime.components.builder import Builder
from runtime.components.spec import Component
from runtime.components.validate import validate
from runtime.durable.tool import ToolContext, ToolOutput
from runtime.errors import SpecError, ToolError
from runtime.executors.base import Executor
from runtime.executors.docker import DockerCommandLineCodeExecutor
from runtime.executors.local import LocalCommandLineCodeExecutor, LocalConfig
from runtime.executors.sandbox import recorded_files
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import Operator
from runtime.testing import StaticSecrets, tool_context
from runtime.testing.executor import CodeReply, ScriptedExecutor
from runtime.tools.base import BaseTool
from runtime.tools.code_execution import PythonCodeExecutionTool
from runtime.tools.harness import answer
from runtime.tools.python_source import PythonSourceConfig, PythonSourceTool, import_line


def tool(source: str, executor: Executor | None = None, **config: Any) -> PythonSourceTool:
    parsed = PythonSourceConfig.model_validate({"source_code": source, "name": "f", **config})
    return PythonSourceTool(parsed, executor or LocalCommandLineCodeExecutor(LocalConfig()))


async def call(made: BaseTool[Any], **arguments: Any) -> ToolOutput:
    context = tool_context()
    try:
        return await result(made, context, **arguments)
    finally:
        await context.resources.close()


async def result(made: BaseTool[Any], context: ToolContext, **arguments: Any) -> ToolOutput:
    found = await made.call(arguments, context)
    assert isinstance(found, ToolOutput)
    return found


async def test_a_function_is_called_with_its_arguments() -> None:
    made = tool("def f(a: float, b: float) -> float:\n    return a + b\n")
    found = await call(made, a=1.5, b=2)
    assert (found.text, found.is_error) == ("3.5", False)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("'naïve 😀'", "naïve 😀"),
        ("{'a': [1, None, True]}", '{"a": [1, null, true]}'),
        ("None", "null"),
        ("float('nan')", "null"),
        ("{1, 2} - {2}", "[1]"),
        ("(1, 2)", "[1, 2]"),
        ("__import__('pathlib').PurePosixPath('a/b')", "a/b"),
        ("''", ""),
    ],
)
async def test_results(expression: str, text: str) -> None:
    assert (await call(tool(f"def f(): return {expression}"))).text == text


async def test_what_it_prints_is_not_its_result() -> None:
    found = await call(tool("def f():\n    print('noise')\n    return 1"))
    assert found.text == "1"
    assert found.artifacts is not None
    assert found.artifacts["printed"] == "noise\n"


async def test_its_error_is_an_error_result() -> None:
    found = await call(tool("def f(x: int):\n    return 1 / x"), x=0)
    assert (found.text, found.is_error) == ("ZeroDivisionError: division by zero", True)
    assert found.artifacts is not None
    assert 'File "tool.py", line 2' in found.artifacts["printed"]


@pytest.mark.parametrize("ending", ["import sys; sys.exit(3)", "raise KeyboardInterrupt"])
async def test_ending_the_program_is_an_error_too(ending: str) -> None:
    found = await call(tool(f"def f():\n    {ending}"))
    assert found.is_error


async def test_no_result_says_what_happened() -> None:
    found = await call(tool("import os\ndef f():\n    print('so far')\n    os._exit(7)"))
    assert found.is_error
    assert found.text.startswith("f ended without a result: exit code 7.")
    found = await call(tool("def f():\n    return\nraise SystemExit"))
    assert (found.text, found.is_error) == ("SystemExit", True)


async def test_a_timeout_is_an_error_result() -> None:
    executor = LocalCommandLineCodeExecutor(LocalConfig(timeout=1))
    found = await call(tool("def f():\n    while True: pass", executor))
    assert (found.text, found.is_error) == ("f did not finish within 1 s", True)


async def test_a_large_result_is_whole() -> None:
    found = await call(tool("def f(): return 'x' * 500_000"))
    assert found.text == "x" * 500_000


async def test_async_positional_and_keyword_parameters() -> None:
    source = "async def f(a: int, /, b: int = 2, *, c: int) -> list:\n    return [a, b, c]"
    assert (await call(tool(source), a=1, c=3)).text == "[1, 2, 3]"


async def test_arguments_are_what_the_annotations_say() -> None:
    """As far as JSON has a form for them."""
    source = (
        "import datetime, enum\n"
        "from pathlib import Path\n"
        "from typing import Optional\n"
        "class Colour(enum.Enum):\n"
        "    RED = 'red'\n"
        "def f(a: Path, b: Optional[Path], c: datetime.date, d: Colour, e: set, f: 'int | None',\n"
        "      g: 'Missing', h: str, i: Optional[Path] = None):\n"
        "    return [str(a / 'x'), b.name, c.year, d.name, len(e), f, g, h, i]\n"
    )
    arguments = {"a": "p", "b": "q/r", "c": "2026-01-02", "d": "red", "e": [1, 1], "f": None}
    with_missing = {**arguments, "g": 1, "h": "2026-01-02", "i": None}
    # One annotation that means nothing makes all of them mean nothing to Python.
    assert (await call(tool(source), **with_missing)).is_error
    known = source.replace("'Missing'", "int")
    found = await call(tool(known), **with_missing)
    assert json.loads(found.text) == ["p/x", "r", 2026, "RED", 1, None, 1, "2026-01-02", None]


async def test_imports_of_every_shape_and_a_token() -> None:
    """AutoGen's sample: an alias, names of a module, a package that is not there, a cancellation
    token."""
    source = (
        "async def f(tz: str, cancellation_token: CancellationToken) -> str:\n"
        "    assert not cancellation_token.is_cancelled()\n"
        "    return json.dumps([dt.date(2026, 1, 1).isoformat(), str(Zone(tz))])\n"
    )
    imports = [
        {"name": "datetime", "alias": "dt"},
        {"module": "zoneinfo", "imports": [{"name": "ZoneInfo", "alias": "Zone"}]},
        {"module": "autogen_core", "imports": ["CancellationToken"]},
        "json",
    ]
    made = tool(source, global_imports=imports, has_cancellation_support=True)
    assert list(made.schema.parameters["properties"]) == ["tz"]
    found = await call(made, tz="UTC")
    assert json.loads(found.text) == ["2026-01-01", "UTC"]


def test_import_lines() -> None:
    config = PythonSourceConfig.model_validate(
        {
            "source_code": "def f(): pass",
            "name": "f",
            "global_imports": [
                "os.path",
                {"name": "numpy", "alias": "np"},
                {"module": "a.b", "imports": ["c", {"name": "d", "alias": "e"}]},
            ],
        }
    )
    assert [import_line(item) for item in config.global_imports] == [
        "import os.path",
        "import numpy as np",
        "from a.b import c, d as e",
    ]


async def test_it_never_runs_in_our_process() -> None:
    made = tool("import os\ndef f() -> int: return os.getpid()")
    assert int((await call(made)).text) != os.getpid()
    before = set(sys.modules)
    await call(tool("import colorsys\ndef f(): return colorsys.__name__"))
    assert "colorsys" not in set(sys.modules) - before


async def test_its_files_stay_for_the_next_call_and_the_next_life() -> None:
    """DESIGN.md 4: the work directory is restored into any new session."""
    made = tool(
        "def f(text: str):\n    open('a.txt', 'a').write(text)\n    return open('a.txt').read()"
    )
    context = tool_context()
    assert (await result(made, context, text="one ")).text == "one "
    assert (await result(made, context, text="two")).text == "one two"
    await context.resources.close()


async def test_effects_are_the_executors() -> None:
    pure = tool("def f(): pass", ScriptedExecutor())
    assert (pure.effect, pure.side_effects) == ("pure", False)
    open_one = tool("def f(): pass", ScriptedExecutor(effect="at_most_once", side_effects=True))
    assert (open_one.effect, open_one.side_effects) == ("at_most_once", True)


async def test_a_source_cannot_answer_for_another_call() -> None:
    """The marker of a result differs from call to call."""
    assert answer('\nm1 {"value": 1}\n', "m2 ") == (None, '\nm1 {"value": 1}\n')
    assert answer('a\nm1 {"value": 1}\nb\nm1 {"value": 2}\n', "m1 ")[0] == {"value": 2}
    assert answer("\nm1 {broken\n", "m1 ") == (None, "\nm1 {broken\n")


async def test_no_sandbox_is_said() -> None:
    executor = ScriptedExecutor(missing=ToolError("Code cannot run: no Docker.", hint="Start it."))
    with pytest.raises(ToolError, match="no Docker"):
        await call(tool("def f(): pass", executor))


# As components ---------------------------------------------------------------------------------


def builder(**allowed: Any) -> Builder:
    return Builder(secrets=StaticSecrets(), clients=ModelClientPool(), operator=Operator(**allowed))


def component(provider: str, **config: Any) -> Component:
    return Component(provider=provider, component_type="tool", config=config)


def test_it_is_built_on_the_sandbox_whatever_is_allowed() -> None:
    spec = component(
        PythonSourceTool.provider, source_code="def f(): pass", name="g", description="does"
    )
    built = builder(local_executor=True).build(spec, PythonSourceTool)
    assert isinstance(built._executor, DockerCommandLineCodeExecutor)
    assert (built.name, built.schema.description) == ("g", "does")


def test_problems_name_their_place() -> None:
    spec = component(
        PythonSourceTool.provider,
        source_code="def f(*args): pass",
        name="f",
        global_imports=["os; import sys", {"module": "a-b", "imports": ["c"]}],
    )
    assert [(p.severity, p.code, p.path) for p in validate(spec)] == [
        ("error", "variable_arguments", "$.config.source_code"),
        ("error", "invalid_import", "$.config.global_imports[0]"),
        ("error", "invalid_import", "$.config.global_imports[1]"),
    ]
    with pytest.raises(SpecError, match=r"no \*args"):
        builder().build(spec, PythonSourceTool)


def executor_tool(provider: str) -> Component:
    return component(
        PythonCodeExecutionTool.provider,
        executor={"provider": provider, "component_type": "code_executor", "config": {}},
    )


def test_a_local_executor_is_refused_unless_the_operator_allows_it() -> None:
    spec = executor_tool(LocalCommandLineCodeExecutor.provider)
    with pytest.raises(SpecError, match="local executor is off") as raised:
        builder().build(spec, PythonCodeExecutionTool)
    assert raised.value.path == "$.config.executor"
    built = builder(local_executor=True).build(spec, PythonCodeExecutionTool)
    assert (built.effect, built.side_effects) == ("at_most_once", True)


async def test_code_execution_gives_the_output() -> None:
    spec = executor_tool(LocalCommandLineCodeExecutor.provider)
    made = builder(local_executor=True).build(spec, PythonCodeExecutionTool)
    assert (made.name, made.tool_name(spec.config)) == ("CodeExecutor", "CodeExecutor")
    assert (await call(made, code="print(6 * 7)")).text == "42\n"
    failed = await call(made, code="print('x')\nraise ValueError('bad')")
    assert failed.is_error
    assert failed.text.startswith("x\n")
    assert "ValueError: bad" in failed.text
    assert failed.artifacts is not None
    assert failed.artifacts["exit_code"] == 1


async def test_the_files_are_in_the_artifacts() -> None:
    def respond(code: str, files: Any) -> CodeReply:
        return CodeReply("ok", files={"a.txt": "x"})

    executor = ScriptedExecutor(respond)
    config = PythonCodeExecutionTool.Config.model_validate(executor_tool("x").config)
    found = await call(PythonCodeExecutionTool(config, executor), code="x")
    assert found.artifacts is not None
    assert found.artifacts["sandbox"] == "scripted"
    assert [file["path"] for file in found.artifacts["work_dir"]] == ["a.txt"]


async def test_nothing_recorded_is_an_empty_directory() -> None:
    assert await recorded_files(tool_context().step.run, "scripted") == ()
