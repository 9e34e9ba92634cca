"""The pure part: documents and their flaws, the one validator, conditions, words, exports."""

from datetime import date
from typing import Any

import pytest
from jsonschema_rs import meta, validator_for
from werkzeug.datastructures import MultiDict

from app.forms.engine import (
    KINDS,
    CompiledForm,
    arrange,
    check,
    check_changes,
    check_document,
    columns,
    compare,
    compile_document,
    describe,
    display,
    document_schema,
    export_row,
    from_form,
    missing_texts,
    outside_answers,
    read_document,
    visible,
)
from app.forms.engine.texts import clean, count_words
from app.forms.factories import make_document, make_question
from app.forms.services import get_from_library, list_library

pytestmark = pytest.mark.usefixtures("context")


def compiled(*questions: dict[str, Any], **rest: Any) -> CompiledForm:
    document = make_document(*questions, **rest)
    assert check_document(document) == []
    return compile_document(document)


def flaws(*questions: dict[str, Any], **rest: Any) -> list[str]:
    return [flaw.pointer for flaw in check_document(make_document(*questions, **rest))]


def errors(question: dict[str, Any], answer: Any, *, complete: bool = True) -> list[str]:
    return check(compiled(question), {question["key"]: answer}, complete=complete).errors.get(
        question["key"], []
    )


def if_(key: str, operator: str, *value: Any) -> dict[str, Any]:
    return {"question": key, "is": operator, **({"value": value[0]} if value else {})}


class TestDocuments:
    @pytest.mark.parametrize(
        "document", [None, 1, "x", [], {}, {"sections": 1}, {"sections": [1]}, {"languages": [{}]}]
    )
    def test_nonsense_is_refused_without_breaking(self, document: Any) -> None:
        assert check_document(document)

    @pytest.mark.parametrize(("key", "document"), list_library())
    def test_every_form_of_the_library_is_whole(self, key: str, document: dict[str, Any]) -> None:
        assert check_document(document) == []
        assert missing_texts(document) == []
        assert document == arrange(document)

    def test_the_summer_school_form_is_realistic(self) -> None:
        form = compile_document(get_from_library("summer_school"))
        assert len(form.sections) == 6
        assert 25 <= len(form.questions) <= 40
        assert form.languages == ("en", "fr")
        assert sum(question.condition is not None for question in form.questions.values()) >= 8

    def test_all_flaws_come_at_once_in_order(self) -> None:
        found = flaws(
            make_question("Bad Key"),
            make_question("good"),
            make_question("good", "tarot"),
            make_question("choice", "single_choice", options=[]),
            make_question("n", "number", min=3, max=2, integer="yes"),
            {"key": "no_label", "type": "date", "min": "yesterday", "colour": 1},
        )
        assert found == [
            "/sections/0/questions/0/key",
            "/sections/0/questions/2/key",
            "/sections/0/questions/2/type",
            "/sections/0/questions/3/options",
            "/sections/0/questions/4/integer",
            "/sections/0/questions/4/min",
            "/sections/0/questions/5/colour",
            "/sections/0/questions/5/label",
            "/sections/0/questions/5/min",
        ]

    def test_a_flaw_says_what_is_wrong_and_what_would_be_right(self) -> None:
        flaw = check_document(make_document(make_question("n", "number", min="1")))[0]
        assert (flaw.reason, flaw.remedy) == ("This setting cannot have that value.", "Write a number.")

    def test_pages_keep_their_own_words(self) -> None:
        assert flaws(make_question("csrf_token")) == ["/sections/0/questions/0/key"]

    def test_options_have_distinct_safe_values(self) -> None:
        options = [{"value": value, "label": {"en": "L"}} for value in ("a", "a", "a; b", "")]
        assert flaws(make_question("c", "multiple_choice", options=options)) == [
            "/sections/0/questions/0/options/1/value",
            "/sections/0/questions/0/options/2/value",
            "/sections/0/questions/0/options/3/value",
        ]

    def test_texts_stand_in_the_main_language_at_least(self) -> None:
        question = {**make_question("a"), "label": {"fr": "Nom"}, "help": {"de": "Hilfe"}}
        found = flaws(question, languages=["en", "fr"], title={"en": "T", "fr": "T"})
        assert found == [
            "/sections/0/questions/0/label/en",
            "/sections/0/questions/0/help/de",
            "/sections/0/questions/0/help/en",
        ]

    def test_missing_translations_are_reported_not_refused(self) -> None:
        document = make_document(languages=["en", "fr"])
        assert check_document(document) == []
        assert {(each.pointer, each.language) for each in missing_texts(document)} == {
            ("/title", "fr"),
            ("/sections/0/title", "fr"),
            ("/sections/0/questions/0/label", "fr"),
            ("/sections/0/questions/1/label", "fr"),
        }

    def test_size_has_limits(self) -> None:
        many = [make_question(f"q{number}") for number in range(301)]
        assert "/sections/0/questions" in flaws(*many)
        assert flaws({**make_question("a"), "label": {"en": "x" * 1_001}}) == [
            "/sections/0/questions/0/label/en"
        ]
        assert len(check_document(make_document(*[make_question("x") for _number in range(300)]))) == 100

    def test_a_text_that_cannot_be_stored_is_refused(self) -> None:
        assert flaws({**make_question("a"), "label": {"en": "a\x00"}}) == ["/sections/0/questions/0/label/en"]

    def test_fields_come_back_in_order(self) -> None:
        document = make_document(
            {"label": {"en": "A"}, "type": "short_text", "key": "a", "max_words": 3, "help": {"en": "h"}}
        )
        assert list(arrange(document)["sections"][0]["questions"][0]) == [
            "key",
            "type",
            "label",
            "help",
            "max_words",
        ]


class TestConditionsInDocuments:
    QUESTIONS = (
        make_question("yes", "yes_no"),
        make_question("many", "multiple_choice"),
        make_question("n", "number"),
    )

    @pytest.mark.parametrize(
        ("condition", "place"),
        [
            (if_("later", "answered"), "/question"),
            (if_("last", "answered"), "/question"),
            (if_("nowhere", "answered"), "/question"),
            (if_("yes", "contains", True), "/is"),
            (if_("yes", "equals", "yes"), "/value"),
            (if_("yes", "equals"), "/value"),
            (if_("yes", "answered", True), "/value"),
            (if_("many", "contains", "z"), "/value"),
            (if_("n", "in", []), "/value"),
            (if_("n", "less", "3"), "/value"),
            ({**if_("n", "less", 3), "not": 1}, "/not"),
            ({"all": []}, "/all"),
            ({"all": [1]}, "/all/0"),
            ({"all": [if_("n", "answered")], "any": []}, ""),
            ([], ""),
            ("yes", ""),
        ],
    )
    def test_only_those_that_can_work_are_taken(self, condition: Any, place: str) -> None:
        last = make_question("last", condition=condition)
        found = flaws(*self.QUESTIONS, last, make_question("later"))
        assert found == [f"/sections/0/questions/3/condition{place}"]

    def test_depth_and_number_are_limited(self) -> None:
        deep: dict[str, Any] = if_("n", "answered")
        for _level in range(6):
            deep = {"all": [deep]}
        assert flaws(*self.QUESTIONS, make_question("last", condition=deep))
        wide = {"any": [if_("n", "equals", number) for number in range(41)]}
        assert flaws(*self.QUESTIONS, make_question("last", condition=wide)) == [
            "/sections/0/questions/3/condition"
        ]

    def test_they_can_be_said_in_words(self) -> None:
        condition = {
            "any": [if_("yes", "equals", True), {"all": [if_("many", "contains", "a"), if_("n", "more", 3)]}]
        }
        form = compiled(*self.QUESTIONS, make_question("last", condition=condition))
        words = describe(form.questions["last"].condition, form, "en")
        assert words == "“Yes” is “Yes” or (“A” is chosen at “Many” and “N” is more than 3)"


class TestVisibility:
    def test_hidden_counts_as_unanswered_all_the_way_down(self) -> None:
        form = compiled(
            make_question("a", "yes_no"),
            make_question("b", "yes_no", condition=if_("a", "equals", True)),
            make_question("c", condition=if_("b", "equals", True), required=True),
            make_question("d", condition=if_("b", "not_answered")),
        )
        result = check(form, {"a": False, "b": True, "c": "x", "d": "y"}, complete=True)
        assert result.visible == {"a", "d"}
        assert result.answers == {"a": False, "d": "y"}
        assert result.is_valid

    def test_a_section_can_be_hidden_whole(self) -> None:
        document = make_document(make_question("a", "yes_no"))
        second = {"key": "two", "title": {"en": "2"}, "questions": [make_question("b", required=True)]}
        document["sections"].append({**second, "condition": if_("a", "equals", True)})
        form = compile_document(document)
        hidden = check(form, {"a": False}, complete=True)
        assert hidden.is_valid
        assert not hidden.progress[1].visible
        assert list(check(form, {"a": True}, complete=True).errors) == ["b"]

    def test_an_answer_of_the_wrong_type_hides_what_depends_on_it(self) -> None:
        form = compiled(make_question("n", "number"), make_question("m", condition=if_("n", "answered")))
        assert visible(form, {"n": "not a number"}).visible == {"n"}

    def test_what_a_hidden_question_holds_is_no_error_of_a_submission(self) -> None:
        form = compiled(
            make_question("a", "yes_no"), make_question("n", "number", condition=if_("a", "equals", True))
        )
        assert check(form, {"a": False, "n": "abc"}, complete=True).is_valid
        assert list(check(form, {"a": False, "n": "abc"}, complete=False).errors) == ["n"]

    def test_a_page_learns_only_the_answers_it_needs(self) -> None:
        document = make_document(make_question("a"), make_question("b"))
        questions = [
            make_question("c"),
            make_question("d", condition={"all": [if_("a", "answered"), if_("c", "answered")]}),
        ]
        document["sections"].append({"key": "two", "title": {"en": "2"}, "questions": questions})
        form = compile_document(document)
        assert outside_answers(form.sections[1], {"a": "1", "b": "2", "c": "3"}) == {"a": "1"}


class TestAnswers:
    @pytest.mark.parametrize(
        ("kind", "raw", "stored"),
        [
            ("short_text", " a\nb\t", "a b"),
            ("short_text", "e\u0301\u200a", "é"),
            ("long_text", "a\r\nb\x0c\x02", "a\nb"),
            ("long_text", " \u2028 ", None),
            ("number", "1 200", 1200),
            ("number", "2,50", 2.5),
            ("number", "٢٫٥", 2.5),
            ("number", -3.0, -3),
            ("number", "", None),
            ("yes_no", False, False),
            ("single_choice", "a", "a"),
            ("multiple_choice", ["c", "a", "c"], ["a", "c"]),
            ("multiple_choice", "b", ["b"]),
            ("multiple_choice", [], None),
            ("date", "2027-02-28", "2027-02-28"),
            ("country", "ke", "KE"),
            ("email", "half@", "half@"),
            ("url", " https://a.example/x ", "https://a.example/x"),
        ],
    )
    def test_they_are_stored_clean(self, kind: str, raw: Any, stored: Any) -> None:
        answers, found = check_changes(compiled(make_question("q", kind)), {"q": raw})
        assert found == {}
        assert answers == {"q": stored}
        assert type(answers["q"]) is type(stored)

    @pytest.mark.parametrize(
        ("kind", "raw"),
        [
            ("short_text", 1),
            ("short_text", "a\x00b"),
            ("long_text", "\ud800"),
            ("long_text", "x" * 50_001),
            ("number", True),
            ("number", "1,200"),
            ("number", "1e5"),
            ("number", "nan"),
            ("number", float("inf")),
            ("number", float("nan")),
            ("number", 10**400),
            ("number", "1234567890.1234567"),
            ("yes_no", "yes"),
            ("yes_no", 1),
            ("single_choice", "z"),
            ("single_choice", ["a"]),
            ("multiple_choice", ["a", 1]),
            ("multiple_choice", {"a": 1}),
            ("date", "2027-02-29"),
            ("date", "20270228"),
            ("date", "2027-W01-1"),
            ("country", "ZZ"),
            ("country", "Kenya"),
            ("information", "x"),
        ],
    )
    def test_wrong_types_are_refused_even_in_drafts(self, kind: str, raw: Any) -> None:
        _answers, found = check_changes(compiled(make_question("q", kind)), {"q": raw})
        assert len(found["q"]) == 1

    @pytest.mark.parametrize(
        ("question", "answer", "sentence"),
        [
            (
                make_question("q", "long_text", max_words=3),
                "a b c d e",
                "Shorten this by 2 words. You have 5, the limit is 3.",
            ),
            (make_question("q", "long_text", min_words=3), "a b", "Write at least 3 words. You have 2."),
            (
                make_question("q", max_characters=3),
                "abcd",
                "Shorten this by 1 character. You have 4, the limit is 3.",
            ),
            (make_question("q", min_characters=3), "ab", "Write at least 3 characters. You have 2."),
            (make_question("q", "number", integer=True), 2.5, "Write a whole number."),
            (make_question("q", "number", min=0, max=5), 6, "Write a number from 0 to 5."),
            (make_question("q", "number", min=0), -1, "Write a number that is at least 0."),
            (
                make_question("q", "yes_no", must_be_yes=True),
                False,
                "We can only go on if you agree to this.",
            ),
            (make_question("q", "multiple_choice", max_selections=1), ["a", "b"], "Choose at most 1 answer."),
            (make_question("q", "multiple_choice", min_selections=2), ["a"], "Choose at least 2 answers."),
            (
                make_question("q", "date", min="2027-01-01"),
                "2026-12-31",
                "Choose 1 January 2027 or a later day.",
            ),
            (
                make_question("q", "date", max="2027-01-01"),
                "2027-01-02",
                "Choose 1 January 2027 or an earlier day.",
            ),
            (
                make_question("q", "email"),
                "half@",
                "This does not look like an e-mail address. It should read like name@example.org.",
            ),
            (
                make_question("q", "url"),
                "javascript:alert(1)",
                "This does not look like a web address. It should begin with https:// or http://.",
            ),
        ],
    )
    def test_a_draft_takes_what_a_submission_refuses(
        self, question: dict[str, Any], answer: Any, sentence: str
    ) -> None:
        assert errors(question, answer, complete=False) == []
        assert errors(question, answer) == [sentence]

    @pytest.mark.parametrize(
        "url",
        [
            "https://",
            "http:///x",
            "ftp://a.example",
            "https://a b",
            "https://[",
            "http://a:99999/",
            "//a.example",
            "https://.",
        ],
    )
    def test_what_is_no_web_address(self, url: str) -> None:
        assert errors(make_question("q", "url"), url)

    @pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.asks])
    def test_a_required_answer_is_asked_for_in_every_type(self, kind: str) -> None:
        form = compiled(make_question("q", kind, required=True))
        assert check(form, {}, complete=False).is_valid
        assert len(check(form, {}, complete=True).errors["q"]) == 1
        assert len(check(form, {"q": None}, complete=True).errors["q"]) == 1

    def test_errors_stand_in_the_forms_order_and_unknown_keys_are_errors(self) -> None:
        form = compiled(
            make_question("a", required=True), make_question("b", "number"), make_question("c", required=True)
        )
        found = check(form, {"zz": 1, "b": "x"}, complete=True).errors
        assert list(found) == ["a", "b", "c", "zz"]

    @pytest.mark.parametrize("answers", [None, [], "x", 3, {1: 2}, {None: {}}])
    def test_whatever_is_sent_is_answered(self, answers: Any) -> None:
        assert not check(compiled(make_question("a", required=True)), answers, complete=True).is_valid

    def test_progress_is_counted_by_section(self) -> None:
        form = compiled(
            make_question("a", required=True), make_question("b", "number", max=1), make_question("c")
        )
        progress = check(form, {"b": 2}, complete=False).progress[0]
        assert (
            progress.questions,
            progress.answered,
            progress.wanted,
            progress.missing,
            progress.faulty,
        ) == (3, 1, 1, 1, 1)
        assert not progress.is_done
        assert check(form, {"a": "x"}, complete=False).progress[0].is_done

    def test_a_tick_box_is_answered_only_when_ticked(self) -> None:
        form = compiled(make_question("q", "yes_no", display="checkbox", required=True))
        assert check(form, {"q": False}, complete=True).errors["q"] == ["Tick this box to go on."]
        assert check(form, {"q": True}, complete=True).is_valid


class TestHtmlForms:
    FORM = staticmethod(
        lambda: compiled(
            make_question("name"),
            make_question("agree", "yes_no", display="checkbox"),
            make_question("yes", "yes_no"),
            make_question("many", "multiple_choice"),
            make_question("elsewhere"),
        )
    )

    def test_a_page_sends_what_was_on_it(self) -> None:
        sent = MultiDict(
            [
                ("name", "A"),
                ("agree", ""),
                ("agree", "true"),
                ("yes", ""),
                ("yes", "false"),
                ("many", ""),
                ("many", "b"),
                ("many", "a"),
            ]
        )
        form = self.FORM()
        raw = from_form(form, sent)
        assert raw == {"name": "A", "agree": True, "yes": False, "many": ["b", "a"]}
        assert check_changes(form, raw) == (
            {"name": "A", "agree": True, "yes": False, "many": ["a", "b"]},
            {},
        )

    def test_nothing_chosen_differs_from_not_on_the_page(self) -> None:
        form = self.FORM()
        sent = MultiDict([("agree", ""), ("yes", ""), ("many", ""), ("name", "")])
        assert check_changes(form, from_form(form, sent)) == (
            {"agree": None, "yes": None, "many": None, "name": None},
            {},
        )


class TestWords:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", 0),
            ("one two", 2),
            ("well-known, isn’t it?", 3),
            ("a / b — c", 3),
            ("हिन्दी में लिखा", 3),
            ("机器学习", 4),
            ("データ science", 4),
            ("مرحبا بالعالم", 2),
            ("... !!", 0),
            ("2,5 kg", 2),
        ],
    )
    def test_are_counted_as_people_count(self, text: str, words: int) -> None:
        assert count_words(text) == words

    def test_counting_hostile_text_is_quick(self) -> None:
        assert count_words("-" * 50_000) == 0
        assert clean("\n" * 50_000) == ""


class TestOutput:
    FORM = staticmethod(lambda: compile_document(get_from_library("summer_school")))

    def test_answers_read_well_in_each_language(self) -> None:
        questions = self.FORM().questions
        assert display(questions["career_stage"], "phd", "fr") == "Doctorant·e"
        assert display(questions["topics"], ["health", "vision"], "en") == "Health\nImages and video"
        assert display(questions["nationality"], "CI", "fr") == "Côte d’Ivoire"
        assert display(questions["birth_date"], "2001-03-05", "en") == "5 March 2001"
        assert display(questions["travel_cost"], 1200, "en") == "1,200"
        assert display(questions["needs_visa"], False, "en") == "No"
        assert display(questions["project"], None, "en") == ""

    @pytest.mark.parametrize("answer", [True, 3, 2.5, "x", ["x", "y"], "", []])
    def test_an_answer_of_another_version_never_breaks_a_page_or_an_export(self, answer: Any) -> None:
        form = compile_document(make_document(*[make_question(f"q_{name}", name) for name in KINDS]))
        for question in form.questions.values():
            assert isinstance(display(question, answer, "en"), str)
        row = export_row(columns([form]), dict.fromkeys(form.questions, answer))
        assert len(row) == len(form.questions)

    def test_exports_merge_versions_by_key(self) -> None:
        old = compiled(make_question("a"), make_question("gone", "date"))
        new = compiled(
            make_question("b", "multiple_choice"), {**make_question("a"), "label": {"en": "New A"}}
        )
        merged = columns([old, new])
        assert [column.key for column in merged] == ["b", "a", "gone"]
        assert merged[1].heading("en") == "New A"
        assert export_row(merged, {"b": ["a", "c"], "gone": "2027-01-01"}) == ["a; c", None, date(2027, 1, 1)]

    def test_a_comparison_names_what_differs(self) -> None:
        old = compiled(make_question("a", "single_choice"), make_question("b"), make_question("c"))
        fewer = make_question(
            "a", "single_choice", required=True, options=[{"value": "a", "label": {"en": "A"}}]
        )
        new = compiled(fewer, make_question("c"), make_question("d"))
        found = compare(old, new)
        assert [each.key for each in found.added] == ["d"]
        assert [each.key for each in found.removed] == ["b"]
        assert [each.changes for each in found.changed] == [("options_gone", "required")]
        assert compare(old, old).is_empty


class TestReading:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "There is nothing here."),
            ('{"a": 1,}', "Line 1, column"),
            ('{"a": 1, "a": 2}', "stands twice"),
            ('{"a": NaN}', "a number that JSON does not know"),
            ("[" * 100_000, "nested too deeply"),
            ("1" * 5_000, "a number that JSON does not know"),
        ],
    )
    def test_what_is_not_json_is_explained(self, text: str, words: str) -> None:
        document, found = read_document(text)
        assert document is None
        assert words in found[0].sentence


class TestSchema:
    def test_it_takes_the_library_and_refuses_what_is_no_form(self) -> None:
        schema = validator_for(document_schema())
        assert meta.is_valid(document_schema())
        assert all(schema.is_valid(document) for _key, document in list_library())
        assert not schema.is_valid(make_document(make_question("Bad Key")))
        assert not schema.is_valid(make_document(make_question("n", "number", max_words=3)))
