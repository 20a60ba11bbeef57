"""`python -m runtime`: validate, dump, schema and run, as a person at a terminal meets them."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runtime.cli import main
from runtime.cli.text import line, shown
from tests.components.samples import FILES, FOLDER, NAMES
from tests.runtime.support import Json, agent, calls, model, person, team

ROOT = Path(__file__).parents[2]
WITHOUT_DJANGO = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("django", "studio", "channels", "rest_framework", "celery"):
            raise ImportError(f"{name} is forbidden here")

sys.meta_path.insert(0, Refuse())
from runtime.cli import main
sys.exit(main())
"""


def write(folder: Path, spec: Any, name: str = "team.json") -> str:
    path = folder / name
    path.write_text(spec if isinstance(spec, str) else json.dumps(spec))
    return str(path)


def bare(*arguments: str, said: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, where neither Django nor the application can be imported."""
    clean = {k: v for k, v in os.environ.items() if not k.endswith(("_API_KEY", "_BASE_URL"))}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO, *arguments],
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**clean, **environ},
    )


# validate --------------------------------------------------------------------------------------


def test_a_line_for_each_problem_with_its_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = team(agent("a", model(), max_tool_iterations=0), agent("a", model()), colour=1)
    path = write(tmp_path, spec)
    assert main(["validate", path]) == 1
    lines = capsys.readouterr().out.splitlines()
    heads = [text.split(": ")[:3] for text in lines]
    assert [path, "$.config.participants[0].config.max_tool_iterations", "error"] in heads
    assert [path, "$.config.colour", "unsupported"] in heads
    severities = [head[2] for head in heads]
    assert severities == sorted(severities, key=lambda severity: severity != "error")


def test_what_is_fine_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", write(tmp_path, team(agent("a", model()), max_turns=1))]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_autogens_samples(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One has a real error: a cycle that nothing ends, which AutoGen refuses to run too."""
    wrong = path.parent.name == "components-autogen-0.5.7" and "conditional-loop" in path.name
    assert main(["validate", str(path)]) == int(wrong)
    assert (": error: " in capsys.readouterr().out) == wrong


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "provider: !!python/object:os.system x", '{"components": []}']
)
def test_files_that_are_no_components(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, text)
    assert main(["validate", path]) == 1
    assert capsys.readouterr().out.startswith(f"{path}: $: error: ")


def test_a_missing_file_and_a_good_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write(tmp_path, model())
    assert main(["validate", str(tmp_path / "none.json"), good]) == 1
    assert "No such file" in capsys.readouterr().out


def test_a_gallery_names_the_place_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    path = FOLDER / "gallery" / "default_gallery.ags-0.4.2.2.autogen-0.5.7.json"
    assert main(["validate", str(path)]) == 0
    out = capsys.readouterr().out
    assert f"{path}: $.components.agents[1].provider: unsupported: MultimodalWebSurfer" in out


def test_a_file_cannot_write_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, {"provider": "evil\x1b[2J\nx: $: error: forged", "config": {}})
    assert main(["validate", path]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert len(out.splitlines()) == 1


# dump and schema -------------------------------------------------------------------------------


def test_dump_is_canonical_and_loses_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = FOLDER / "components" / "team-selector.json"
    assert main(["dump", str(path)]) == 0
    first = capsys.readouterr().out
    assert json.loads(first) == json.loads(path.read_text())
    assert main(["dump", write(tmp_path, first)]) == 0
    assert capsys.readouterr().out == first


def test_dump_for_autogen(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(FOLDER / "components" / "agent-assistant-v1-tools.json")
    assert main(["dump", path, "--for", "autogen-0.7"]) == 0
    assert json.loads(capsys.readouterr().out)["component_version"] == 2
    nested = str(FOLDER / "components" / "team-nested-team-participant.json")
    assert main(["dump", nested, "--for", "autogen-0.5"]) == 1
    assert "no team is a participant" in capsys.readouterr().err


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    schemas = json.loads(capsys.readouterr().out)
    assistant = schemas["autogen_agentchat.agents.AssistantAgent"]
    assert assistant["config"]["properties"]["name"]
    assert main(["schema", "OpenAIChatCompletionClient"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert main(["schema", "acme.Robot"]) == 1
    assert "acme.Robot" in capsys.readouterr().err


# run -------------------------------------------------------------------------------------------


def writing(*replies: Json | str) -> Json:
    wish = calls(("write_file", {"path": "notes/a.md", "content": "hello"}))
    return agent("writer", model(wish, *(replies or ("done",))), "WriteFile")


def test_a_run_without_django(tmp_path: Path) -> None:
    spec = write(tmp_path, team(writing(), person("me"), max_turns=2))
    done = bare("run", spec, "--task", "Go", "--files", str(tmp_path / "out"), said="y\nbye\n")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/notes/a.md").read_text() == "hello"
    for part in ("--- user ---", "writer calls write_file(", "--- writer ---\ndone", "me asks:"):
        assert part in done.stdout
    assert "--- me ---\nbye" in done.stdout
    assert "[completed] Maximum number of turns 2 reached." in done.stdout


def test_no_is_a_denial_that_the_model_reads(tmp_path: Path) -> None:
    spec = write(tmp_path, writing())
    done = bare("run", spec, "--task", "Go", "--files", str(tmp_path / "out"), said="n\nnot now\n")
    assert done.returncode == 0, done.stderr
    assert "write_file failed: program denied this call: not now" in done.stdout
    assert not (tmp_path / "out/notes").exists()


def test_edited_arguments_run_and_others_are_asked_for_again(tmp_path: Path) -> None:
    spec = write(tmp_path, writing())
    edited = json.dumps({"path": "b.md", "content": "mine"})
    said = f"what?\ne\n[1]\ne\n{{\ne\n{edited}\n"
    done = bare("run", spec, "--task", "Go", "--files", str(tmp_path / "out"), said=said)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/b.md").read_text() == "mine"


def test_the_end_of_the_input_is_no_answer(tmp_path: Path) -> None:
    done = bare("run", write(tmp_path, writing()), "--task", "Go")
    assert done.returncode == 1
    assert "no more input" in done.stderr


def test_yes_approves_everything(tmp_path: Path) -> None:
    done = bare("run", write(tmp_path, writing()), "--task", "Go", "--yes")
    assert done.returncode == 0, done.stderr


def test_json_lines_are_the_log(tmp_path: Path) -> None:
    done = bare("run", write(tmp_path, writing()), "--task", "Go", "--json", said="y\n")
    assert done.returncode == 0, done.stderr
    events = [json.loads(text) for text in done.stdout.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    kinds = [event["payload"]["kind"] for event in events]
    assert (kinds[0], kinds[-1]) == ("run.created", "run.completed")
    assert "approval.decided" in kinds


def test_the_scripted_model_needs_no_key_and_says_so(tmp_path: Path) -> None:
    spec = str(FOLDER / "components" / "team-round-robin.json")
    done = bare("run", spec, "--task", "Trees", "--model", "scripted")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("No model writes this")
    without = bare("run", spec, "--task", "Trees")
    assert without.returncode == 1
    assert "credential" in without.stderr.lower()


def test_a_model_from_a_file(tmp_path: Path) -> None:
    spec = str(FOLDER / "components" / "agent-assistant-minimal.json")
    chosen = write(tmp_path, model("I am the other one"), "model.json")
    done = bare("run", spec, "--task", "Trees", "--model", chosen)
    assert "I am the other one" in done.stdout
    wrong = bare("run", spec, "--task", "Trees", "--model", "gpt")
    assert (wrong.returncode, "neither `scripted` nor a file" in wrong.stderr) == (1, True)


def test_a_file_that_leaves_the_model_open_says_what_to_set(tmp_path: Path) -> None:
    workspace = {"provider": "troupe.models.WorkspaceModel", "config": {}}
    done = bare("run", write(tmp_path, agent("a", workspace)), "--task", "Go")
    assert done.returncode == 1
    assert "OPENAI_API_KEY" in done.stderr


def test_what_cannot_run_is_refused_with_its_place() -> None:
    surfer = str(FOLDER / "components" / "agent-web-surfer.json")
    done = bare("run", surfer, "--task", "Go", "--model", "scripted")
    assert done.returncode == 1
    assert "$.provider: unsupported: MultimodalWebSurfer cannot run" in done.stderr


def test_a_saved_state_goes_on(tmp_path: Path) -> None:
    spec = write(tmp_path, team(agent("a", model("one", "two")), max_turns=1))
    state = str(tmp_path / "state.json")
    assert "one" in bare("run", spec, "--task", "Go", "--state", state).stdout
    again = bare("run", spec, "--task", "On", "--state", state).stdout
    assert "--- a ---\ntwo" in again


def test_ctrl_c_stops_cleanly(tmp_path: Path) -> None:
    spec = write(tmp_path, team(person("me")))
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "runtime", "run", spec, "--task", "Go"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    for text in process.stdout:
        if "me asks:" in text:
            break
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)  # with its input still open: a person only pressed two keys
    out, err = process.communicate()
    assert process.returncode == 130, err
    assert "stopping" in out
    assert "[stopped] Ctrl-C" in out
    assert "Traceback" not in err


def test_models_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    hostile = "red \x1b[31m\x9b2J bell \x07 back \x08 turned \u202e end"
    wish = calls(("calculate", {"expression": "\x1b[2J"}))
    spec = agent("a", model(wish, hostile), "Calculator", model_client_stream=True)
    done = bare("run", write(tmp_path, spec), "--task", "Go \x1b]0;title\x07", "--yes")
    assert done.returncode == 0, done.stderr
    for character in ("\x1b", "\x9b", "\x07", "\x08", "\u202e"):
        assert character not in done.stdout


def test_a_wrong_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["dance"], ["run", "x.json"], ["validate"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
    capsys.readouterr()


def test_a_reader_that_has_seen_enough() -> None:
    done = subprocess.run(
        f"{sys.executable} -m runtime schema | head -c 10",
        shell=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_standard_input_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps(model()).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["validate", "-"]) == 0


def test_text_for_terminals() -> None:
    assert shown("a\tb\nc\r\nd") == "a\tb\nc\nd"
    assert shown("\x1b[31m") == "\ufffd[31m"
    assert line("a\nb") == "a b"
    assert line("x" * 3_000).endswith(" …")
