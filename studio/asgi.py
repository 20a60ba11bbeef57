from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

from django.core.asgi import get_asgi_application

http_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402

from studio.core.loop import LoopBinding  # noqa: E402
from studio.realtime.routing import websocket_router  # noqa: E402
from studio.web.body_limit import BodyLimit  # noqa: E402

application: Any = LoopBinding(
    ProtocolTypeRouter({"http": BodyLimit(http_application), "websocket": websocket_router})
)
