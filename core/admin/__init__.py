"""Django admin: providers and their keys, models, voices, prices, people, API keys, budgets, usage."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

from core.admin import access, catalogue, ledger, overview, people, providers

__all__ = ["access", "catalogue", "ledger", "overview", "people", "providers"]

admin.site.site_header = admin.site.site_title = "Polyphony"
admin.site.login = secure_admin_login(admin.site.login)
admin.site.index = overview.index_view(admin.site.index)
