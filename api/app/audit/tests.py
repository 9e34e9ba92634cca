"""The history: what a line holds, and how it is read."""

import ast
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.audit import sentences, services
from app.audit.models import AuditLine
from app.events.factories import make_event
from app.organisations.factories import make_organisation
from app.users.factories import make_user
from app.utils.database import db, record_apart


def test_a_line_says_who_did_what_to_which_thing(context: None) -> None:
    actor, event = make_user(), make_event()
    services.record(
        actor,
        "event.changed",
        event,
        organisation_id=event.organisation_id,
        event_id=event.id,
        fields={"titles", "place"},
    )
    (line,) = services.list_lines(event_id=event.id).items
    assert (line.action, line.thing_type, line.thing_id) == ("event.changed", "events", event.id)
    assert line.fields == ["place", "titles"]
    assert line.actor_id == actor.id
    assert line.actor_email == actor.email


def test_the_network_is_kept_and_not_the_address(app: Flask) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.77"}):
        services.record(None, "system.tried", make_organisation())
        db.session.flush()
        assert db.session.scalar(select(AuditLine.network)) == "203.0.113.0/24"
    with app.test_request_context(environ_base={"REMOTE_ADDR": "2001:db8:1:2:3::9"}):
        services.record(None, "system.tried", make_organisation())
        db.session.flush()
        assert db.session.scalar(select(AuditLine.network)) == "2001:db8:1::/48"


def test_a_history_belongs_to_one_scope_and_comes_newest_first_in_pages(context: None) -> None:
    event, other = make_event(), make_event()
    for number in range(5):
        services.record(None, f"event.step{number}", event, event_id=event.id)
    services.record(None, "event.elsewhere", other, event_id=other.id)
    first = services.list_lines(event_id=event.id, per_page=2)
    last = services.list_lines(thing=event, page=3, per_page=2)
    beyond = services.list_lines(event_id=event.id, page=4, per_page=2)
    assert first.total == 5
    assert [line.action for line in first.items] == ["event.step4", "event.step3"]
    assert [line.action for line in last.items] == ["event.step0"]
    assert (list(beyond.items), beyond.total) == ([], 5)


def test_a_thing_without_an_id_gets_one(context: None) -> None:
    organisation = make_organisation()
    db.session.expunge(organisation)
    copy = type(organisation)(key="fresh", name="Fresh", languages=["en"], contact_email="a@b.example")
    db.session.add(copy)
    services.record(None, "organisation.created", copy)
    db.session.flush()
    assert db.session.scalar(select(AuditLine.thing_id)) == copy.id


def test_a_line_written_apart_survives_a_refusal(context: None) -> None:
    with record_apart() as session:
        services.record(None, "user.sign_in_refused", None, session=session)
    db.session.rollback()
    assert db.session.scalar(select(AuditLine.action)) == "user.sign_in_refused"


def test_reading_takes_one_query_whatever_the_length(context: None, queries: Any) -> None:
    event = make_event()
    counts = []
    for _ in range(2):
        services.record(make_user(), "event.changed", event, event_id=event.id)
        services.record(make_user(), "event.changed", event, event_id=event.id)
        db.session.flush()
        with queries() as counter:
            services.list_lines(event_id=event.id)
        counts.append(len(counter))
    assert counts == [1, 1]


def _recorded_actions() -> set[str]:
    """Every action that the code records, read from the code itself."""
    found = set()
    for path in Path(__file__).parents[1].rglob("*.py"):
        if path.name.startswith("tests"):
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or len(call.args) < 3:
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            action = call.args[1]
            if name in ("record", "note") and isinstance(action, ast.Constant):
                found.add(action.value if "." in action.value else f"invited_guest.{action.value}")
    return found


def test_the_history_has_words_for_every_action(app: Flask) -> None:
    actions = _recorded_actions()
    assert len(actions) > 20
    assert not [action for action in sorted(actions) if action not in sentences._sentences]
