"""A53: what comes out of a sandbox as an archive is hostile."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable

import pytest

from runtime.errors import ToolError
from runtime.executors.base import Limits, WorkFile
from runtime.executors.blocks import inside, quiet_pip, ready, stated_name
from runtime.executors.files import FileBytes, fetch, pack, store, unpack
from runtime.executors.output import Capture
from runtime.messages import CodeBlock
from runtime.stores import MemoryBlobs

LIMITS = Limits(files=10, file_bytes=1_000, output_head=10, output_tail=10, output_total=100)


def archive(*members: tarfile.TarInfo, data: bytes = b"") -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for member in members:
            member.size = len(data) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(data))
    out.seek(0)
    return out


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize(
    "hostile",
    [
        entry("link", tarfile.SYMTYPE, "/etc/passwd"),
        entry("link", tarfile.SYMTYPE, "good"),
        entry("link", tarfile.LNKTYPE, "good"),
        entry("disk", tarfile.BLKTYPE),
        entry("null", tarfile.CHRTYPE),
        entry("pipe", tarfile.FIFOTYPE),
        entry("/etc/cron.d/x"),
        entry("../x"),
        entry("a/../../x"),
        entry("./../x"),
        entry("a/" * 30 + "x"),
        entry("x" * 250),
        entry("new\nline"),
        entry("bell\a"),
        entry("\u202egnp.exe"),
        entry("\udcff"),
        entry("weird", b"Z"),
    ],
    ids=lambda member: f"{member.name[:12]!r}-{member.type!r}",
)
def test_a53_only_plain_files_with_plain_names_come_out(hostile: tarfile.TarInfo) -> None:
    found = unpack(archive(entry("./good"), hostile, entry("./later"), data=b"x"), LIMITS)
    assert set(found.files) == {"good", "later"}
    assert len(found.refused) == 1
    assert "only plain files" in str(found.note())


def test_a_name_is_a_file_or_a_directory() -> None:
    found = unpack(archive(entry("a"), entry("a/b"), entry("c/d"), entry("c")), LIMITS)
    assert set(found.files) == {"a", "c/d"}
    assert found.refused == ["a/b", "c"]


def test_the_last_of_two_entries_counts() -> None:
    first, second = archive(entry("a"), data=b"1"), archive(entry("a"), data=b"2")
    whole = first.getvalue()[:1024] + second.getvalue()
    assert unpack(io.BytesIO(whole), LIMITS).files == {"a": FileBytes(b"2")}


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        (archive(*[entry(f"{n}") for n in range(11)]), "there are more than 10"),
        (archive(*[entry(f"{n}", tarfile.DIRTYPE) for n in range(11)]), "more than 10"),
        (archive(*[entry(f"{n}", tarfile.SYMTYPE, "x") for n in range(11)]), "more than 10"),
        (archive(entry("a"), data=b"x" * 1_001), "larger than 1,000 bytes"),
        (archive(entry("a"), entry("b"), data=b"x" * 501), "larger than 1,000 bytes"),
        (io.BytesIO(b""), "cannot be read"),
        (io.BytesIO(b"not an archive" * 100), "cannot be read"),
        (io.BytesIO(archive(entry("a"), data=b"x" * 900).getvalue()[:700]), "cannot be read"),
    ],
)
def test_beyond_the_caps_nothing_is_kept(stream: io.BytesIO, why: str) -> None:
    found = unpack(stream, LIMITS)
    assert found.files == {}
    assert why in str(found.note())


def test_a_sparse_file_does_not_grow() -> None:
    member = entry("sparse", tarfile.GNUTYPE_SPARSE)
    header = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"77777777777\0"  # its real size: eight gigabytes
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header[:512]):06o}\0 ".encode()
    found = unpack(io.BytesIO(bytes(header) + b"\0" * 1024), LIMITS)
    assert "sparse" not in found.files


def test_fuzzed_archives_never_raise() -> None:
    import random

    chance = random.Random(7)
    whole = archive(entry("a"), entry("b/c"), entry("l", tarfile.SYMTYPE, "a"), data=b"x" * 300)
    for _ in range(400):
        data = bytearray(whole.getvalue())
        for _ in range(chance.randrange(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        for path in unpack(io.BytesIO(bytes(data)), LIMITS).files:
            assert inside(path.rstrip("/")) == path.rstrip("/")


async def test_what_goes_in_comes_out() -> None:
    files = {
        "a.txt": FileBytes("naïve".encode()),
        "b/c/run.sh": FileBytes(b"#!/bin/sh", executable=True),
        "empty/": FileBytes(b""),
        "ünï 😀.txt": FileBytes(b""),
    }
    assert unpack(io.BytesIO(pack(files)), LIMITS).files == files
    blobs = MemoryBlobs()
    manifest = await store(unpack(io.BytesIO(pack(files)), LIMITS), blobs, ())
    assert [file.path for file in manifest] == sorted(files)
    assert await fetch(manifest, blobs) == files
    again = [WorkFile.model_validate(f.model_dump(exclude_defaults=True)) for f in manifest]
    assert tuple(again) == manifest
    with pytest.raises(ToolError):
        await fetch(manifest, MemoryBlobs())


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("a.py", "a.py"),
        ("./a//b.py", "a/b.py"),
        ("a b.py", "a b.py"),
        ("...", "..."),
        ("", None),
        (".", None),
        ("..", None),
        ("/a", None),
        ("a/..", None),
        ("a/", None),
        ("a\x00", None),
        ("a\n", None),
    ],
)
def test_paths(path: str, normal: str | None) -> None:
    assert inside(path) == normal


@pytest.mark.parametrize(
    ("first", "name"),
    [
        ("# filename: a.py", "a.py"),
        ("# filename:b/c.sh  ", "b/c.sh"),
        ("#filename: a.py", None),
        (" # filename: a.py", None),
        ("# Filename: a.py", None),
        ("print(1)\n# filename: a.py", None),
    ],
)
def test_only_the_exact_first_line_names_a_file(first: str, name: str | None) -> None:
    assert stated_name(first + "\nx") == name


@pytest.mark.parametrize(
    ("language", "command", "extension"),
    [
        ("python", "python3", "py"),
        ("Python", "python3", "py"),
        ("sh", "sh", "sh"),
        ("shell", "sh", "sh"),
        ("bash", "bash", "sh"),
        ("js", "node", "js"),
        ("ps1", "pwsh", "ps1"),
    ],
)
def test_languages(language: str, command: str, extension: str) -> None:
    found = ready(CodeBlock(code="x", language=language))
    assert (found.command, found.path.rpartition(".")[2]) == (command, extension)
    assert found.path.startswith("tmp_code_")


def test_pip_is_quiet() -> None:
    code = "pip install a\n! pip install b\necho pip install\npip install -q c\n"
    assert quiet_pip(code).splitlines() == [
        "pip install -qqq a",
        "! pip install -qqq b",
        "echo pip install",
        "pip install -q c",
    ]


@pytest.mark.parametrize(
    ("make", "text", "more"),
    [
        (lambda: [b"abc"], "abc", True),
        (lambda: [b"a" * 20], "a" * 20, True),
        (lambda: [b"a" * 15, b"b" * 15], "a" * 10 + "\n[… 10 bytes left out …]\n" + "b" * 10, True),
        (lambda: ["é".encode() * 15], "é" * 5 + "\n[… 10 bytes left out …]\n" + "é" * 5, True),
        (
            lambda: [b"x" + "é".encode() * 15],
            "xéééé\n[… 11 bytes left out …]\n" + "é" * 5,
            True,
        ),
        (lambda: [b"a" * 101], "a" * 10 + "\n[… 80 bytes left out …]\n" + "a" * 10, False),
        (lambda: [b"\xff\xfe"], "\ufffd\ufffd", True),
    ],
)
def test_output_is_cut_in_the_middle(
    make: Callable[[], list[bytes]], text: str, more: bool
) -> None:
    capture = Capture(LIMITS)
    assert [capture.feed(piece) for piece in make()][-1] is more
    assert capture.text() == text
    assert capture.overflow is not more
