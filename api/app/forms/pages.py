"""The organisers' pages of the application form: what it asks, changing it by a file, preview, publishing."""

import json
from typing import Any

from babel import Locale
from flask import Response, get_template_attribute, request, url_for
from flask_babel import force_locale
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.events.models import Event
from app.events.services import get_event
from app.forms import engine, queries, services
from app.forms.engine.limits import MAX_DOCUMENT_BYTES
from app.forms.models import Form, FormPurpose, FormVersion
from app.forms.policies import can_edit_forms
from app.forms.schemas import DocumentForm, PreviewQuery, PublishIn, text_too_large
from app.utils.errors import Invalid, NotFound
from app.utils.http import current_user, flash, page, redirect
from app.utils.i18n import _, current_language, ngettext

Context = dict[str, Any]


def _context(event: Event, **more: Any) -> Context:
    shared = {
        "event": event,
        "organisation": event.organisation,
        "here": "form",
        "language_name": _language_name,
    }
    return {**shared, "may_edit": can_edit_forms(current_user(), event), **more}


def _language_name(code: str) -> str:
    """A language's name in the reader's own."""
    name = Locale.parse(code, sep="-").get_display_name(current_language()) or code
    return name[:1].upper() + name[1:]


def _find_form(event: Event) -> Form | None:
    services.list_forms(current_user(), event)
    return queries.find_form(event, FormPurpose.APPLICATION)


def _get_form(event: Event) -> Form:
    form = _find_form(event)
    if form is None:
        raise NotFound(_("This event has no form yet. Begin one first."))
    return form


def _home(event_key: str) -> BaseResponse:
    return redirect(url_for("forms.pages.show", event_key=event_key), 303)


@page("forms/show.html", query=PreviewQuery)
def show(event_key: str, query: PreviewQuery) -> Context:
    """What the form asks, its versions and its languages"""
    actor = current_user()
    event = get_event(actor, event_key)
    form = _find_form(event)
    if form is None or not (lines := services.list_versions(actor, event, form)):
        library = [(key, document["title"]) for key, document in services.list_library()]
        return _context(event, form=form, version=None, library=library)
    version = services.get_version(actor, event, form, query.number)
    compiled = services.compiled(version)
    missing = engine.missing_texts(version.document)
    return _context(
        event,
        form=form,
        version=version,
        compiled=compiled,
        lines=lines,
        published=next((line.version for line in lines if line.version.is_published), None),
        draft=next((line.version for line in lines if not line.version.is_published), None),
        coverage=_coverage(version, missing),
        missing=missing,
        describe=engine.describe,
        language=_language(compiled, query.language),
    )


def _coverage(version: FormVersion, missing: list[engine.Missing]) -> list[tuple[str, int, int]]:
    """Each language with how many texts it has, of how many."""
    total = len(engine.walk_texts(version.document))
    lacking = [each.language for each in missing]
    return [(code, total - lacking.count(code), total) for code in version.document["languages"]]


def _language(compiled: engine.CompiledForm, asked: str | None) -> str:
    """The language to show the form's texts in: the one asked for, else the reader's, else the form's first."""
    wishes = (asked, current_language())
    return next((code for code in wishes if code in compiled.languages), compiled.languages[0])


@page("forms/edit.html")
def edit(event_key: str) -> Context:
    """Change the form by a file or pasted text"""
    actor = current_user()
    event = get_event(actor, event_key)
    form = _find_form(event)
    newest = queries.find_draft(form) or queries.find_published(form) if form else None
    text = ""
    if form and newest:
        document = services.export_document(actor, event, form, newest.number)
        text = json.dumps(document, ensure_ascii=False, indent=2)
    revision = newest.revision if newest and not newest.is_published else 0
    return _context(event, form=form, text=text, revision=revision)


@page(form=DocumentForm, retry=edit)
def save(event_key: str, form: DocumentForm) -> BaseResponse:
    """Save what was uploaded, pasted or chosen from the library as the draft version"""
    actor = current_user()
    event = get_event(actor, event_key)
    document = services.get_from_library(form.ready_form) if form.ready_form else _read(form.text)
    kept = _find_form(event) or services.create_form(
        actor, event, purpose=FormPurpose.APPLICATION, name=_("Application form")
    )
    draft = services.put_document(actor, event, kept, document, revision=form.revision)
    missing = engine.missing_texts(document)
    flash(
        _("Saved as version %(number)s. Nobody sees it until you publish it.", number=draft.number), "success"
    )
    if missing:
        sentence = ngettext(
            "%(num)s text lacks a translation and falls back to the first language.",
            "%(num)s texts lack a translation and fall back to the first language.",
            len(missing),
        )
        flash(sentence, "warning")
    return _home(event_key)


def _read(pasted: str) -> Any:
    """The document from the file, if one came, else from the text box. Raises `InvalidDocument`."""
    upload = request.files.get("file")
    text = pasted
    if upload and upload.filename:
        raw = upload.read(MAX_DOCUMENT_BYTES + 1)
        if len(raw) > MAX_DOCUMENT_BYTES:
            raise Invalid(text_too_large(), errors={"file": [text_too_large()]})
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            sentence = _("This file is not text in UTF-8. Save it as UTF-8 and try again.")
            raise Invalid(sentence, errors={"file": [sentence]}) from None
    document, flaws = engine.read_document(text)
    if flaws:
        raise services.InvalidDocument(flaws)
    return document


@page("forms/publish.html")
def confirm(event_key: str) -> Context:
    """What publishing the draft will do, with one button"""
    actor = current_user()
    event = get_event(actor, event_key)
    form = _get_form(event)
    consequences = services.foresee(actor, event, form)
    draft = services.get_version(actor, event, form)
    missing = engine.missing_texts(draft.document)
    return _context(event, form=form, draft=draft, consequences=consequences, missing=missing)


@page(form=PublishIn, retry=confirm)
def publish(event_key: str, form: PublishIn) -> BaseResponse:
    """Publish the draft that was looked at"""
    actor = current_user()
    event = get_event(actor, event_key)
    version, moved = services.publish(
        actor, event, _get_form(event), number=form.number, revision=form.revision
    )
    sentence = _("Version %(number)s is published.", number=version.number)
    if moved:
        sentence += " " + ngettext(
            "%(num)s draft moved to it with all its answers.",
            "%(num)s drafts moved to it with all their answers.",
            moved,
        )
    flash(sentence, "success")
    return _home(event_key)


@page()
def discard(event_key: str) -> BaseResponse:
    """Throw the draft version away"""
    actor = current_user()
    event = get_event(actor, event_key)
    services.discard_draft(actor, event, _get_form(event))
    flash(_("The draft is gone. What is published stays as it is."), "success")
    return _home(event_key)


@page(query=PreviewQuery)
def download(event_key: str, query: PreviewQuery) -> BaseResponse:
    """A version's document as a file"""
    actor = current_user()
    event = get_event(actor, event_key)
    form = _get_form(event)
    version = services.get_version(actor, event, form, query.number)
    text = json.dumps(
        services.export_document(actor, event, form, version.number), ensure_ascii=False, indent=2
    )
    name = f"{event.key}-form-{version.number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(text + "\n", mimetype="application/json", headers=headers)


@page("forms/preview.html", query=PreviewQuery)
def preview(event_key: str, query: PreviewQuery) -> Context:
    """A version as people fill it, one section at a time, in each language; nothing is kept"""
    actor = current_user()
    event = get_event(actor, event_key)
    version = services.get_version(actor, event, _get_form(event), query.number)
    compiled = services.preview(actor, event, version)
    if query.section > len(compiled.sections):
        raise NotFound(_("The form has no such section."))
    section = compiled.sections[query.section - 1]
    language = _language(compiled, query.language)
    return _context(
        event,
        version=version,
        compiled=compiled,
        section=section,
        language=language,
        controls=_controls(section, language, engine.visible(compiled, {}).visible),
    )


def _controls(section: engine.Section, language: str, shown: set[str]) -> Markup:
    """The empty controls of a section, with their own words in the language that is looked at too."""
    ask = get_template_attribute("forms/_question.html", "ask")
    with force_locale(language.replace("-", "_")):
        made = [ask(question, None, [], language, question.key in shown) for question in section.questions]
    return Markup("").join(made)
