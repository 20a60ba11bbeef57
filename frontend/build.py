"""Builds the browser app: with the machine's Node if it is recent enough, else with PyPI's.

Run by `make`, in the project's virtual environment.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
ROOT = FRONTEND.parent
VENV_BIN = Path(sys.executable).parent
SYSTEM_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


def recent_enough(version: str) -> bool:
    """Vite's own condition: ^20.19.0 || >=22.12.0."""
    match = re.match(r"v(\d+)\.(\d+)", version)
    if match is None:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def machine_has_node() -> bool:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return False
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return recent_enough(done.stdout.strip())


def environment() -> dict[str, str]:
    if machine_has_node():
        return dict(os.environ)
    print("  no recent Node on this machine: using the one that PyPI carries", flush=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(ROOT / "requirements-node.txt")], check=True)
    path = f"{VENV_BIN}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **machine_certificates(), "PATH": path}


def machine_certificates() -> dict[str, str]:
    """PyPI's Node brings its own list of authorities. Where a company adds one, pip trusts it
    through the machine's list, and so must npm."""
    named = [os.environ.get(name, "") for name in ("SSL_CERT_FILE", "PIP_CERT")]
    found = [path for path in (*named, *SYSTEM_CERTIFICATES) if path and Path(path).is_file()]
    return (
        {"NODE_EXTRA_CA_CERTS": os.environ.get("NODE_EXTRA_CA_CERTS") or found[0]} if found else {}
    )


def npm(*args: str, env: dict[str, str]) -> None:
    command = shutil.which("npm", path=env["PATH"])
    if command is None:
        raise SystemExit("npm was not found, though Node was; install npm, or remove that Node.")
    done = subprocess.run([command, *args], cwd=FRONTEND, env=env, check=False)
    if done.returncode:
        raise SystemExit(f"`npm {' '.join(args)}` failed (exit code {done.returncode}); see above.")


def main() -> None:
    env = environment()
    scripts = sys.argv[1:] or ["build"]
    lock, stamp = FRONTEND / "package-lock.json", FRONTEND / "node_modules" / ".troupe-lock"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error", env=env)
        stamp.write_bytes(lock.read_bytes())
    for script in scripts:
        npm("run", "--silent", script, env=env)


if __name__ == "__main__":
    main()
