"""Forms: documents, versions, and responses to them. Nothing here knows what a form is for.

`engine` (pure: no database, no Flask)
    `check_document(document) -> [Flaw(pointer, reason, remedy)]`, `missing_texts(document)`,
    `compile_document(document) -> CompiledForm` with `.sections[].questions[]`, `.questions[key]`, `.languages`.
    `check(form, answers, complete=…) -> Result(answers, errors, visible, progress)`: the one validator. Drafts are
    checked for types only, submissions for everything; progress per section is always judged as a submission would be.
    `check_changes(form, changes) -> (answers, errors)`: types only, for autosave; None takes an answer back.
    `from_form(form, request.form, section=None) -> raw answers` of the questions that were on the page.
    `visible(form, stored_answers) -> Result`; `known(form, stored_answers)`: those that this version asks for.
    `display(question, answer, language) -> str`, `columns(forms)`, `export_value(question, answer)`, `export_row`.

`services` for whoever holds a response (the caller asks its own policy first and judges deadlines)
    `find_version(event, purpose) -> FormVersion | None`: the published one; `compiled(version) -> CompiledForm`, cached.
    `start_response(version) -> Response`, `copy_response(response, version=None) -> Response`: a draft beside it.
    `save_answers(response, changes, base_revision=None, save_id=None, keep_good=False) -> Saved(revision, errors)`:
    raises `InvalidAnswers` (400, errors by key), `StaleAnswers` (412, `.conflicts`), `AlreadySubmitted` (409).
    `save_locked(row, …)`: the same with a row of `LOCKED_RESPONSE`, to which the caller has joined what it asks itself.
    `submit_response(response, revision=None) -> Result`: raises `InvalidAnswers`, `StaleAnswers`, `AlreadySubmitted`.
    `erase_answers(response)`: keeps only what may be counted and is not personal.

`templates/forms/_question.html` shows one question as a control; `static/js/conditions.js` shows and hides.
"""
