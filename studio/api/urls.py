from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import UUIDConverter
from drf_spectacular.views import SpectacularAPIView

import studio.api.schema  # noqa: F401 - registers the extensions
from studio.api.v1 import account, approvals, definitions, resources, runs

register_converter(UUIDConverter, "id")


urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("v1/me", account.MeView.as_view()),
    path("v1/workspace", account.WorkspaceView.as_view()),
    path("v1/members", account.MembersView.as_view()),
    path("v1/tokens", account.TokensView.as_view()),
    path("v1/tokens/<id:id>", account.TokenView.as_view()),
    path("v1/auth/password", account.PasswordView.as_view()),
    path("v1/auth/logout", account.LogoutView.as_view()),
    path("v1/components", definitions.ComponentsView.as_view()),
    path("v1/components/validate", definitions.ValidateView.as_view()),
    path("v1/definitions", definitions.DefinitionsView.as_view()),
    path("v1/definitions/import", definitions.ImportView.as_view()),
    path("v1/definitions/<id:id>", definitions.DefinitionView.as_view()),
    path("v1/definitions/<id:id>/restore", definitions.RestoreView.as_view()),
    path("v1/definitions/<id:id>/draft", definitions.DraftView.as_view()),
    path("v1/definitions/<id:id>/validate", definitions.DefinitionValidateView.as_view()),
    path("v1/definitions/<id:id>/export", definitions.ExportView.as_view()),
    path("v1/definitions/<id:id>/revisions", definitions.RevisionsView.as_view()),
    path("v1/definitions/<id:id>/revisions/<int:number>", definitions.RevisionView.as_view()),
    path("v1/gallery", definitions.GalleryView.as_view()),
    path("v1/sessions", runs.SessionsView.as_view()),
    path("v1/sessions/<id:id>", runs.SessionView.as_view()),
    path("v1/runs", runs.RunsView.as_view()),
    path("v1/runs/<id:id>", runs.RunView.as_view()),
    path("v1/runs/<id:id>/events", runs.EventsView.as_view()),
    path("v1/runs/<id:id>/index", runs.IndexView.as_view()),
    path("v1/runs/<id:id>/export", runs.RunExportView.as_view()),
    path("v1/runs/<id:id>/stop", runs.StopView.as_view()),
    path("v1/runs/<id:id>/end", runs.EndView.as_view()),
    path("v1/runs/<id:id>/pause", runs.PauseView.as_view()),
    path("v1/runs/<id:id>/resume", runs.ResumeView.as_view()),
    path("v1/approvals", approvals.ApprovalsView.as_view()),
    path("v1/approvals/<id:id>", approvals.ApprovalView.as_view()),
    path("v1/approvals/<id:id>/context", approvals.ApprovalContextView.as_view()),
    path("v1/approvals/<id:id>/decide", approvals.DecideView.as_view()),
    path("v1/policy", approvals.PolicyView.as_view()),
    path("v1/credentials", resources.CredentialsView.as_view()),
    path("v1/credentials/<id:id>", resources.CredentialView.as_view()),
    path("v1/credentials/<id:id>/test", resources.CredentialTestView.as_view()),
    path("v1/files", resources.FilesView.as_view()),
    path("v1/files/text", resources.FileTextView.as_view()),
    path("v1/files/content", resources.FileContentView.as_view()),
    path("v1/usage", runs.UsageView.as_view()),
]
