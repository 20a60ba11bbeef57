"""The sockets, over a real server process and a real WebSocket client."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookiejar import CookieJar
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.support import specs
from tests.support.troupe import Troupe

pytestmark = pytest.mark.process
SLOW_TEXT = "one two three four five six seven eight nine ten " * 4


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troupe]:
    found = Troupe(tmp_path_factory.mktemp("troupe"))
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def ended(troupe: Troupe) -> str:
    """A run that has ended, with approvals and tools in its log."""
    run = troupe.run(troupe.team())
    troupe.decide(troupe.wait_pending(run), "approve")
    troupe.wait_state(run, "completed")
    return run


def open_socket(troupe: Troupe, path: str, **headers: str) -> ClientConnection:
    """With the token unless other headers are given. No origin: a program has none."""
    given = {k.replace("_", "-"): v for k, v in headers.items()}
    url = f"ws://127.0.0.1:{troupe.port}/ws/{path}"
    return connect(
        url,
        additional_headers=given or {"Authorization": f"Bearer {troupe.token}"},
        max_size=None,
        # Else the client stops reading at 16 unread frames and its close waits ten seconds.
        max_queue=None,
    )


def frames(socket: ClientConnection, until: Any, seconds: float = 20.0) -> list[dict[str, Any]]:
    found = []
    while True:
        found.append(json.loads(socket.recv(timeout=seconds)))
        if until(found[-1]):
            return found


def is_end(frame: dict[str, Any]) -> bool:
    return frame["type"] == "event" and frame["event"]["payload"]["kind"] == "run.completed"


def seqs(found: list[dict[str, Any]]) -> list[int]:
    return [f["event"]["seq"] for f in found if f["type"] == "event"]


def subscribe(socket: ClientConnection, after: int = 0) -> None:
    socket.send(json.dumps({"type": "subscribe", "after": after}))


def test_from_every_seq_the_rest_comes_in_order(troupe: Troupe, ended: str) -> None:
    log = troupe.events(ended)
    with open_socket(troupe, f"runs/{ended}") as socket:
        for after in range(len(log)):
            subscribe(socket, after)
            found = frames(socket, is_end)
            assert seqs(found) == list(range(after + 1, len(log) + 1))
    with open_socket(troupe, f"runs/{ended}") as socket:
        subscribe(socket)
        events = [f["event"] for f in frames(socket, is_end) if f["type"] == "event"]
    assert events == log


def test_two_readers_get_the_same(troupe: Troupe) -> None:
    team = troupe.team_of(
        specs.round_robin(
            specs.assistant("a", specs.scripted(specs.says(SLOW_TEXT), delay_ms=5)),
            specs.assistant("b", specs.scripted(specs.says(SLOW_TEXT), delay_ms=5)),
        )
    )
    run = troupe.run(team)
    with open_socket(troupe, f"runs/{run}") as one, open_socket(troupe, f"runs/{run}") as two:
        subscribe(one)
        subscribe(two)
        first, second = frames(one, is_end), frames(two, is_end)
    assert seqs(first) == seqs(second) == list(range(1, len(troupe.events(run)) + 1))
    assert live_texts(first) == live_texts(second)


def live_texts(found: list[dict[str, Any]]) -> dict[str, str]:
    """What a client has on its screen, by the rules of docs/design/wire.md."""
    texts: dict[str, tuple[int, str]] = {}
    for frame in found:
        if frame["type"] != "delta":
            continue
        attempt, text = texts.get(frame["message_key"], (0, ""))
        if frame["attempt"] > attempt or frame["offset"] == 0:
            attempt, text = frame["attempt"], ""
        assert frame["offset"] == len(text)
        texts[frame["message_key"]] = (attempt, text + frame["text"])
    return {key: text for key, (_, text) in texts.items()}


def test_a_reconnect_in_the_middle_of_a_message_loses_and_repeats_nothing(troupe: Troupe) -> None:
    slow = specs.scripted(specs.says(SLOW_TEXT), delay_ms=20)
    run = troupe.run(troupe.team_of(specs.round_robin(specs.assistant("a", slow))))

    with open_socket(troupe, f"runs/{run}") as socket:
        subscribe(socket)
        before = frames(socket, lambda f: f["type"] == "delta")
    last = seqs(before)[-1]
    with open_socket(troupe, f"runs/{run}") as socket:
        subscribe(socket, last)
        after = frames(socket, is_end)

    assert seqs(before) + seqs(after) == list(range(1, len(troupe.events(run)) + 1))
    first_delta = next(f for f in after if f["type"] == "delta")
    assert first_delta["offset"] == 0
    assert first_delta["text"].startswith("one two")
    whole = next(
        f["event"]["payload"]
        for f in after
        if f["type"] == "event" and f["event"]["payload"]["kind"] == "model.completed"
    )
    shown = live_texts(after)[whole["message_key"]]
    assert whole["content"].startswith(shown)


def test_thirty_dropped_connections_make_one_whole_log(troupe: Troupe) -> None:
    team = troupe.team_of(
        specs.round_robin(
            specs.assistant("a", specs.scripted(specs.says("short"))),
            until=specs.max_messages(40),
        )
    )
    run = troupe.run(team)
    got: list[int] = []
    for _ in range(30):
        with open_socket(troupe, f"runs/{run}") as socket:
            subscribe(socket, got[-1] if got else 0)
            got += seqs(frames(socket, lambda f: f["type"] == "event"))
            if is_last(troupe, run, got):
                break
    with open_socket(troupe, f"runs/{run}") as socket:
        subscribe(socket, got[-1])
        if not is_last(troupe, run, got):
            got += seqs(frames(socket, is_end))
    assert got == list(range(1, len(troupe.events(run)) + 1))


def is_last(troupe: Troupe, run: str, got: list[int]) -> bool:
    shown = troupe.call("GET", f"/runs/{run}")
    return shown["state"] == "completed" and got[-1] == shown["head_seq"]


def cookie(troupe: Troupe) -> str:
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(troupe.sign_in_link()) as page:
        page.read()
    return "; ".join(f"{c.name}={c.value}" for c in jar)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", None],
)
def test_a06_a_foreign_origin_is_refused_before_acceptance(
    troupe: Troupe, ended: str, origin: str | None
) -> None:
    headers = {"Cookie": cookie(troupe)}
    if origin:
        headers["Origin"] = origin.format(port=troupe.port)
    for path in (f"runs/{ended}", "inbox"):
        with pytest.raises(InvalidStatus) as refused:
            open_socket(troupe, path, **headers)
        assert refused.value.response.status_code == 403


def test_the_browsers_own_origin_is_accepted(troupe: Troupe, ended: str) -> None:
    headers = {"Cookie": cookie(troupe), "Origin": troupe.base}
    with open_socket(troupe, f"runs/{ended}", **headers) as socket:
        subscribe(socket)
        assert frames(socket, is_end)


def test_a08_a_foreign_host_is_refused(troupe: Troupe, ended: str) -> None:
    with pytest.raises(InvalidStatus):
        open_socket(
            troupe, f"runs/{ended}", Authorization=f"Bearer {troupe.token}", Host="evil.example"
        )


def test_a07_nobody_and_a_bad_session_are_refused(troupe: Troupe, ended: str) -> None:
    for headers in (
        {"Origin": troupe.base},
        {"Origin": troupe.base, "Cookie": f"troupe_session_{troupe.port}=forged"},
        {"Authorization": "Bearer trp_forged"},
    ):
        with pytest.raises(InvalidStatus):
            open_socket(troupe, f"runs/{ended}", **headers)


def test_a07_signing_out_closes_open_sockets(troupe: Troupe, ended: str) -> None:
    signed_in = cookie(troupe)
    with open_socket(troupe, "inbox", Cookie=signed_in, Origin=troupe.base) as socket:
        socket.send('{"type": "subscribe"}')
        assert json.loads(socket.recv())["type"] == "snapshot"
        home = urllib.request.Request(troupe.base + "/", headers={"Cookie": signed_in})
        with urllib.request.urlopen(home) as page:
            csrf = page.headers["Set-Cookie"].split("troupe_csrftoken=")[1].split(";")[0]
        logout = urllib.request.Request(
            f"{troupe.base}/api/v1/auth/logout",
            method="POST",
            data=b"{}",
            headers={
                "Cookie": f"{signed_in}; troupe_csrftoken={csrf}",
                "X-CSRFToken": csrf,
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(logout) as done:
            assert done.status == 204
        with pytest.raises(ConnectionClosed) as closed:
            read_after(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def token_of_another(troupe: Troupe, name: str) -> str:
    """Of a user with a workspace of their own."""
    script = (
        "from studio.accounts.models import *; from studio.accounts.services import token_create;"
        "from studio.accounts.selectors import access_for;"
        f"u = User.objects.create_user('{name}');"
        f"w = Workspace.objects.create(name='{name}');"
        "Membership.objects.create(user=u, workspace=w, role='owner');"
        "print(token_create(access=access_for(u), name='t')[1])"
    )
    return troupe.manage("shell", "-v", "0", "-c", script).splitlines()[-1]


def test_a36_a_run_of_another_workspace_does_not_exist(troupe: Troupe, ended: str) -> None:
    token = token_of_another(troupe, "charlie")
    for path in (f"runs/{ended}", "runs/00000000-0000-4000-8000-000000000000", "nothing"):
        with pytest.raises(InvalidStatus):
            open_socket(troupe, path, Authorization=f"Bearer {token}")
    with open_socket(troupe, "inbox", Authorization=f"Bearer {token}") as socket:
        socket.send('{"type": "subscribe"}')
        snapshot = json.loads(socket.recv())
    assert (snapshot["requests"], snapshot["active_runs"]) == ([], [])


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("{", 4400),
        ('{"type": "start", "team_config": {}}', 4400),
        ('{"type": "subscribe", "after": -1}', 4400),
        ('{"type": "subscribe", "after": 9223372036854775808}', 4400),
        ('{"type": "subscribe", "after": "1"}', 4400),
        ('{"type": "subscribe", "more": 1}', 4400),
        ("x" * 5000, 4400),
        (b"\x00\x01", 4400),
    ],
    ids=["broken", "unknown", "negative", "huge", "text", "extra", "long", "binary"],
)
def test_a34_a36_bad_frames_close_that_socket_only(
    troupe: Troupe, ended: str, sent: str | bytes, code: int
) -> None:
    with (
        open_socket(troupe, f"runs/{ended}") as good,
        open_socket(troupe, f"runs/{ended}") as bad,
    ):
        with pytest.raises(ConnectionClosed) as closed:
            read_after(bad, sent)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code
        subscribe(good)
        assert frames(good, is_end)


def test_a34_a_frame_of_two_megabytes_ends_that_connection_only(troupe: Troupe, ended: str) -> None:
    with (
        open_socket(troupe, f"runs/{ended}") as good,
        open_socket(troupe, f"runs/{ended}") as bad,
    ):
        with pytest.raises(ConnectionClosed):
            read_after(bad, "x" * 2_000_000)
        subscribe(good)
        assert frames(good, is_end)


def read_after(socket: ClientConnection, *sent: str | bytes) -> None:
    """Sends, and reads until the server closes."""
    for text in sent:
        socket.send(text)
    while True:
        socket.recv(timeout=10)


def test_a34_a_flood_closes_that_socket_only(troupe: Troupe, ended: str) -> None:
    with open_socket(troupe, f"runs/{ended}") as socket, pytest.raises(ConnectionClosed) as closed:
        read_after(socket, *['{"type": "ping"}'] * 1000)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4429


def test_a35_one_user_has_at_most_twenty_sockets(troupe: Troupe) -> None:
    headers = {"Authorization": f"Bearer {token_of_another(troupe, 'dora')}"}
    with ExitStack() as opened:
        for _ in range(20):
            opened.enter_context(open_socket(troupe, "inbox", **headers))
        with pytest.raises(InvalidStatus):
            open_socket(troupe, "inbox", **headers)


def test_the_inbox_follows_requests_and_runs(troupe: Troupe) -> None:
    with open_socket(troupe, "inbox") as socket:
        socket.send('{"type": "subscribe"}')
        assert json.loads(socket.recv())["type"] == "snapshot"
        run = troupe.run(troupe.team())
        asked = frames(socket, lambda f: f["type"] == "request")[-1]["request"]
        assert (asked["state"], asked["run"]["id"]) == ("pending", run)
        troupe.decide(asked, "approve")
        frames(socket, lambda f: f["type"] == "request" and f["request"]["state"] == "approved")
        done = frames(
            socket, lambda f: f["type"] == "run" and f["run"]["state"] == "completed", 30
        )[-1]
        assert done["run"]["id"] == run


def test_server_sent_events_give_the_same_log(troupe: Troupe, ended: str) -> None:
    def stream(**headers: str) -> str:
        request = urllib.request.Request(
            f"{troupe.base}/api/v1/runs/{ended}/events",
            headers={
                "Authorization": f"Bearer {troupe.token}",
                "Accept": "text/event-stream",
                **headers,
            },
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            text: str = answer.read().decode()
        return text

    def data(text: str) -> list[Any]:
        lines = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
        return [json.loads(line) for line in lines][:-1]

    log = troupe.events(ended)
    assert data(stream()) == log
    assert data(stream(**{"Last-Event-ID": "5"})) == log[5:]
