"""A release migrates before the last one stops: what a migration does, the code before it must be able to bear."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.databases import SERVICES
from deploy.local.process import ROOT

ADDING = {"create_table", "create_index", "get_bind", "batch_alter_table"}
"""What the code before does not notice. An index is taken for one that is not unique."""

DATA = ("insert", "update", "delete", "execute", "bulk_insert")

BORNE = {
    "accounts/0002_people.py": {
        "create_index unique": "of a table that this migration makes: the code before has no rows in it",
    },
    "enrolment/0005_corrections.py": {
        "create_index unique": "movements of the code before correct nothing, and those are never held to it",
    },
    "enrolment/0007_rule_versions.py": {
        "create_index unique": "of a table that this migration makes: the code before has no rows in it",
    },
    "enrolment/0008_quotas.py": {
        "insert": "the two quotas of the programme, of which the code before does not know",
        "execute": "what it awards or withdraws after that, the command recount_quotas counts in",
    },
    "enrolment/0010_admission_files.py": {
        "create_index unique": "on a table that this migration makes, and the code before does not know",
    },
    "enrolment/0012_draw.py": {
        "create_index unique": "on a table that this migration makes, and the code before does not know",
    },
    "enrolment/0013_exclusions.py": {
        "drop_index": "of deadlines, made anew at once: the code before may read more than it has to, and bars no card",
        "create_index unique": "on tables that this migration makes, and the code before does not know",
    },
    "enrolment/0014_learning.py": {
        "create_index unique": "on a table that this migration makes, and the code before does not know",
    },
    "enrolment/0015_incentives.py": {
        "create_index unique": "on a table that this migration makes, and the code before does not know",
        "create_check_constraint": "the code before moves money between these accounts only, and names the training",
    },
    "enrolment/0019_erased_off_lists.py": {
        "execute": "removes who is refused as a former holder anyway, and lets lists be looked through anew, as they"
        " are where a worker of the code before told once more how far it was",
    },
    "enrolment/0020_waiting_lists.py": {
        "create_index unique": "on a table that this migration makes, and the code before does not know",
    },
    "catalog/0002_names_held_once.py": {
        "create_index unique": "rows of the code before have no key, and those without are never held to it",
        "execute": "reads names, and gives them their keys:",
        "update": "in a column that only the code after reads",
    },
    "catalog/0005_names_without_outer_signs.py": {
        "execute": "reads names, and writes their keys anew:",
        "update": "to what the code before compares as it does any key; it still tells such names apart",
    },
    "catalog/0006_rules_of_classes.py": {
        "drop_constraint": "made anew at once, and looser:",
        "create_check_constraint": "the code before refuses short courses by itself",
    },
}
"""What goes beyond adding, by migration, and why the code before it bears it all the same."""


def later_migrations() -> Iterator[Path]:
    """Yield every migration but each service's first, before which there is no code."""
    for service in SERVICES:
        folder = ROOT / "services" / service / "storage" / "migrations" / "versions"
        yield from sorted(folder.glob("[0-9]*.py"))[1:]


def beyond_adding(source: str) -> set[str]:
    """Return what a migration does that is more than adding what the code before it need not know."""
    return {
        found
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        for found in _beyond(node, node.func)
    }


def _beyond(call: ast.Call, called: ast.Attribute) -> Iterator[str]:
    on_operations = isinstance(called.value, ast.Name) and called.value.id in ("op", "batch")
    if called.attr == "add_column":
        if not _may_be_left_out(call.args[-1]):
            yield "add_column required"
    elif called.attr == "create_index":
        if any(each.arg == "unique" for each in call.keywords):
            yield "create_index unique"
    elif called.attr in DATA or (on_operations and called.attr not in ADDING):
        yield called.attr


def _may_be_left_out(column: ast.expr) -> bool:
    """Tell whether rows can be written without a column: it may be null, or the database fills it in."""
    if not isinstance(column, ast.Call):
        return False
    said = {each.arg: each.value for each in column.keywords}
    nullable = said.get("nullable")
    is_required = isinstance(nullable, ast.Constant) and nullable.value is False
    return "server_default" in said or not is_required


@pytest.mark.parametrize("path", [*later_migrations()], ids=lambda path: path.stem)
def test_a_migration_only_adds_or_it_is_said_why_not(path: Path) -> None:
    name = f"{path.parents[3].name}/{path.name}"
    assert beyond_adding(path.read_text("utf-8")) == set(BORNE.get(name, {}))


def test_every_reason_is_of_a_migration_that_is_there() -> None:
    there = {f"{path.parents[3].name}/{path.name}" for path in later_migrations()}
    assert set(BORNE) <= there


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("op.drop_column('a', 'b')", {"drop_column"}),
        ("op.drop_table('a')", {"drop_table"}),
        ("op.rename_table('a', 'b')", {"rename_table"}),
        ("op.alter_column('a', 'b', nullable=False)", {"alter_column"}),
        ("op.create_check_constraint('a', 'b', 'c')", {"create_check_constraint"}),
        ("op.create_index('a', 'b', ['c'], unique=True)", {"create_index unique"}),
        ("op.add_column('a', sa.Column('b', sa.Integer, nullable=False))", {"add_column required"}),
        ("op.execute('drop table a')", {"execute"}),
        ("connection.execute(sa.text('update a set b = 1'))", {"execute"}),
        ("op.add_column('a', sa.Column('b', sa.Integer))", set()),
        (
            "op.add_column('a', sa.Column('b', sa.Integer, nullable=False, server_default='0'))",
            set(),
        ),
        ("op.create_table('a', sa.Column('b', sa.Integer, nullable=False))", set()),
    ],
)
def test_what_the_code_before_would_stumble_over_is_found(statement: str, found: set[str]) -> None:
    assert beyond_adding(statement) == found
