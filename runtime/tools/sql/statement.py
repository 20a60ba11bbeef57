"""What can be said of a statement without a parser for every dialect: that it is one, and how it
begins. The database itself enforces the rest."""

from __future__ import annotations

import re

from runtime.errors import ToolError

MAX_STATEMENT = 100_000
READING = frozenset(
    {"SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "PRAGMA"}
)
_SKIP = re.compile(
    r"""
      --[^\n]*                        # comment to the end of the line
    | /\*.*?\*/                       # comment
    | '(?:[^']|'')*'                  # text
    | "(?:[^"]|"")*"                  # name
    | `(?:[^`]|``)*`                  # name
    | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ # PostgreSQL's text
    """,
    re.VERBOSE | re.DOTALL,
)
_INTO_FILE = re.compile(r"\b(?:outfile|dumpfile)\b", re.IGNORECASE)
"""MySQL writes files of its server in transactions that only read, and hides words in comments."""
_COMMENT = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*", re.DOTALL)


def one_statement(text: str, *, read_only: bool) -> str:
    """The statement without its last semicolon. Raises ToolError for several, and for what does
    not read where only reading is allowed."""
    if len(text) > MAX_STATEMENT:
        raise ToolError("The statement is too long")
    if "\0" in text:
        raise ToolError("The statement contains a NUL character")
    statement = text.strip().rstrip(";").strip()
    if ";" in _SKIP.sub(" ", statement):
        raise ToolError("Send one statement at a time")
    begin = _COMMENT.match(statement)
    rest = statement[begin.end() :] if begin else statement
    word = re.match(r"[A-Za-z]+", rest)
    if word is None:
        raise ToolError("This is not an SQL statement")
    if read_only and word.group().upper() not in READING:
        raise ToolError(
            f"This tool only reads, so {word.group().upper()} is not possible",
            hint="Writing has to be allowed in the tool's settings.",
        )
    if read_only and _INTO_FILE.search(statement):
        raise ToolError("This tool only reads, so nothing can be written into a file")
    return statement
