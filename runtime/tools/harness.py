"""The program that calls a user's function, inside the sandbox."""

from __future__ import annotations

import json
from typing import Any, Final

from runtime.messages import JsonObject

# Plain Python 3.8 without packages: it has to run in any image. The function may print what it
# likes; its result is what follows the last marker.
_PROGRAM: Final = '''\
import asyncio, datetime, decimal, enum, inspect, json, linecache, os, pathlib, sys, traceback
import types, typing, uuid

def _plain(value):
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, (set, frozenset)):
        return list(value)
    return str(value)

_MADE_OF_TEXT = {
    pathlib.Path: pathlib.Path,
    datetime.datetime: datetime.datetime.fromisoformat,
    datetime.date: datetime.date.fromisoformat,
    decimal.Decimal: decimal.Decimal,
    uuid.UUID: uuid.UUID,
}

def _hints(function):
    try:
        return typing.get_type_hints(function)
    except Exception:
        return {}

def _as_hinted(hint, value):
    """What JSON cannot say, made of what it can."""
    if isinstance(value, str):
        for one in [hint, *getattr(hint, "__args__", ())]:
            if isinstance(one, type) and one in _MADE_OF_TEXT:
                return _MADE_OF_TEXT[one](value)
    plain = getattr(hint, "__origin__", None) or hint
    if isinstance(plain, type) and value is not None:
        if issubclass(plain, enum.Enum):
            return plain(value)
        if issubclass(plain, (set, frozenset, tuple)) and isinstance(value, list):
            return plain(value)
        if hasattr(plain, "model_validate") and isinstance(value, dict):
            return plain.model_validate(value)
    return value

class CancellationToken:
    """AutoGen's, for functions that want one: the sandbox ends whatever is cancelled."""
    def is_cancelled(self):
        return False
    def cancel(self):
        pass
    def add_callback(self, callback):
        pass
    def link_future(self, future):
        return future

def _stand_in():
    try:
        import autogen_core
    except ImportError:
        module = types.ModuleType("autogen_core")
        module.CancellationToken = CancellationToken
        sys.modules["autogen_core"] = module

def _run(call):
    _stand_in()
    text = call["imports"] + call["source"]
    linecache.cache["tool.py"] = (len(text), None, text.splitlines(True), "tool.py")
    space = {"__name__": "tool", "CancellationToken": CancellationToken}
    exec(compile(text, "tool.py", "exec"), space)
    function = space[call["function"]]
    hints = _hints(function)
    given = {name: _as_hinted(hints.get(name), value) for name, value in call["arguments"].items()}
    placed = []
    for name, parameter in inspect.signature(function).parameters.items():
        wants = "CancellationToken" in str(parameter.annotation)
        if call["takes_token"] and (name == "cancellation_token" or wants):
            given[name] = CancellationToken()
        if parameter.kind is parameter.POSITIONAL_ONLY and name in given:
            placed.append(given.pop(name))
    value = function(*placed, **given)
    if inspect.isawaitable(value):
        async def wait():
            return await value
        value = asyncio.run(wait())
    return value

def _call(call):
    try:
        answer = {"value": _run(call)}
        return json.dumps(answer, default=_plain)
    except BaseException as error:
        traceback.print_exc()
        return json.dumps({"error": "".join(traceback.format_exception_only(type(error), error))})

_text = _call(json.loads(CALL))
sys.stdout.flush()
sys.stderr.flush()
_bytes = ("\\n" + MARKER + _text + "\\n").encode("utf-8", "replace")
while _bytes:
    _bytes = _bytes[os.write(1, _bytes):]
os._exit(0)
'''


def program(call: JsonObject, marker: str) -> str:
    """`call` has `source`, `imports`, `function`, `arguments` and `takes_token`."""
    text = json.dumps(call)
    return f"CALL = {text!r}\nMARKER = {marker!r}\n{_PROGRAM}"


def answer(output: str, marker: str) -> tuple[Any, str]:
    """What followed the last marker, parsed, and the output before it. None: there is no answer."""
    before, found, after = output.rpartition(f"\n{marker}")
    if not found:
        return None, output
    try:
        return json.loads(after.split("\n", 1)[0]), before
    except ValueError:
        return None, output
