"""A new version takes over from an old one while the old one works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import models
import service
from service.database.session import newest_revision, reading, stored_revision
from tests.service.worker.agents import Agent, until
from tests.service.worker.desk import LONG, Desk

pytestmark = pytest.mark.slow

MIGRATION = '''
"""Something that only the new version knows."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("new", sa.String(8), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "new")
'''


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The program's next version: its checkpoints are of another form, and its table has another column."""
    folder = tmp_path / "new"
    for package in (models, service):
        assert package.__file__ is not None
        source = Path(package.__file__).parent
        shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(Path(models.__file__).parents[1] / "migrations", folder / "migrations")
    form = folder / "models" / "engine" / "checkpoint.py"
    text = form.read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("FORMAT = ")]
    form.write_text(text.replace(line, 'FORMAT = "next"'), encoding="utf-8")
    migration = folder / "migrations" / "versions" / "9999_new.py"
    migration.write_text(MIGRATION.format(newest=newest_revision()), encoding="utf-8")
    return folder


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_job_goes_from_the_old_version_to_the_new_one(
    start: Callable[..., Agent], desk: Desk, url: str, new: Path
) -> None:
    old = start(checkpoint_seconds=0)
    job_id = desk.submit(epochs=LONG)
    desk.trains(job_id)
    (child,) = old.children()
    child.suspend()  # lest the job ends meanwhile
    environment = os.environ | {"CLINIC_DATABASE_URL": url, "PYTHONPATH": str(new)}
    migrate = [sys.executable, "-m", "service", "migrate"]
    subprocess.run(migrate, cwd=new, env=environment, check=True)
    with reading(desk.engine) as session:
        assert stored_revision(session) == "9999"
    reached = desk.job(job_id).epoch
    child.resume()
    until(lambda: desk.job(job_id).epoch > reached)  # the old version works on the new schema
    assert old.end() == 0
    assert desk.status(job_id) == "queued"
    start(code=new)
    desk.ended(job_id, 120)
    desk.check_done_once(job_id)
    assert desk.events(job_id) == ["queued", "started", "queued", "started", "succeeded"]
    first, second = desk.progress(job_id)
    assert second[0] == first[0]  # from the start: the old checkpoint may mean something else
