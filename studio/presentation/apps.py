from __future__ import annotations

from django.apps import AppConfig


class PresentationConfig(AppConfig):
    name = "studio.presentation"
    label = "presentation"
