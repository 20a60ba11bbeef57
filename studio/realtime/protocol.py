"""What travels over sockets; docs/design/wire.md tells the story."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_SEQ = 2**62


class _Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Subscribe(_Frame):
    type: Literal["subscribe"]
    after: int = Field(default=0, ge=0, le=MAX_SEQ)


class Ack(_Frame):
    type: Literal["ack"]
    seq: int = Field(ge=0, le=MAX_SEQ)


class Ping(_Frame):
    type: Literal["ping"]


ClientFrame = Annotated[Subscribe | Ack | Ping, Field(discriminator="type")]
CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)


class Close:
    """Close codes after acceptance. Refusals before it are HTTP 403."""

    MALFORMED = 4400
    SIGNED_OUT = 4401
    GONE = 4404
    TOO_FAST = 4429
    TOO_SLOW = 4008
