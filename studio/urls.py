from __future__ import annotations

from django.urls import include, path, re_path
from django.views.generic.base import RedirectView

from studio.web import views

urlpatterns = [
    path("api/", include("studio.api.urls")),
    path("enter", views.enter),
    path("signin", views.signin),
    path("healthz", views.healthz),
    path("favicon.ico", RedirectView.as_view(url="/static/img/icon.svg")),
    # Every other path is a screen of the browser app; unknown API paths stay 404.
    re_path(r"^(?!api/|static/|ws/).*$", views.app),
]
