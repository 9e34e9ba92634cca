"""Every action that the code records has words of its own in the history."""

import ast
from pathlib import Path

from app.audit.sentences import is_described


def recorded_actions() -> set[str]:
    """The actions that stand as text in a call of `record`."""
    found = set()
    for path in Path(__file__).parents[1].rglob("*.py"):
        if path.name.startswith("tests") or "testing" in path.name:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if (
                name in ("record", "_record")
                and len(node.args) > 1
                and isinstance(node.args[1], ast.Constant)
            ):
                found.add(node.args[1].value)
    return found


def test_every_recorded_action_has_its_sentence(app) -> None:
    actions = recorded_actions()
    assert {"user.registered", "decisions.released"} <= actions
    assert sorted(action for action in actions if not is_described(action)) == []
