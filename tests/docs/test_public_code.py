"""What the checklist of the Standard for Public Code names is there, and the metadata are valid."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from sia import __version__

ROW = re.compile(r"^\| ([^|]*) \| ([^|]+) \| (yes|no) \| (yes|no) \| ([^|]+) \|$", re.MULTILINE)
PLACE = re.compile(r"`([^`]+)`")


def test_the_checklist_counts_right_and_its_evidence_exists(repository: Path) -> None:
    text = (repository / "docs/governance/public-code.md").read_text("utf-8")
    rows = ROW.findall(text)
    before, now = (sum(row[column] == "yes" for row in rows) for column in (2, 3))
    assert f"**{now} of {len(rows)} are met; {before} were in 0.1.0.**" in text
    assert len(rows) == 46 and len({row[0] for row in rows} - {""}) == 15
    for _, what, _, met, evidence in rows:
        assert met == "no" or PLACE.findall(evidence), what
    named = set(PLACE.findall(text))
    assert [place for place in sorted(named) if not (repository / place).exists()] == []
    readme = (repository / "README.md").read_text("utf-8")
    assert f"{now} of the {len(rows)} MUSTs" in readme


def test_places_in_the_pages_on_policy_and_security_exist(repository: Path) -> None:
    pages = [*(repository / "docs/governance").glob("*.md"), repository / "SECURITY.md"]
    assert len(pages) > 6
    for page in pages:
        text = page.read_text("utf-8")
        places = re.findall(r"`((?:sia|docs|tests)/[\w/.-]+)`", text)
        assert [place for place in places if not (repository / place).exists()] == [], page.name


def test_pages_on_law_are_dated_drafts(repository: Path) -> None:
    for name in ("ai-verordening", "dpia"):
        text = (repository / f"docs/governance/{name}.md").read_text("utf-8")
        assert re.search(r"\*\*Concept van \d+ \w+ \d{4}\.\*\*", text), name
        assert "Geen juridisch advies" in text, name


def test_publiccode_yml_has_all_that_version_0_7_asks(repository: Path) -> None:
    told = yaml.safe_load((repository / "publiccode.yml").read_text("utf-8"))
    assert told["publiccodeYmlVersion"] == "0.7"
    assert urlsplit(told["url"]).scheme == "https"
    assert told["softwareVersion"] == __version__
    date.fromisoformat(told["releaseDate"])
    assert told["developmentStatus"] in ("concept", "development", "beta", "stable", "obsolete")
    assert told["softwareType"] == "standalone/desktop"
    assert {"nl", "en"} <= set(told["description"])
    for language in told["description"].values():
        assert len(language["shortDescription"]) <= 150
        assert 150 <= len(language["longDescription"]) <= 10_000
        assert language["features"]
    assert told["legal"]["license"] == "EUPL-1.2"
    assert told["maintenance"]["type"] == "community" and told["maintenance"]["contacts"]
    assert isinstance(told["localisation"]["localisationReady"], bool)
    assert told["localisation"]["availableLanguages"]
    assert told["platforms"] and told["categories"]


def test_every_file_has_a_licence_that_a_machine_reads(repository: Path) -> None:
    [rule] = tomllib.loads((repository / "REUSE.toml").read_text("utf-8"))["annotations"]
    assert rule["path"] == "**"
    text = repository / "LICENSES" / f"{rule['SPDX-License-Identifier']}.txt"
    assert text.read_bytes() == (repository / "LICENSE").read_bytes()
