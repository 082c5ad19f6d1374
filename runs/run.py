"""What the stages of one run of a province share."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..coverage.parts import Asked
from ..geo.words import Lang
from .engines import Done, Engine, Job


@dataclass
class Run:
    """What the stages share."""

    folder: Path
    out: Path
    asked: Asked
    engine: Engine
    lang: Lang
    progress: Callable[[str], None]
    stations: int | None = None
    failed: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What the province is called."""
        return self.folder.name

    def inside(self, said: str) -> str:
        """Return a sentence with files named from the province's folder: others have theirs."""
        return said.replace(f"{self.folder}{os.sep}", "")

    def stage(self, name: str, kind: str, key: str) -> Path:
        """Return the file of a stage of a part, named by the digest of all it is made from."""
        ending = "npy" if kind in ("yearly", "ranks", "order") else "pickle"
        return self.out / "stages" / name.replace("/", "·") / f"{kind}-{key}.{ending}"

    def do(self, step: str, jobs: Sequence[Job]) -> dict[str, Any]:
        """Run jobs; keep why some failed, return what the others gave."""
        self.progress(step)
        told: dict[str, Any] = {}
        done: Done
        for done in self.engine.run(jobs):
            if done.why is None:
                told[done.name] = done.value
            else:
                self.failed[done.name] = {
                    lang: self.inside(said) for lang, said in done.why.items()
                }
        return told
