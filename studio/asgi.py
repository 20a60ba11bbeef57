from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

from django.core.asgi import get_asgi_application

http_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402
from django.core.signals import request_finished  # noqa: E402
from django.db import connections  # noqa: E402

from studio.core.loop import LoopBinding  # noqa: E402
from studio.realtime.routing import websocket_router  # noqa: E402
from studio.web.body_limit import BodyLimit  # noqa: E402


def _close_connections(**_: Any) -> None:
    """Each request has a thread of its own, which takes no connection over to another."""
    connections.close_all()


request_finished.connect(_close_connections, weak=False)
application: Any = LoopBinding(
    ProtocolTypeRouter({"http": BodyLimit(http_application), "websocket": websocket_router})
)
