"""SARIF 2.1.0, as code hosts and editors read it: a rule for each card, a result at the package's line of the lock.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from fixcards import __version__
from fixcards.audit.auditor import AuditReport, Exposure
from fixcards.characters import visible
from fixcards.cli.audit_formats.interface import HEADINGS, each, fix, message
from fixcards.cli.web_path import web_path

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


class SarifFormat:
    """For code scanning. A known failure is no vulnerability: no rule has the tag `security`."""

    name = "sarif"

    def text(self, reports: Sequence[AuditReport]) -> str:
        """Return the log with one run."""
        pairs = list(each(reports))
        rules = {exposure.id: _rule(exposure) for _, exposure in pairs}
        indexes = {rule_id: number for number, rule_id in enumerate(rules)}
        driver = {"name": "fixcards", "version": __version__, "rules": list(rules.values())}
        results = [_result(report, exposure, indexes[exposure.id]) for report, exposure in pairs]
        log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
        return json.dumps(log, indent=2) + "\n"


def _rule(exposure: Exposure) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": exposure.id,
        "shortDescription": {"text": visible(exposure.match.entry.title)},
        "help": {"text": f"Fix: {fix(exposure) or 'see the card'}. {visible(exposure.url)}"},
        "defaultConfiguration": {"level": _level(exposure)},
        "properties": {"tags": ["known-failure", HEADINGS[exposure.moment]]},
    }
    if exposure.url.startswith(("https://", "http://")):
        rule["helpUri"] = visible(exposure.url)
    return rule


def _level(exposure: Exposure) -> str:
    return "warning" if exposure.at_start else "note"


def _result(report: AuditReport, exposure: Exposure, index: int) -> dict[str, Any]:
    package = exposure.match.entry.package
    name = {"name": package, "fullyQualifiedName": _fully_qualified(exposure), "kind": "package"}
    location: dict[str, Any] = {"logicalLocations": [name]}
    if report.audited.path:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": web_path(report.audited.path)},
            "region": {"startLine": exposure.line or 1},
        }
    key = f"{exposure.id}\n{web_path(report.audited.path)}"
    return {
        "ruleId": exposure.id,
        "ruleIndex": index,
        "level": _level(exposure),
        "message": {"text": message(exposure)},
        "locations": [location],
        "partialFingerprints": {"cardAndLock/v1": hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()},
    }


def _fully_qualified(exposure: Exposure) -> str:
    package = exposure.match.entry.package
    return f"{package}=={exposure.match.versions.get(package, '')}"
