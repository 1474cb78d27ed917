"""The files under deploy/ as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.local.process import ROOT

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"


def load(path: Path) -> dict[str, Any]:
    """Read one YAML document."""
    document: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return document


def documents(folder: Path) -> list[dict[str, Any]]:
    """Read everything that the kustomization of a folder names in that folder itself."""
    named = [name for name in load(folder / "kustomization.yaml")["resources"] if name != "../base"]
    return [
        document
        for name in named
        for document in yaml.safe_load_all((folder / name).read_text("utf-8"))
    ]


@dataclass(frozen=True)
class Pod:
    """A pod's template, and what makes it."""

    kind: str
    name: str
    labels: dict[str, str]
    spec: dict[str, Any]

    @property
    def containers(self) -> list[dict[str, Any]]:
        containers: list[dict[str, Any]] = self.spec["containers"]
        return containers


def pods() -> Iterator[Pod]:
    """Yield every pod of the base."""
    for document in documents(KUBERNETES / "base"):
        if document["kind"] in ("Deployment", "Job"):
            template = document["spec"]["template"]
            labels = template["metadata"]["labels"]
            yield Pod(document["kind"], document["metadata"]["name"], labels, template["spec"])


def megabytes(quantity: str) -> int:
    """Return a limit of memory: 512Mi, 512M, 512m or 2g."""
    number, unit = quantity.rstrip("iMmGg"), quantity.rstrip("i")[-1].lower()
    return int(number) * {"m": 1, "g": 1024}[unit]
