"""Saves at the same moment, for real: several connections, committed."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from app.events.models import Event
from app.forms import services
from app.forms.factories import make_document, make_form, make_question, make_response, make_version
from app.forms.models import Form, Response
from app.utils.database import db
from app.utils.testing import Client

pytestmark = pytest.mark.committed


def _begin(app: Flask, event: Event) -> tuple[int, int]:
    with app.app_context():
        form = make_form(event)
        document = make_document(*[make_question(f"q{number}") for number in range(24)])
        response = make_response(form, make_version(form, document))
        db.session.commit()
        return form.id, response.id


def _save(app: Flask, response_id: int, changes: dict[str, Any], base: int) -> int | None:
    """The revision that the save made, or None when it conflicted."""
    with app.app_context():
        try:
            saved = services.save_answers(
                db.session.get_one(Response, response_id), changes, base_revision=base
            )
        except services.StaleAnswers:
            db.session.rollback()
            return None
        db.session.commit()
        return saved.revision


def _answers(app: Flask, response_id: int) -> dict[str, Any]:
    with app.app_context():
        return db.session.get_one(Response, response_id).answers


def test_no_acknowledged_answer_is_lost(app: Flask, event: Event) -> None:
    _form, response = _begin(app, event)
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda number: _save(app, response, {f"q{number}": str(number)}, 0), range(24)))
    assert sorted(revision for revision in made if revision) == list(range(1, 25))
    assert _answers(app, response) == {f"q{number}": str(number) for number in range(24)}


def test_of_two_answers_to_one_question_one_conflicts(app: Flask, event: Event) -> None:
    _form, response = _begin(app, event)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: _save(app, response, {"q0": str(number)}, 0), range(8)))
    assert [revision for revision in made if revision] == [1]
    assert _answers(app, response)["q0"] == str(made.index(1))


def test_a_save_that_waited_for_a_publication_goes_to_the_new_version(
    app: Flask, event: Event, alice: Client
) -> None:
    form_id, response_id = _begin(app, event)
    with app.app_context(), ThreadPoolExecutor(1) as pool:
        form = db.session.get_one(Form, form_id)
        services.put_document(
            alice.user, event, form, make_document(make_question("new"), make_question("q1"))
        )
        version, moved = services.publish(alice.user, event, form)
        waiting = pool.submit(_save, app, response_id, {"q1": "kept"}, 0)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        version_id = version.id
        db.session.commit()
        assert (moved, waiting.result(timeout=10)) == (1, 1)
    with app.app_context():
        response = db.session.get_one(Response, response_id)
        assert (response.form_version_id, response.answers) == (version_id, {"q1": "kept"})
