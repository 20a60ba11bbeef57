"""Loaded by pytest before anything of ours (`-p` in pyproject.toml): a data folder of this process
alone, so that no test touches a person's data, and nothing of the caller's environment counts."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_KEPT = {"DATABASE_URL"} if os.environ.get("TROUPE_TEST_ON_POSTGRES") else set()
for _name in ("DATABASE_URL", "REDIS_URL", "HOST", "PORT", "TROUPE_PUBLIC_URL", "DATA_DIR"):
    if _name not in _KEPT:
        os.environ.pop(_name, None)
for _name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
    os.environ.pop(_name, None)

_folder = tempfile.mkdtemp(prefix="troupe-test-")
os.environ["DATA_DIR"] = _folder
os.environ["TROUPE_LINGER_SECONDS"] = "0"
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
