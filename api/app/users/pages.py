"""Accounts: coming in, going out, and looking after one's own, by pages."""

from typing import Any

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from app.users import door
from app.users.devices import device_words
from app.users.privacy import PRIVACY_VERSION
from app.users.schemas import (
    AddressChangeIn,
    AddressIn,
    CredentialsForm,
    PasswordChangeIn,
    PasswordIn,
    ProfilePatch,
    VerificationIn,
)
from app.users.services import accounts, addresses, erasure, passwords, resets, sessions, verification
from app.users.services.codes import LinkExpired
from app.utils.http import current_user, find_current_user, flash, page
from app.utils.i18n import LANGUAGES, _, current_language, keep_language
from app.utils.schemas import Query
from app.utils.zones import zone_choices

HOME = "/home"

Context = dict[str, Any]


@page("users/register.html", public=True)
def show_register() -> Context | Response:
    """Register: the form"""
    if find_current_user() is not None:
        return _go(door.local_path(request.args.get("next"), HOME))
    return {"next": request.args.get("next", "")}


@page(form=CredentialsForm, public=True, retry=show_register)
def register(form: CredentialsForm) -> Response:
    """Register; the browser is signed in at once"""
    user = accounts.register(
        email=form.email,
        password=form.password,
        language=current_language(),
        privacy_version=PRIVACY_VERSION,
        visitor=door.current_visitor(),
    )
    flash(
        _("Welcome! We have sent a link to %(address)s: open it to confirm the address.", address=user.email),
        "success",
    )
    return door.sign_in(_go(door.local_path(form.next, HOME)), user)


@page("users/sign_in.html", public=True)
def show_sign_in() -> Context | Response:
    """Sign in: the form"""
    if find_current_user() is not None:
        return _go(door.local_path(request.args.get("next"), HOME))
    return {"next": request.args.get("next", "")}


@page(form=CredentialsForm, public=True, retry=show_sign_in)
def sign_in(form: CredentialsForm) -> Response:
    """Sign in, and go on to where one wanted to"""
    find_current_user()
    user = accounts.authenticate(email=form.email, password=form.password, visitor=door.current_visitor())
    return door.sign_in(_go(door.local_path(form.next, HOME)), user)


@page(public=True)
def sign_out() -> Response:
    """Sign out"""
    find_current_user()
    return door.sign_out(_go("/"))


@page("users/verify.html", public=True)
def show_verify(secret: str) -> Context | Response:
    """The mailed link: one button for whoever is signed in to the account, else the password or a new one"""
    if verification.is_done(secret):
        flash(_("Your address is confirmed."), "success")
        return _go(HOME)
    try:
        code = verification.get_code(secret)
    except LinkExpired:
        return _expired()
    viewer = find_current_user()
    return {"email": code.email, "is_own": viewer is not None and viewer.id == code.user_id}


@page(form=VerificationIn, public=True, retry=show_verify)
def verify(secret: str, form: VerificationIn) -> Response:
    """Confirm the address"""
    viewer = find_current_user()
    code = verification.get_code(secret)
    if viewer is not None and viewer.id == code.user_id:
        verification.verify(viewer, secret)
        response = _go(HOME)
    else:
        user = (
            verification.verify_with_new_password(secret, form.new_password)
            if form.new_password
            else verification.verify_with_password(secret, form.password or "", door.current_visitor())
        )
        response = door.sign_in(_go(HOME), user)
    flash(_("Your address is confirmed."), "success")
    return response


@page()
def resend_verification() -> Response:
    """Mail the link again"""
    user = current_user()
    try:
        verification.resend(user, door.current_visitor())
        flash(_("We have sent a new link to %(address)s.", address=user.email), "success")
    except verification.AlreadyVerified:
        flash(_("Your address is confirmed."), "success")
    return _go(door.local_path(request.form.get("next"), "/account"))


@page("users/forgotten_password.html", public=True)
def show_forgotten() -> Context:
    """Forgotten password: the form"""
    return {"sent": False}


@page("users/forgotten_password.html", form=AddressIn, public=True, retry=show_forgotten)
def forgotten(form: AddressIn) -> Context:
    """Have a link mailed; the page is the same whether or not the address has an account"""
    resets.request(form.email, door.current_visitor())
    return {"sent": True, "email": form.email}


@page("users/reset_password.html", public=True)
def show_reset(secret: str) -> Context | Response:
    """The mailed link: choose a new password"""
    try:
        return {"email": resets.get_code(secret).email}
    except LinkExpired:
        return _expired()


@page(form=PasswordIn, public=True, retry=show_reset)
def reset(secret: str, form: PasswordIn) -> Response:
    """Set the new password; this browser is signed in, every other is signed out"""
    find_current_user()
    user = resets.reset(secret, form.password, door.current_visitor())
    flash(_("Your new password is set. You were signed out everywhere else."), "success")
    return door.sign_in(_go(HOME), user)


@page("users/privacy.html", public=True)
def show_privacy() -> Context:
    """What this installation does with personal data"""
    return {"version": PRIVACY_VERSION}


@page("users/profile.html")
def profile() -> Context:
    """One's own details"""
    return {
        "here": "profile",
        "user": current_user(),
        "languages": LANGUAGES,
        "zone_choices": zone_choices(now=current_user().time_zone),
    }


@page(form=ProfilePatch, retry=profile)
def update_profile(form: ProfilePatch) -> Response:
    """Change one's own details"""
    user = current_user()
    before = user.language
    accounts.update_profile(user, form.model_dump(exclude_unset=True))
    flash(_("Your details are saved."), "success")
    response = _go("/account")
    if user.language != before:
        keep_language(response, user.language)
    return response


@page("users/password.html")
def show_password() -> Context:
    """Change one's password: the form"""
    return {"here": "password", "user": current_user()}


@page(form=PasswordChangeIn, retry=show_password)
def change_password(form: PasswordChangeIn) -> Response:
    """Change one's password"""
    passwords.change(
        current_user(),
        form.current_password,
        form.new_password,
        session=door.current_session(),
        visitor=door.current_visitor(),
    )
    flash(_("Your new password is set. You were signed out everywhere else."), "success")
    return _go("/account/password")


@page("users/address.html")
def show_address() -> Context:
    """Change one's address: the form"""
    return {"here": "address", "user": current_user()}


@page(form=AddressChangeIn, retry=show_address)
def request_address(form: AddressChangeIn) -> Response:
    """Have a link mailed to the new address"""
    addresses.request(current_user(), form.email, form.password, door.current_visitor())
    flash(
        _("We have sent a link to %(address)s. Your address changes when you open it.", address=form.email),
        "success",
    )
    return _go("/account/address")


@page("users/confirm_address.html")
def show_confirm_address(secret: str) -> Context | Response:
    """The mailed link to a new address: one button"""
    user = current_user()
    try:
        return {"here": "address", "user": user, "email": addresses.get_code(user, secret).email}
    except LinkExpired:
        return _expired()


@page(retry=show_confirm_address)
def confirm_address(secret: str) -> Response:
    """Take the new address"""
    user = current_user()
    addresses.confirm(user, secret)
    flash(_("From now on we write to %(address)s.", address=user.email), "success")
    return door.remember_device(_go("/account/address"), user)


@page("users/sessions.html", query=Query)
def list_sessions(query: Query) -> Context:
    """Where one is signed in"""
    running = sessions.list_running(current_user(), page=query.page, per_page=query.per_page)
    return {
        "here": "sessions",
        "user": current_user(),
        "page": running,
        "current": door.current_session(),
        "device_words": device_words,
    }


@page()
def revoke_session(session_id: int) -> Response:
    """Sign out somewhere else"""
    sessions.revoke_one(current_user(), session_id)
    flash(_("You are signed out there."), "success")
    return _go("/account/sessions")


@page()
def revoke_other_sessions() -> Response:
    """Sign out everywhere else"""
    sessions.revoke_all(current_user(), but=door.current_session())
    flash(_("You are signed out everywhere else."), "success")
    return _go("/account/sessions")


@page("users/erase.html")
def show_erase() -> Context:
    """Erase one's account: what it means, and the password"""
    return {"here": "erase", "user": current_user()}


@page(form=PasswordIn, retry=show_erase)
def erase(form: PasswordIn) -> Response:
    """Erase one's account"""
    erasure.erase(current_user(), form.password, door.current_visitor())
    response = _go("/")
    door.forget(response)
    flash(_("Your account is erased."), "success")
    return response


def _go(path: str) -> Response:
    """A redirect after a change."""
    return redirect(path, 303)


def _expired() -> Response:
    return make_response(render_template("users/link_expired.html"), 404)
