"""AutoGen's Docker executor, in a container that holds what it runs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.errors import ToolError
from runtime.events import content_hash
from runtime.events.payloads import Effect
from runtime.executors.base import CodeExecutor, Limits
from runtime.executors.blocks import LANGUAGES
from runtime.executors.docker_engine import DockerEngine, engine_at
from runtime.executors.docker_session import WORK, DockerSession
from runtime.messages import JsonObject
from runtime.operator import Operator
from runtime.ports import Blobs

LABEL: Final = "troupe"
KEEPER: Final = "65531:65531"
LIFETIME: Final = 3_600
"""Seconds after which a container ends by itself, whoever has forgotten it."""
_IGNORED: Final = "AutoGen's; kept, and not used here: it would open the sandbox."


class DockerConfig(ComponentConfig):
    image: str = Field(
        "python:3-slim",
        title="Image",
        description="One that the operator allows; any other is replaced by the standard one.",
    )
    container_name: str | None = Field(
        None, title="Container name", description="AutoGen's; here each run has its own container."
    )
    timeout: int = Field(60, ge=1, le=3_000, title="Timeout (s)", description="For each block.")
    work_dir: str | None = Field(
        None,
        title="Work directory",
        description="Executors of a run that name the same one share their files. It is never a "
        "folder of this machine.",
    )
    network: bool | None = Field(
        None, title="Network", description="Only where the operator allows it."
    )
    bind_dir: str | None = Field(None, title="Bound directory", description=_IGNORED)
    auto_remove: bool = Field(
        True, title="Remove", description="AutoGen's; a sandbox is always removed."
    )
    stop_container: bool = Field(
        True, title="Stop", description="AutoGen's; a sandbox is always stopped."
    )
    device_requests: list[JsonObject] | None = Field(None, title="Devices", description=_IGNORED)
    functions_module: str = Field(
        "functions", title="Functions module", description="AutoGen's; kept."
    )
    extra_volumes: dict[str, dict[str, str]] = Field(
        default_factory=dict, title="Volumes", description=_IGNORED
    )
    extra_hosts: dict[str, str] = Field(default_factory=dict, title="Hosts", description=_IGNORED)
    init_command: str | None = Field(None, title="Init command", description=_IGNORED)
    delete_tmp_files: bool = Field(
        False,
        title="Delete temporary files",
        description="AutoGen's; here a block without a file name never leaves one.",
    )


_OPENING: Final[dict[str, str]] = {
    "container_name": "every run gets a container of its own",
    "bind_dir": "a sandbox sees no folder of the machine",
    "extra_volumes": "a sandbox sees no folder of the machine",
    "extra_hosts": "a sandbox reaches no host",
    "device_requests": "a sandbox has no devices",
    "init_command": "nothing runs before the code",
}
_ALWAYS: Final = {"auto_remove": "removed", "stop_container": "stopped"}


@dataclass(frozen=True)
class SandboxStatus:
    """Whether code can run, for health pages. `detail` is the reason or the engine's version."""

    available: bool
    detail: str
    runtime: str | None = None
    """Docker's name for what isolates the container: `runc`, or `runsc` for gVisor."""


class DockerCommandLineCodeExecutor(CodeExecutor[DockerConfig]):
    provider = "autogen_ext.code_executors.docker.DockerCommandLineCodeExecutor"
    Config = DockerConfig
    defaults: ClassVar[JsonObject] = {"timeout": 60}
    palette = Palette(
        "Sandbox",
        "Runs code in a container: no network, no rights, limited memory, time and disk.",
        "Tools",
        "brand-docker",
    )
    languages = LANGUAGES

    def __init__(
        self, config: DockerConfig, operator: Operator, limits: Limits | None = None
    ) -> None:
        self.config = config
        self.timeout = float(config.timeout)
        self.limits = limits or Limits()
        self.image = image_for(config.image, operator)
        self.network = bool(config.network) and operator.sandbox_network
        # Without a network nothing outside changes, and a run that is made again begins with the
        # files that are recorded.
        self.effect: Effect = "at_most_once" if self.network else "pure"
        self.side_effects = self.network
        identity = [self.image, self.network, config.work_dir]
        self.key = f"docker/{content_hash(identity)[:16]}"
        self._operator = operator

    @classmethod
    def build(cls, config: DockerConfig, builder: Builder) -> Self:
        return cls(config, builder.operator)

    @classmethod
    def check(cls, config: DockerConfig, path: str) -> Iterable[Problem]:
        for name, why in _OPENING.items():
            if getattr(config, name):
                yield _ignored(path, name, f"{name} is ignored: {why}.")
        for name, how in _ALWAYS.items():
            if not getattr(config, name):
                yield _ignored(path, name, f"{name} is ignored: a sandbox is always {how}.")

    async def open(self, run_id: str, blobs: Blobs) -> DockerSession:
        engine = engine_at(self._operator.docker_url)
        lifetime = max(LIFETIME, 8 * int(self.timeout))
        options = self._options(run_id, lifetime)
        container = await engine.call(lambda api: _start(api, self.image, options))
        return DockerSession(engine, container, blobs, self.limits, lifetime=lifetime)

    def _options(self, run_id: str, lifetime: int) -> JsonObject:
        """For the SDK's `create_container`, all but the image and the host's part."""
        operator = self._operator
        return {
            "command": [str(lifetime)],
            "entrypoint": ["sleep"],
            "user": KEEPER,
            "working_dir": WORK,
            "hostname": "sandbox",
            "environment": {},
            "network_disabled": not self.network,
            "stop_timeout": 1,
            "use_config_proxy": False,  # it may carry a password
            "labels": {
                LABEL: "1",
                f"{LABEL}.owner": operator.sandbox_owner,
                f"{LABEL}.run": run_id,
                f"{LABEL}.boot": operator.boot_id,
                f"{LABEL}.deadline": str(int(time.time()) + lifetime),
            },
            "host": self._host_options(),
        }

    def _host_options(self) -> JsonObject:
        limits = self.limits
        tmp = f"rw,noexec,nosuid,nodev,size={limits.tmp_bytes},nr_inodes={limits.tmp_inodes}"
        # Docker adds noexec unless told otherwise; a script of its own may run.
        work = (
            f"rw,exec,nosuid,nodev,size={limits.work_bytes},nr_inodes={limits.work_inodes}"
            ",uid=65532,gid=65532,mode=0700"
        )
        return {
            "auto_remove": True,
            "network_mode": "bridge" if self.network else "none",
            "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges"],
            "read_only": True,
            "tmpfs": {"/tmp": tmp, WORK: work},  # noqa: S108 - inside the container
            "pids_limit": limits.processes,
            "mem_limit": limits.memory,
            "memswap_limit": limits.memory,
            "nano_cpus": int(limits.cpus * 1_000_000_000),
            "ulimits": _ulimits(limits),
            "ipc_mode": "none",
            "init": True,
            "log_config": {"type": "none", "config": {}},
        }


def _ulimits(limits: Limits) -> list[JsonObject]:
    caps = {"nofile": limits.open_files, "fsize": limits.work_bytes, "core": 0}
    return [{"name": name, "soft": cap, "hard": cap} for name, cap in caps.items()]


def image_for(named: str, operator: Operator) -> str:
    """What the operator lets a spec's image stand for: exact names only."""
    return operator.sandbox_images.get(named, operator.sandbox_image)


def _ignored(path: str, name: str, detail: str) -> Problem:
    return Problem(f"{path}.{name}", "warning", "ignored_by_sandbox", detail)


def _start(api: Any, image: str, options: JsonObject) -> str:
    """The id of a running container. Never pulls."""
    from docker.errors import APIError, ImageNotFound

    host = options.pop("host")
    try:
        made = api.create_container(image, host_config=api.create_host_config(**host), **options)
    except ImageNotFound:
        raise missing_image(image) from None
    except APIError as error:
        raise ToolError(f"Docker refused to make a sandbox: {_said(error)}") from error
    container: str = made["Id"]
    try:
        api.start(container)
    except APIError as error:
        api.remove_container(container, force=True, v=True)
        raise ToolError(f"Docker could not start the sandbox: {_said(error)}") from error
    return container


def missing_image(image: str) -> ToolError:
    return ToolError(
        f"Code cannot run: the image {image} is not on this machine.",
        hint=f"Get it once with: docker pull {image} – nothing is downloaded while teams run.",
    )


def _said(error: Any) -> str:
    return str(error.explanation or error)[:300]


async def sandbox_status(operator: Operator) -> SandboxStatus:
    """Asks the engine. Never raises for what is missing: that is the answer."""
    engine: DockerEngine = engine_at(operator.docker_url)
    images = sorted({operator.sandbox_image, *operator.sandbox_images.values()})
    try:
        return await engine.call(lambda api: _look(api, images))
    except ToolError as error:
        return SandboxStatus(False, f"{error.detail} {error.hint or ''}".strip())


def _look(api: Any, images: list[str]) -> SandboxStatus:
    from docker.errors import APIError, ImageNotFound

    try:
        info = api.info()
        for image in images:
            api.inspect_image(image)
    except ImageNotFound:
        error = missing_image(image)
        return SandboxStatus(False, f"{error.detail} {error.hint}")
    except APIError as error:
        return SandboxStatus(False, f"Docker refuses to answer: {_said(error)}")
    version = f"Docker {info.get('ServerVersion', '?')}"
    return SandboxStatus(True, version, info.get("DefaultRuntime"))
