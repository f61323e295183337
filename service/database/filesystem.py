"""Refuses SQLite files on network file systems, where its locks do not hold."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from sqlalchemy import make_url

MOUNTS = Path("/proc/self/mountinfo")
# File systems that several machines can have mounted at once. SQLite's write-ahead log needs memory that all its
# processes share, and locks that all of them see; across machines there is neither (https://sqlite.org/wal.html).
SHARED = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "coda",
        "ceph",
        "glusterfs",
        "lustre",
        "gpfs",
        "beegfs",
        "orangefs",
        "pvfs2",
        "ocfs2",
        "gfs2",
        "sshfs",
        "s3fs",
        "gcsfuse",
        "rclone",
        "juicefs",
        "ceph-fuse",
        "davfs2",
        "mfs",
    ]
)


class SharedFileSystem(Exception):
    """The database is a SQLite file on a file system of several machines."""


def file_system(mounts: str, path: str) -> str | None:
    r"""The type of the file system that holds ``path``.

    Args:
        mounts: the text of ``/proc/PID/mountinfo`` (proc(5)).
        path: an absolute path without links.

    Returns:
        The type as the kernel names it, None where no mount holds the path.

    Example:
        >>> mounts = '''22 1 8:1 / / rw - ext4 /dev/vda rw
        ... 40 22 0:41 / /srv/our\\040homes rw,relatime shared:7 - nfs4 server:/homes rw'''
        >>> file_system(mounts, "/srv/our homes/a/clinic.db"), file_system(mounts, "/srv/clinic.db")
        ('nfs4', 'ext4')
    """
    found, depth = None, -1
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if not dash or len(fields) < 6:
            continue
        point = PurePosixPath(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        if PurePosixPath(path).is_relative_to(point) and len(point.parts) >= depth:  # a later mount hides an earlier
            found, depth = after.split(" ")[0], len(point.parts)
    return found


def is_shared(kind: str | None) -> bool:
    """Whether several machines can have such a file system mounted at once.

    Example:
        >>> is_shared("nfs4"), is_shared("fuse.sshfs"), is_shared("ext4"), is_shared("fuse.mergerfs")
        (True, True, False, False)
    """
    return kind is not None and kind.removeprefix("fuse.") in SHARED


def require_own_machine(url: str) -> None:
    """Make sure that a SQLite database is not shared between machines; others may be anywhere.

    Args:
        url: the database's address. Only Linux tells what it lies on; elsewhere nothing is known.

    Raises:
        SharedFileSystem: it lies where another machine could open it as well.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database or not MOUNTS.exists():
        return
    file = Path(address.database).absolute().resolve()
    kind = file_system(MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"), str(file))
    if is_shared(kind):
        raise SharedFileSystem(
            f"{file} is on a network file system ({kind}), where SQLite's locks do not hold. Put it on a disk of this "
            "machine (CLINIC_DATABASE_URL), or use PostgreSQL, which agents on any machine can reach."
        )
