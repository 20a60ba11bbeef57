"""From fenced blocks to files and commands, by AutoGen's rules."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from runtime.messages import CodeBlock

FILENAME_PREFIX: Final = "# filename:"
OUTSIDE: Final = "Filename is not in the workspace"
NO_BLOCKS: Final = "No code blocks to execute."
MAX_NAME = 200
MAX_DEPTH = 16

_PYTHON = ("python3", "py")
_SHELL = ("sh", "sh")
_KINDS: Final[dict[str, tuple[str, str]]] = {
    "python": _PYTHON,
    "python3": _PYTHON,
    "py": _PYTHON,
    "bash": ("bash", "sh"),
    "sh": _SHELL,
    "shell": _SHELL,
    "javascript": ("node", "js"),
    "js": ("node", "js"),
    "pwsh": ("pwsh", "ps1"),
    "powershell": ("pwsh", "ps1"),
    "ps1": ("pwsh", "ps1"),
}
LANGUAGES: Final = tuple(_KINDS)
_PIP = re.compile(r"^(?P<call>!?\s?pip3? install)(?!.*(-q|--quiet))", re.MULTILINE)


@dataclass(frozen=True)
class ReadyBlock:
    """A block that can run: `command` and then `path`, in the work directory. With a `problem`,
    it cannot."""

    path: str
    code: bytes
    command: str
    named: bool = False
    problem: str | None = None


def ready(block: CodeBlock) -> ReadyBlock:
    kind = _KINDS.get(block.language.strip().lower())
    if kind is None:
        return _cannot(f"unknown language {block.language.strip()[:40]!r}")
    command, extension = kind
    code = quiet_pip(block.code) if extension in ("py", "sh") else block.code
    data = code.encode("utf-8", errors="replace")
    stated = stated_name(block.code)
    if stated is None:
        return ReadyBlock(f"tmp_code_{hashlib.sha256(data).hexdigest()}.{extension}", data, command)
    path = inside(stated)
    if path is None:
        return _cannot(OUTSIDE)
    return ReadyBlock(path, data, command, named=True)


def stated_name(code: str) -> str | None:
    """What the first line says the file is called; None where it says nothing."""
    first = code.split("\n", 1)[0]
    return first[len(FILENAME_PREFIX) :].strip() if first.startswith(FILENAME_PREFIX) else None


def inside(path: str) -> str | None:
    """The normal form of a relative path that stays in the work directory; None for any other."""
    if not path or len(path) > MAX_NAME or path.startswith("/") or not path.isprintable():
        return None
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or len(parts) > MAX_DEPTH or path.endswith("/"):
        return None
    return "/".join(parts)


def quiet_pip(code: str) -> str:
    return _PIP.sub(r"\g<call> -qqq", code)


def temporary(blocks: Iterable[ReadyBlock]) -> list[str]:
    """Files that only exist because a block needs one."""
    return [block.path for block in blocks if not block.named and block.problem is None]


def _cannot(problem: str) -> ReadyBlock:
    return ReadyBlock("", b"", "", problem=problem)
