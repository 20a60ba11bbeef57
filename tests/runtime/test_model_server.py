"""The stub server as a process of its own, as other tests use it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request

import pytest


@pytest.mark.process
def test_it_serves_as_a_process() -> None:
    command = [sys.executable, "-m", "runtime.testing.model_server", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            body = {"model": "text", "messages": [{"role": "user", "content": "Hi"}]}
            reply = post(f"{url}/v1/chat/completions", body)
            assert reply["choices"][0]["message"]["content"]
            with urllib.request.urlopen(f"{url}/requests", timeout=10) as response:
                seen = json.load(response)["requests"]
            assert [request["body"] for request in seen] == [body]
        finally:
            process.terminate()


def post(url: str, body: dict[str, object]) -> dict[str, object] | object:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)
