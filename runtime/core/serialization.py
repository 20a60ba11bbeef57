"""Messages as JSON and back, by the full name of their type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation

_BUILTINS = (str, int, float, bool, list, dict, type(None))


@dataclass(frozen=True, slots=True)
class UnknownPayload:
    """A stored message whose type is not registered here. It dumps to what it was loaded from."""

    type_name: str
    data: Any


class MessageTypes:
    """Pydantic models and dataclasses, with whatever pydantic understands inside them."""

    def __init__(self) -> None:
        self._types: dict[str, type] = {}
        self._adapters: dict[type, TypeAdapter[Any]] = {}
        self.register(*_BUILTINS)

    def register(self, *kinds: type) -> None:
        """Raises ValueError when another class has the same full name: a stored message must mean
        one of them."""
        for kind in kinds:
            name = full_name(kind)
            known = self._types.setdefault(name, kind)
            if known is not kind:
                raise ValueError(f"Another message type is already registered as {name!r}")

    def dump(self, message: Any) -> dict[str, Any]:
        """`{type, data}`. Raises ValueError for what would not come back as it is."""
        if isinstance(message, UnknownPayload):
            return {"type": message.type_name, "data": message.data}
        kind = type(message)
        self.register(kind)
        adapter = self._adapter(kind)
        try:
            data = adapter.dump_python(message, mode="json", warnings="error")
            again = adapter.validate_python(data)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{full_name(kind)} cannot be stored: {_first(error)}") from error
        if _compares(kind) and again != message:
            raise ValueError(
                f"{full_name(kind)} cannot be stored: it would come back as {again!r}, "
                f"not as {message!r}"
            )
        return {"type": full_name(kind), "data": data}

    def load(self, stored: dict[str, Any]) -> Any:
        """Raises ValueError when the data do not fit the type."""
        name, data = stored["type"], stored["data"]
        kind = self._types.get(name)
        if kind is None:
            return UnknownPayload(name, data)
        try:
            return self._adapter(kind).validate_python(data)
        except ValidationError as error:
            raise ValueError(f"A stored {name} does not fit its type: {_first(error)}") from error

    def _adapter(self, kind: type) -> TypeAdapter[Any]:
        if kind not in self._adapters:
            try:
                self._adapters[kind] = TypeAdapter(kind)
            except (PydanticSchemaGenerationError, PydanticUndefinedAnnotation) as error:
                raise ValueError(f"{full_name(kind)} cannot be stored: {_first(error)}") from error
        return self._adapters[kind]


def _compares(kind: type) -> bool:
    return any("__eq__" in vars(base) for base in kind.__mro__ if base is not object)


def full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _first(error: BaseException) -> str:
    return re.split(r"\n\n|\n +For further", str(error).strip())[0]
