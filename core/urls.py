"""The URLs of Django's pages; those of the API are in `core/api`."""

from django.contrib import admin
from django.urls import include, path

handler500 = "playground.views.pages.server_error.server_error"
urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("core.accounts.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("playground.urls")),
]
