"""A project small enough to be installed at once: the real adapters, and an engine that says its version.

The wheels are written here by hand, so that nothing is built and nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SKIPPED = shutil.ignore_patterns("_vendor", "__pycache__", "ofx")
_MAIN = """
import sys
if "ofx" in sys.argv:
    sys.exit("No C compiler was found.")
print("photodouble {}")
"""


@dataclass
class Project:
    """A copy of what is installed from, a home folder, and how to run the installer in it."""

    root: Path
    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Give the environment of a user who has nothing yet."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        return {**kept, "HOME": str(self.home), "PYTHONDONTWRITEBYTECODE": "1", **self.variables}

    @property
    def wheelhouse(self) -> Path:
        """Name the folder of the wheels."""
        return self.root.parent / "the wheels"

    def words(self, *arguments: str, python: str = sys.executable) -> list[str]:
        """Give the words that run the installer on this project."""
        return [python, str(self.root / "install" / "install.py"), *arguments]

    def run(self, *arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
        """Run the installer to its end."""
        return subprocess.run(
            self.words(*arguments, python=python),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env=self.environment,
            cwd=self.home.parent,
        )

    def install(self, *arguments: str) -> str:
        """Run it, see that it went well, and give what it said."""
        ran = self.run(*arguments)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def held(self) -> dict[str, str]:
        """Give every file and folder of the home, with the hash of each file."""
        return held(self.home)

    def make_wheels(self, version: str = "") -> Path:
        """Write the wheelhouse: one package, and the stand-in of the engine."""
        self.wheelhouse.mkdir(exist_ok=True)
        version = version or self.version
        _wheel(self.wheelhouse, "standin", "1.0", {"standin.py": "HERE = True\n"})
        engine = {"photodouble/__init__.py": "", "photodouble/cli/__init__.py": ""}
        _wheel(
            self.wheelhouse,
            "photodouble",
            version,
            {**engine, "photodouble/cli/main.py": _MAIN.format(version)},
        )
        lock = self.lock
        facts = {
            "version": version,
            "platform": "linux",
            "python": "{}.{}".format(*sys.version_info[:2]),
            "lock": lock.name,
            "lock_sha256": hashlib.sha256(lock.read_bytes()).hexdigest(),
        }
        (self.wheelhouse / "wheelhouse.json").write_text(json.dumps(facts), encoding="utf-8")
        return self.wheelhouse

    @property
    def lock(self) -> Path:
        """Name the lock file of this system."""
        system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
        return self.root / "install" / "locks" / "engine" / f"{system}.txt"

    @property
    def version(self) -> str:
        """Read the version that is installed."""
        lines = (self.root / "pyproject.toml").read_text(encoding="utf-8").splitlines()
        return next(line.split('"')[1] for line in lines if line.startswith("version = "))

    def become(self, version: str) -> None:
        """Let the project be of another version."""
        for name in ("pyproject.toml", "blender/photodouble_blender/blender_manifest.toml"):
            path = self.root / name
            text = path.read_text(encoding="utf-8")
            path.write_text(
                text.replace(f'version = "{self.version}"', f'version = "{version}"'), encoding="utf-8"
            )


def make_project(folder: Path) -> Project:
    """Copy the adapters and the installer, with a lock file of one package, and make an empty home."""
    root, home = folder / "Photo Double ü", folder / "home é ü"
    for name in ("core/photodouble_client", "core/photodouble_qt", "nuke", "resolve", "blender", "install"):
        shutil.copytree(ROOT / name, root / name, ignore=_SKIPPED)
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, root)
    project = Project(root, home)
    project.lock.write_text("standin==1.0\n", encoding="utf-8")
    home.mkdir()
    return project


def held(folder: Path) -> dict[str, str]:
    """Give every file, folder and link in a folder, with the hash or the aim of each."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"link {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "folder"
    return found


def _wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> None:
    about = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in (*files, f"{about}/RECORD"))
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in {**files, f"{about}/RECORD": record}.items():
            archive.writestr(path, text)
