"""Look through a built node: it gives two names, wants the C library alone, and runs where it is to run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .binary import Binary, Unreadable, Version, read_binaries
from .targets import GLIBC_MAXIMUM, MACOS_MINIMUM, Target

EXPORTS = ("OfxGetNumberOfPlugins", "OfxGetPlugin")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NETWORK = _words(
    "socket socketpair connect bind listen accept accept4 send sendto sendmsg recv recvfrom recvmsg "
    "getaddrinfo gethostbyname gethostbyaddr getnameinfo inet_addr inet_aton inet_pton inet_ntop WSAStartup "
    "WSASocketA WSASocketW InternetOpenA InternetOpenW WinHttpOpen"
)
PROCESSES = _words(
    "system popen _popen _wpopen fork vfork posix_spawn posix_spawnp execl execle execlp execv execve execvp "
    "execvpe _spawnl _spawnv _wspawnl _wspawnv _wsystem CreateProcessA CreateProcessW WinExec ShellExecuteA "
    "ShellExecuteW"
)
THREADS = _words("pthread_create thrd_create CreateThread _beginthread _beginthreadex")
LOADING = _words("dlopen dlmopen")
_UNWANTED = {"network": NETWORK, "other programs": PROCESSES, "threads": THREADS, "other libraries": LOADING}

_LIBRARIES = {
    "elf": ("libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"),
    "pe": ("kernel32.dll", "api-ms-win-crt-", "ucrtbase.dll"),
    "macho": ("/usr/lib/libSystem.B.dylib",),
}


def faults(data: bytes, targets: Sequence[Target], *, everywhere: bool = True) -> tuple[str, ...]:
    """Say in sentences what is wrong with a file that was built for these targets; nothing: all is well.

    A file that is not meant for machines everywhere, but for the one that built it, may want its C library.
    """
    try:
        found = read_binaries(data)
    except Unreadable as error:
        return (f"it cannot be read: {error}",)
    missing = [target.name for target in targets if not any(_is_for(one, target) for one in found)]
    foreign = [one for one in found if not any(_is_for(one, target) for target in targets)]
    said = [f"there is nothing for {name} in it" for name in missing]
    said += [f"it holds {one.format} for {one.processor}, which nobody asked for" for one in foreign]
    return (*said, *(fault for one in found for fault in _faults(one, everywhere)))


def told(data: bytes) -> str:
    """Say in a few words what a built file wants of its system."""
    return ", ".join(dict.fromkeys(_told(one) for one in read_binaries(data)))


def _is_for(one: Binary, target: Target) -> bool:
    return (one.format, one.processor) == (target.format, target.processor)


def _faults(one: Binary, everywhere: bool) -> Iterator[str]:
    extra = sorted(set(one.exports) - set(EXPORTS))
    lacking = sorted(set(EXPORTS) - set(one.exports))
    if extra:
        yield f"it gives names that it must keep to itself: {_listed(extra)}"
    if lacking:
        yield f"it does not give {_listed(lacking)}, so no host can load it"
    for what, names in _UNWANTED.items():
        used = sorted(names & set(one.imports))
        if used:
            yield f"it reaches for {what}: {_listed(used)}"
    odd = [name for name in one.libraries if not _is_plain(one.format, name)]
    if odd:
        yield f"it wants libraries beside the C library: {_listed(odd)}"
    if everywhere and one.glibc > GLIBC_MAXIMUM:
        yield f"it wants the C library {_dotted(one.glibc)}; hosts have {_dotted(GLIBC_MAXIMUM)}"
    if one.format == "macho" and one.minimum != MACOS_MINIMUM:
        said = f"macOS {_dotted(one.minimum)}" if one.minimum else "no macOS"
        yield f"it names {said} as the oldest that it runs on, and not {_dotted(MACOS_MINIMUM)}"


def _is_plain(kind: str, name: str) -> bool:
    if kind == "pe":
        return name.lower().startswith(_LIBRARIES[kind])
    return name in _LIBRARIES[kind]


def _told(one: Binary) -> str:
    if one.format == "elf":
        return f"glibc {_dotted(one.glibc)} or later" if one.glibc else "any glibc"
    return f"macOS {_dotted(one.minimum)} or later" if one.format == "macho" else "Windows 10 or later"


def _dotted(version: Version) -> str:
    return ".".join(str(part) for part in version)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
