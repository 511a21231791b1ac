"""URLs of the playground: pages, JSON, files and the websocket."""

from django.urls import URLPattern, path

from playground.socket.authentication import SessionUser
from playground.socket.consumer import PlaygroundConsumer
from playground.views import (
    conversations,
    favourites,
    files,
    presets,
    recordings,
    runs,
    switcher,
    transcripts,
    uploads,
    voice_samples,
)
from playground.views.pages import catalogue, chat_model, code, history, home, keys, model, usage

app_name = "playground"
urlpatterns: list[URLPattern] = [
    path("", home.index, name="home"),
    path("models", catalogue.catalogue, name="models"),
    path("models/<path:slug>", model.model, name="model"),
    path("chat/<path:slug>", chat_model.chat_model, name="chat_model"),
    path("switcher", switcher.switcher, name="switcher"),
    path("code", code.code, name="code"),
    path("voices/sample", voice_samples.sample, name="voice_sample"),
    path("history", history.history, name="history"),
    path("usage", usage.usage, name="usage"),
    path("usage.csv", usage.usage_csv, name="usage_csv"),
    path("keys", keys.keys, name="keys"),
    path("keys/<str:public_id>/revoke", keys.revoke_key, name="revoke_key"),
    path("runs/<uuid:run_id>", history.run, name="run"),
    path("uploads/", uploads.create, name="uploads"),
    path("recordings/<str:language>", recordings.create, name="recording"),
    path("uploads/<uuid:upload_id>", files.upload, name="upload"),
    path("uploads/<uuid:upload_id>/page", files.page, name="upload_page"),
    path("uploads/<uuid:upload_id>/delete", uploads.delete, name="delete_upload"),
    path("runs/<uuid:run_id>/sound", files.audio, name="sound"),
    path("runs/<uuid:run_id>/partials/<int:index>/<int:number>", files.partial_image, name="partial_image"),
    path("runs/<uuid:run_id>/transcript", transcripts.transcript, name="transcript"),
    path("runs/<uuid:run_id>/transcript/align", transcripts.align, name="align_transcript"),
    path("runs/<uuid:run_id>/transcript.<str:extension>", transcripts.download, name="transcript_file"),
    path("runs/<uuid:run_id>/delete", runs.delete, name="delete_run"),
    path("runs/<uuid:run_id>/request", runs.request_details, name="run_request"),
    path("runs/<uuid:run_id>/timings", runs.timings, name="timings"),
    path("conversations/", conversations.index, name="conversations"),
    path("conversations/<uuid:conversation_id>/", conversations.show, name="conversation"),
    path("conversations/<uuid:conversation_id>/rename", conversations.rename, name="rename_conversation"),
    path("conversations/<uuid:conversation_id>/delete", conversations.delete, name="delete_conversation"),
    path("conversations/<uuid:conversation_id>/fork", conversations.fork, name="fork_conversation"),
    path(
        "conversations/<uuid:conversation_id>/conversation.<str:extension>",
        conversations.download,
        name="conversation_file",
    ),
    path("favourites/<path:slug>", favourites.favourite, name="favourite"),
    path("presets/", presets.presets, name="presets"),
    path("presets/<uuid:preset_id>/delete", presets.delete, name="delete_preset"),
]
websocket_urlpatterns: list[URLPattern] = [path("ws/playground/", SessionUser(PlaygroundConsumer.as_asgi()))]
