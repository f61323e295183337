"""A SQLite file on a network file system is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from service import cli
from service.database import filesystem
from service.database.filesystem import SharedFileSystem, file_system, is_shared, require_own_machine

MOUNTS = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
41 27 0:51 / /home rw,relatime shared:7 master:2 - nfs4 server:/homes rw,vers=4.2
42 41 0:52 / /home/scratch rw,relatime - tmpfs tmpfs rw
43 27 0:53 / /mnt/our\040drive rw,relatime - fuse.sshfs me@server: rw
44 27 0:54 / /data rw,relatime - cifs //server/data rw
45 27 254:1 / /data rw,relatime - xfs /dev/vdb rw
a line that is none
"""


@pytest.mark.parametrize(
    ("path", "kind", "shared"),
    [
        ("/clinic.db", "ext4", False),
        ("/homework/clinic.db", "ext4", False),
        ("/home/somebody/clinic.db", "nfs4", True),
        ("/home/scratch/clinic.db", "tmpfs", False),
        ("/mnt/our drive/clinic.db", "fuse.sshfs", True),
        ("/data/clinic.db", "xfs", False),  # mounted over the other
    ],
)
def test_the_deepest_and_latest_mount_holds_a_path(path: str, kind: str, shared: bool) -> None:
    assert file_system(MOUNTS, path) == kind
    assert is_shared(kind) == shared


def test_without_mounts_nothing_is_known() -> None:
    assert file_system("", "/clinic.db") is None
    assert not is_shared(None)


@pytest.fixture
def everything_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which every file is another one's; its working folder."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text("27 1 0:51 / / rw,relatime - nfs server:/ rw")
    monkeypatch.setattr(filesystem, "MOUNTS", mounts)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("url", ["sqlite:///clinic.db", "sqlite:////srv/clinic.db"])
def test_a_file_of_another_machine_is_refused(everything_shared: Path, url: str) -> None:
    with pytest.raises(SharedFileSystem, match=r"clinic.db is on a network file system \(nfs\).*PostgreSQL"):
        require_own_machine(url)


def test_a_server_may_be_anywhere(everything_shared: Path) -> None:
    require_own_machine("postgresql+psycopg://clinic@server/clinic")
    require_own_machine("sqlite://")


def test_here_a_file_may_be_kept(tmp_path: Path) -> None:
    require_own_machine(f"sqlite:///{tmp_path / 'clinic.db'}")


@pytest.mark.parametrize("command", ["serve", "api", "worker", "migrate", "demo"])
def test_every_command_that_keeps_a_database_says_so_and_ends(everything_shared: Path, command: str) -> None:
    result = CliRunner().invoke(cli.app, [command], env={"CLINIC_DATABASE_URL": "sqlite:///clinic.db"})
    assert result.exit_code == 1
    assert "network file system" in result.stderr
    assert list(everything_shared.glob("clinic.db*")) == []
