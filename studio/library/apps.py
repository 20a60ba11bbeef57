from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from runtime.components.extend import extend_catalog


class LibraryConfig(AppConfig):
    name = "studio.library"
    label = "library"

    def ready(self) -> None:
        """Takes up the operator's own components (TROUPE_COMPONENTS=module:MAPPING,…)."""
        for place in settings.COMPONENT_CATALOGS:
            module, _, name = place.partition(":")
            try:
                extend_catalog(getattr(import_module(module), name))
            except (ImportError, AttributeError, ValueError) as error:
                raise ImproperlyConfigured(
                    f"TROUPE_COMPONENTS names {place!r}, which cannot be used: {error}"
                ) from error
