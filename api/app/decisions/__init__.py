"""Decisions: the organisers' verdicts on applications, drafts until one release shows them all.

`services.draft`, `services.clear` and `services.summarise` are the organisers'; `services.preview` counts what a release
would do and `services.release` does it, once. `queries.select_drafts` and `queries.select_released` join to lists;
`services.find_released` is what an applicant may see.
"""
