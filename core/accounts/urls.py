"""The addresses below `/accounts/`: allauth's, and pages of our own for second factors and sessions."""

from __future__ import annotations

from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkey
from allauth.socialaccount.providers.openid_connect.views import callback
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import RedirectView

from core.accounts.company import go_to_company
from core.accounts.security import end_connection, end_other_sessions, end_session, security
from core.accounts.sign_in_link import sign_in

to_sign_in = RedirectView.as_view(pattern_name="account_login")
to_security = login_required(RedirectView.as_view(pattern_name="mfa_index"))

SECOND_FACTORS = [
    path("authenticate/", factor.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("app/add/", app.activate_totp, name="mfa_activate_totp"),
    path("app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("passkeys/", to_security, name="mfa_list_webauthn"),
    path("passkeys/add/", passkey.add_webauthn, name="mfa_add_webauthn"),
    path("passkeys/sign-in/", passkey.login_webauthn, name="mfa_login_webauthn"),
    path("passkeys/confirm/", passkey.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/remove/", passkey.remove_webauthn, name="mfa_remove_webauthn"),
    path("passkeys/<int:pk>/rename/", passkey.edit_webauthn, name="mfa_edit_webauthn"),
]

urlpatterns = [
    path("sign-in/<str:token>/", sign_in, name="sign_in"),
    path("security/", security, name="mfa_index"),
    path("security/sessions/<int:session>/end/", end_session, name="end_session"),
    path("security/sessions/end-others/", end_other_sessions, name="end_other_sessions"),
    path("second-factor/", include(SECOND_FACTORS)),
    path("company/connect/end/", end_connection, name="end_connection"),
    path("company/cancelled/", to_sign_in, name="socialaccount_login_cancelled"),
    path("company/error/", to_sign_in, name="socialaccount_login_error"),
    path("company/connections/", to_security, name="socialaccount_connections"),
    path("oidc/<str:provider_id>/login/", go_to_company, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", callback, name="openid_connect_callback"),
    path("", include("allauth.account.urls")),
]
