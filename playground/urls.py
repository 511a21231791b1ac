"""The stage's addresses: pages, media and the socket."""

from django.urls import URLPattern, path

from playground.consumers import PlaygroundConsumer
from playground.views import media, runs, uploads

app_name = "playground"
urlpatterns: list[URLPattern] = [
    path("uploads/", uploads.create, name="uploads"),
    path("uploads/<uuid:upload_id>", media.upload, name="upload"),
    path("runs/<uuid:run_id>/sound", media.sound, name="sound"),
    path("runs/<uuid:run_id>/delete", runs.delete, name="delete_run"),
    path("runs/<uuid:run_id>/timings", runs.timings, name="timings"),
]
websocket_urlpatterns: list[URLPattern] = [path("ws/playground/", PlaygroundConsumer.as_asgi())]
