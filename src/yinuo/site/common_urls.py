from __future__ import annotations

from django.urls import path

from yinuo.site import common as views

app_name = "common"
urlpatterns = [
    path("act-as/", views.act_as, name="act_as"),
    path("act-as/back/", views.step_back, name="step_back"),
    path("start/", views.start, name="start"),
    path("session/", views.session, name="session"),
    path("signed-in/", views.signed_in, name="signed_in"),
    path("messages/", views.messages, name="messages"),
    path("messages/<uuid:message_id>/read/", views.read_message, name="read_message"),
    path("documents/<int:document_id>/", views.document, name="document"),
    path("files/<int:file_id>/", views.file, name="file"),
]
