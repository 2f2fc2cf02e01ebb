"""Which machine, boot, user and login session this is, and whether a process lives. Linux, macOS, Windows."""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import subprocess
import sys
from typing import Mapping, Optional

_MACHINE_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")
_BOOT_FILE = "/proc/sys/kernel/random/boot_id"
_SESSION_FILE = "/proc/self/sessionid"
_NO_SESSION = str(2**32 - 1)


def machine_id() -> str:
    """Name this machine in 32 hexadecimal digits that give nothing about it away."""
    named = next((text for text in map(_first_line, _MACHINE_FILES) if text), "")
    if sys.platform == "win32":
        named = _registry(r"SOFTWARE\Microsoft\Cryptography", "MachineGuid")
    elif sys.platform == "darwin":
        named = _kernel("kern.uuid")
    return _digest(named or platform.node())


def boot_id() -> str:
    """Name the time since this machine was switched on; empty where the system keeps no such name."""
    if sys.platform == "win32":
        memory = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management"
        named = _registry(memory + r"\PrefetchParameters", "BootId")
    elif sys.platform == "darwin":
        named = _kernel("kern.bootsessionuuid")
    else:
        named = _first_line(_BOOT_FILE)
    return _digest(named) if named else ""


def user_id(environment: Optional[Mapping[str, str]] = None) -> str:
    """Name the user that this process runs as: the number on POSIX, the name on Windows."""
    if hasattr(os, "getuid"):
        return str(os.getuid())
    return (os.environ if environment is None else environment).get("USERNAME", "user")


def login_session(environment: Mapping[str, str]) -> str:
    """Name the login session, so that two sessions of one user keep apart; `0` where there is none."""
    if sys.platform == "win32":
        return environment.get("SESSIONNAME", "") or "0"
    counted = _first_line(_SESSION_FILE)
    return environment.get("XDG_SESSION_ID", "") or ("0" if counted in ("", _NO_SESSION) else counted)


def is_alive(pid: int) -> bool:
    """Say whether a process lives; one that ended and only waits to be counted does not."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except OSError as problem:
        if problem.errno != errno.EPERM:
            return False
    except OverflowError:
        return False
    return not _has_ended(pid)


def _has_ended(pid: int) -> bool:
    """Read the state after the name of the command, which may hold brackets and spaces itself."""
    rest = _first_line(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return bool(rest) and rest[0] in "ZX"


def _is_alive_on_windows(pid: int) -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    synchronise, still_running, denied = 0x00100000, 258, 5
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(synchronise, False, pid)
    if not handle:
        return bool(ctypes.get_last_error() == denied)
    try:
        return bool(kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0) == still_running)
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.readline().strip()
    except OSError:
        return ""


def _kernel(name: str) -> str:
    command = ["/usr/sbin/sysctl", "-n", name]
    try:
        found = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=5, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.decode("utf-8", "replace").strip()


def _registry(key: str, name: str) -> str:
    if sys.platform != "win32":
        return ""
    import winreg

    rights = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, rights) as opened:
            return str(winreg.QueryValueEx(opened, name)[0])
    except OSError:
        return ""


def _digest(text: str) -> str:
    return hashlib.sha256(("photodouble " + text).encode("utf-8")).hexdigest()[:32]
