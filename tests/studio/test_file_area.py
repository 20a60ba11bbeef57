"""The file area against hostile paths and hostile content (A26)."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from studio.runs.files import (
    MAX_FILE_BYTES,
    FileProblem,
    area_root,
    file_read,
    file_write,
    files_list,
)
from tests.conftest import Person


@pytest.fixture
def area() -> uuid.UUID:
    return uuid.uuid4()


@pytest.mark.parametrize(
    "path",
    [
        "",
        " ",
        ".",
        "..",
        "../x",
        "a/../x",
        "a/./x",
        "a//x",
        "/etc/passwd",
        "~/x",
        "~root/x",
        "..\\x",
        "C:\\x",
        "C:x",
        "a\0b",
        "a\nb",
        "\u202efdp.exe",
        "x" * 300,
        "é" * 150,
        "a/" * 600 + "x",
    ],
)
def test_a26_a_hostile_path_is_refused_in_a_sentence(area: uuid.UUID, path: str) -> None:
    for attempt in (lambda: file_write(area, path, b"x"), lambda: file_read(area, path)):
        with pytest.raises(FileProblem, match=r"\.$"):
            attempt()
    assert files_list(area) == []


@pytest.mark.parametrize("path", ["CON", "nul.txt", "a b.md", ".hidden", "größe.md", "-rf"])
def test_an_odd_but_harmless_name_is_a_file(area: uuid.UUID, path: str) -> None:
    file_write(area, path, b"x")
    assert file_read(area, path) == b"x"
    assert [file.path for file in files_list(area)] == [path]


def test_a_name_is_the_same_however_its_accents_are_composed(area: uuid.UUID) -> None:
    file_write(area, "e\u0301.md", b"x")
    assert file_read(area, "\u00e9.md") == b"x"


def test_a_link_that_was_planted_leads_nowhere(area: uuid.UUID, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    root = area_root(area)
    (root / "file").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside)
    for path in ("file", "folder/secret"):
        with pytest.raises(FileProblem, match="cannot be read"):
            file_read(area, path)
    with pytest.raises(FileProblem, match="cannot be written"):
        file_write(area, "folder/new", b"x")
    # Writing over a link replaces the link, never what it points to.
    file_write(area, "file", b"mine")
    assert file_read(area, "file") == b"mine"
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_text() == "secret"
    assert [file.path for file in files_list(area)] == ["file"]


def test_a_pipe_does_not_hold_its_reader_up(area: uuid.UUID) -> None:
    os.mkfifo(area_root(area) / "pipe")
    with pytest.raises(FileProblem, match="is not a file"):
        file_read(area, "pipe")
    assert files_list(area) == []


def test_a_folder_is_not_a_file_and_a_file_not_a_folder(area: uuid.UUID) -> None:
    file_write(area, "a/b", b"x")
    with pytest.raises(FileProblem):
        file_read(area, "a")
    with pytest.raises(FileProblem):
        file_write(area, "a", b"x")
    with pytest.raises(FileProblem):
        file_write(area, "a/b/c", b"x")
    assert [file.path for file in files_list(area)] == ["a/b"]
    assert not [name for name in os.listdir(area_root(area)) if name.startswith(".tmp-")]


def test_what_is_too_large_is_neither_written_nor_read(area: uuid.UUID) -> None:
    with pytest.raises(FileProblem, match="2 MB"):
        file_write(area, "big", b"x" * (MAX_FILE_BYTES + 1))
    assert files_list(area) == []
    with (area_root(area) / "grown").open("wb") as file:
        file.truncate(2 * 1024**3)
    with pytest.raises(FileProblem, match="too large to read"):
        file_read(area, "grown")


@pytest.mark.django_db
def test_a_file_with_nul_bytes_is_shown_and_downloaded_as_an_attachment(alice: Person) -> None:
    assert alice.workspace is not None
    data = b"<script>\0\xff</script>"
    file_write(alice.workspace.pk, "x.html", data)
    shown = alice.get("/files/text?path=x.html").data
    assert shown["text"] == "<script>\ufffd\ufffd</script>"
    answer = alice.get("/files/content?path=x.html")
    assert answer.content == data
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.django_db
def test_the_api_says_what_is_wrong_with_a_path(alice: Person, charlie: Person) -> None:
    for path in ("../x", "nope.md", "", "a%00b"):
        answer = alice.get(f"/files/text?path={path}")
        assert (answer.status_code, answer.data["code"]) == (400, "file_problem")
    assert alice.workspace is not None
    file_write(alice.workspace.pk, "mine.md", b"x")
    assert charlie.get("/files/text?path=mine.md").status_code == 400
    assert charlie.get("/files").data["results"] == []
