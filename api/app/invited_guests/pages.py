"""Invited guests: the organisers' pages."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.audit.sentences import sentence_of
from app.events.models import Event
from app.events.policies import can_manage_guests
from app.events.services import get_event
from app.invited_guests import services, words
from app.invited_guests.exports import make_csv
from app.invited_guests.schemas import (
    ExportQuery,
    GuestsQuery,
    InvitationIn,
    InvitationPatch,
    RemovalIn,
    TableConfirmationIn,
    TableIn,
)
from app.invited_guests.sentence import make_sentence
from app.users.models import User
from app.utils.http import current_user, flash, page, redirect
from app.utils.i18n import LANGUAGES, _, current_language, ngettext
from app.utils.spreadsheets import decode_table
from app.utils.time import last_day

Context = dict[str, Any]

# A message shows itself in its own styles and may load or run nothing.
MESSAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
)


@page("invited_guests/list.html", query=GuestsQuery)
def show_list(event_key: str, query: GuestsQuery) -> Context:
    """The guest list"""
    actor = current_user()
    return _show(actor, get_event(actor, event_key), query)


@page("invited_guests/invite.html", query=GuestsQuery)
def show_new(event_key: str, query: GuestsQuery) -> Context:
    """The guest list, and beside it an empty invitation"""
    actor = current_user()
    event = get_event(actor, event_key)
    services.require_managing(actor, event)
    usual = {"name": "", "role": "", "pays": [], "note": "", "language": event.language, "answer_by": ""}
    return {
        **_show(actor, event, query),
        "given": _typed_or(usual),
        "answer_before": services.end_of_answering(event),
    }


@page(form=InvitationIn, retry=show_new)
def create(event_key: str, form: InvitationIn) -> BaseResponse:
    """Invite a guest"""
    actor = current_user()
    guest = services.invite(actor, get_event(actor, event_key), **form.model_dump())
    flash(_("The invitation for %(name)s is on its way.", name=guest.greeting), "success")
    return _to_list(event_key)


@page(form=InvitationIn, retry=show_new)
def preview(event_key: str, form: InvitationIn) -> Response:
    """The message as the guest would get it"""
    actor = current_user()
    message = services.preview(actor, get_event(actor, event_key), **form.model_dump())
    return Response(message.html, mimetype="text/html", headers={"Content-Security-Policy": MESSAGE_POLICY})


@page("invited_guests/guest.html", query=GuestsQuery)
def show(event_key: str, guest_id: int, query: GuestsQuery) -> Context:
    """The guest list, and beside it one guest"""
    actor = current_user()
    event = get_event(actor, event_key)
    guest = services.get_row(actor, event, guest_id)
    answer_by = last_day(guest.answer_before, event.zone)
    return {
        **_show(actor, event, query),
        "guest": guest,
        "given": _typed_or({**guest._mapping, "answer_by": answer_by}),
        "answer_by": answer_by,
        "history": services.list_history(actor, event, guest_id).items,
        "sentence_of": sentence_of,
    }


@page(form=InvitationPatch, retry=show)
def update(event_key: str, guest_id: int, form: InvitationPatch) -> BaseResponse:
    """Change an invitation"""
    actor = current_user()
    services.change(actor, get_event(actor, event_key), guest_id, form.model_dump(exclude_unset=True))
    flash(_("The changes are saved."), "success")
    return redirect(url_for("invited_guests.pages.show", event_key=event_key, guest_id=guest_id))


@page(retry=show)
def resend(event_key: str, guest_id: int) -> BaseResponse:
    """Send the invitation again"""
    actor = current_user()
    guest = services.resend(actor, get_event(actor, event_key), guest_id)
    flash(_("A new invitation for %(name)s is on its way.", name=guest.greeting), "success")
    return _to_list(event_key)


@page("invited_guests/remove.html", query=GuestsQuery)
def show_remove(event_key: str, guest_id: int, query: GuestsQuery) -> Context:
    """The guest list, and beside it the question whether to remove a guest"""
    actor = current_user()
    event = get_event(actor, event_key)
    services.require_managing(actor, event)
    return {**_show(actor, event, query), "guest": services.get_row(actor, event, guest_id)}


@page(form=RemovalIn, retry=show_remove)
def remove(event_key: str, guest_id: int, form: RemovalIn) -> BaseResponse:
    """Take an invitation back"""
    actor = current_user()
    guest = services.remove(actor, get_event(actor, event_key), guest_id, note=form.note)
    flash(_("%(name)s is no longer on the guest list.", name=guest.greeting), "success")
    return _to_list(event_key)


@page(query=ExportQuery)
def export(event_key: str, query: ExportQuery) -> Response:
    """The guest list as CSV"""
    actor = current_user()
    event = get_event(actor, event_key)
    rows = services.list_rows(actor, event, **query.model_dump(exclude={"bom"}))
    return make_csv(event, rows, bom=query.bom)


@page("invited_guests/table.html")
def show_table(event_key: str) -> Context:
    """Invite from a table: where it is pasted or uploaded"""
    actor = current_user()
    event = get_event(actor, event_key)
    services.require_managing(actor, event)
    return _place(actor, event)


@page("invited_guests/report.html", form=TableIn, retry=show_table)
def report_table(event_key: str, form: TableIn) -> Context:
    """What the table would do, line by line"""
    actor = current_user()
    event = get_event(actor, event_key)
    upload = request.files.get("file")
    table = decode_table(upload.read()) if upload else form.table
    return _report(actor, event, table, form.role)


@page("invited_guests/report.html")
def show_report_again(event_key: str) -> Context:
    """The report once more, of the table that was just sent"""
    actor = current_user()
    return _report(
        actor, get_event(actor, event_key), request.form.get("table", ""), request.form.get("role", "")
    )


@page(form=TableConfirmationIn, retry=show_report_again)
def invite_table(event_key: str, form: TableConfirmationIn) -> BaseResponse:
    """Invite everybody in the table who is fit"""
    actor = current_user()
    guests = services.invite_table(actor, get_event(actor, event_key), **form.model_dump())
    sentence = ngettext("One invitation is on its way.", "%(num)s invitations are on their way.", len(guests))
    flash(sentence, "success")
    return _to_list(event_key)


def _show(actor: User, event: Event, query: GuestsQuery) -> Context:
    counts = services.count_by_state(actor, event)
    place = _place(actor, event)
    return {
        **place,
        "guests": services.list_guests(actor, event, **query.model_dump()),
        "query": query,
        "sentence": make_sentence(query, place["roles"], counts),
        "everybody": sum(counts.values()),
        "suffix": f"?{request.query_string.decode('ascii', 'ignore')}" if request.query_string else "",
    }


def _typed_or(usual: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was typed into a form that was refused; the `usual` when there was none."""
    if "role" not in request.form:
        return usual
    return {**usual, **request.form, "pays": [each for each in request.form.getlist("pays") if each]}


def _report(actor: User, event: Event, table: str, role: str) -> Context:
    lines = services.read_table(actor, event, table, role=role)
    return {
        **_place(actor, event),
        "lines": lines,
        "fit": sum(line.fault is None for line in lines),
        "table": table,
        "role": role,
    }


def _place(actor: User, event: Event) -> Context:
    return {
        "organisation": event.organisation,
        "event": event,
        "roles": words.roles_of(event, current_language()),
        "languages": {code: LANGUAGES.get(code, code) for code in event.languages},
        "paid": words.PAID,
        "paid_sentence": words.paid_sentence,
        "since_words": words.since_words,
        "may_manage": can_manage_guests(actor, event),
        "base": url_for("invited_guests.pages.show_list", event_key=event.key),
    }


def _to_list(event_key: str) -> BaseResponse:
    return redirect(url_for("invited_guests.pages.show_list", event_key=event_key))
