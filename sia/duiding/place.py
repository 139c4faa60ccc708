"""Where a record stands: on a network, two computers may write at once without knowing."""

from __future__ import annotations

import re
import sys
from pathlib import Path, PureWindowsPath

_MOUNTS = Path("/proc/mounts")
_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ceph|glusterfs|lustre|fuse\.(?!portal)\w+|davfs\w*"
)
_REMOTE = 4
"""What Windows calls a drive of another computer."""


def network_warning(path: Path, mounts: Path = _MOUNTS) -> str:
    """Say so when a record stands on a folder of the network; empty when it does not seem to.

    `mounts` is Linux's list of mounted folders. On macOS there is none, and nothing is said.
    """
    kind = _windows(path) if sys.platform == "win32" else _mounted(path, mounts)
    if not kind:
        return ""
    return (
        f"Let op: het logboek staat op een netwerkmap ({kind}). Leg daar met één computer tegelijk "
        "vast, of zet de verwerkte gegevens op de eigen schijf."
    )


def _mounted(path: Path, mounts: Path) -> str:
    """Return the kind of network folder that a path is on, as the longest mount says."""
    if not mounts.exists():
        return ""
    lines = [line.split()[1:3] for line in mounts.read_text(errors="replace").splitlines()]
    whole = path.resolve()
    kinds = {
        Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), place)): kind
        for place, kind in (line for line in lines if len(line) == 2)
    }
    over = [place for place in (whole, *whole.parents) if place in kinds]
    kind = kinds[over[0]] if over else ""
    return kind if _NETWORK.fullmatch(kind) else ""


def _windows(path: Path) -> str:
    import ctypes

    drive = PureWindowsPath(path.resolve()).drive
    if drive.startswith("\\\\"):
        return drive
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - absent on other systems
    return drive if kernel.GetDriveTypeW(f"{drive}\\") == _REMOTE else ""
