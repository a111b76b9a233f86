"""A card whose every text tries to get out of its page, with evidence that does the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from fixcards.records import loader
from fixcards.records.card import Card
from fixcards.records.evidence import Evidence, evidence_text, files_digest, lock_digest, run_digest
from fixcards.records.verdict import executable_fixes

LONG = "L" * 10_000
WIDE = "w" * 100
"""The longest name of a package."""
HIDDEN = "left \u202e thgir \u2066 first \u2069 zero\u200bwidth \u3164 filler \U000e0041 tag \x9b2J \x1b[2J a\ufe0f"
"""Characters that a card may not have."""
RUN = "window.ran=1"
"""What every script in the texts does; the tests look at `window.ran`."""

SHORT = f'"><script>{RUN}</script>{{{{ 7*7 }}}}{{% raw %}} &amp; `x`'
"""At most 100 characters, for titles."""

LINE = (
    f"'\"--></title></textarea></script><script>{RUN}</script><img src=x onerror={RUN}>"
    f"<iframe srcdoc='<script>top.{RUN}</script>'></iframe><svg onload={RUN}> {{{{ cycler.__init__.__globals__ }}}} "
    f"{{% include 'card.html' %}} {{# hidden #}} ${{{RUN}}} &lt;b&gt; &#60;i&#62; ``` ` `` \\"
)
"""One line with a bit of everything."""

PROSE = f"""{LINE}

[javascript](javascript:{RUN}) [upper](JaVaScRiPt:{RUN}) [tab](java&#9;script:{RUN})
[data](data:text/html,<script>{RUN}</script>)
[vbscript](vbscript:{RUN}) [file](file:///etc/passwd) [relative](../../) [angle](<javascript:{RUN}>) <javascript:{RUN}>
[entity](&#106;avascript:{RUN}) [quote](https://example.org/"onmouseover="{RUN}) ![image](https://example.org/pixel.png)
[good](https://example.org/?a=1&b=2 "a title"onmouseover="{RUN}")

- item <script>{RUN}</script>

```html"onmouseover="{RUN}
</code></pre><script>{RUN}</script>
```

~~~ python
print("</code></pre><script>{RUN}</script>")
~~~

# no heading

<div onclick="{RUN}">block</div>

| a | b |
|---|---|
| <b> | c |

{LINE}
"""

ALIAS = "hostile.OutError: the text has left its page"
"""Wording by which the search finds the card."""

CODE = f'import hostile\nprint("""</code></pre><script>{RUN}</script>{{{{ 7*7 }}}}""")\n# {LINE}\n'


def card(number: int = 1) -> dict[str, Any]:
    """Return a record with markup in every text."""
    return {
        "package": "hostile",
        "issue": f"https://example.org/hostile/a&b;c=(d)/?x=%3Cscript%3E&id={number}",
        "pr": "https://example.org/hostile/pull/2?&lt;b&gt;=%22#(javascript:x)",
        "title": SHORT,
        "category": "crash",
        "symptom": PROSE,
        "trigger": PROSE,
        "mechanism": PROSE,
        "impact": PROSE,
        "versions": {"affected": "<=1.0", "fixed": "1.1", "with": {"other": "<2"}},
        "signature": {
            "error": LINE,
            "exception": LINE,
            "traceback": f"Traceback (most recent call last):\n{LINE}\n",
            "frames": [f"hostile/{'deep/' * 40}module.py:function"],
            "aliases": [LINE, ALIAS],
        },
        "reproduction": {
            "requires": ["hostile=={version}", "other==1.0; python_version < '99' and platform_system != '<script>'"],
            "exclude_newer": "2025-01-01",
            "code": CODE,
            "files": {f"&lt;img src=x onerror={RUN}&gt;.txt": LINE, "{{ 7+7 }}.py": CODE},
        },
        "fixes": [
            {
                "title": SHORT,
                "kind": kind,
                "body": PROSE,
                "why": PROSE,
                "use_when": PROSE,
                "avoid_when": PROSE,
                **more,
            }
            for kind, more in (
                ("upgrade", {}),
                ("pin", {"requires": ["hostile==0.9; platform_system != '<script>'", "other==1.0"]}),
                ("code-change", {"code": CODE}),
            )
        ],
        "verify": PROSE,
        "prevention": [LINE, PROSE],
        "discussion": [{"point": LINE, "url": "https://example.org/3?&quot;", "quote": LINE[:200]}],
        "status": {"state": "disputed", "reason": LINE},
    }


def long_card(number: int = 2) -> dict[str, Any]:
    """Return a record with lines too long for any screen."""
    fix = {"title": "W" * 120, "kind": "code-change", "body": f"`{LONG}`", "avoid_when": f"- {LONG[:2000]}"}
    return {
        "package": WIDE,
        "issue": f"https://example.org/{WIDE}/{'i' * 500}/{number}",
        "title": f"{'T' * 88} fails here",
        "category": "hang",
        "symptom": LONG,
        "trigger": f"```python\nx = '{LONG[:4000]}'\n```",
        "mechanism": f"[{'m' * 500}](https://example.org/{'m' * 500})",
        "versions": {"affected": "<=1.0", "python": ">=3.10," + ",".join(f"!=3.10.{at}" for at in range(28))},
        "signature": {"error": "E" * 1000, "aliases": ["A" * 3000], "traceback": "Traceback\n" + LONG},
        "reproduction": {
            "exclude_newer": "2025-01-01",
            "code": f"import {WIDE}\nx = '{LONG}'",
            "files": {"f" * 200: "x"},
        },
        "fixes": [{**fix, "code": f"x = '{LONG[:5000]}'"}],
        "prevention": ["P" * 3000],
        "discussion": [{"point": "D" * 1000, "url": "https://example.org/" + "d" * 1000, "quote": "Q" * 200}],
    }


def evidence(root: Path, card_id: str) -> str:
    """Return the text of evidence for the card that lies below `root`."""
    card = loader.load(root).cards[card_id]
    releases_of_fixes = {1: "1.1", 2: "0.9"} if card.package == "hostile" else {}
    distributions = {f"{card.package}=={version}": files_digest([]) for version in ("1.0", *releases_of_fixes.values())}
    distributions["other==1.0"] = files_digest([])

    def installed(version: str) -> dict[str, Any]:
        packages = {card.package: version, "other": "1.0"}
        return {"release": version, "packages": packages, "lock_digest": lock_digest(packages, distributions)}

    markup = PROSE[:1500].replace(LINE, "")
    printed = {"exit": 1, "matched": card.signature.error, "output": f"{card.signature.error}\n{LINE}\n{LONG[:1500]}\n"}
    roles: tuple[tuple[str, int | None, str, dict[str, Any]], ...] = (
        ("broken", None, "failed-as-described", {**installed("1.0"), **printed, "frames": card.signature.frames}),
        *(
            ("fix", number, "passed", {**installed(releases_of_fixes.get(number, "1.0")), "exit": 0, "output": markup})
            for number in numbers(card)
        ),
        ("latest", None, "could-not-run", {}),
        ("stub", None, "failed-otherwise", {**installed("1.0"), "exit": 1, "output": LINE}),
    )
    runs = [
        {
            "role": role,
            "fix": fix,
            "python": "3.12.1",
            "outcome": outcome,
            "reason": LINE,
            "seconds": 1e5,
            "repetitions": [outcome],
            "date": "2026-01-01",
            **more,
        }
        for role, fix, outcome, more in roles
    ]
    releases = [{"version": f"1.{at}", "state": "not-testable", "reason": LINE} for at in range(60)]
    used = {f"{name}=={version}" for run in runs for name, version in run.get("packages", {}).items()}
    distributions = {name: digest for name, digest in distributions.items() if name in used}
    data = {
        "card": card_id,
        "digest": run_digest(card),
        "provenance": {"runner": "ci", "url": "https://example.org/runs/1?&lt;b&gt;=%22onmouseover"},
        "platform": "linux-x86_64",
        "isolation": "bubblewrap",
        "tools": {SHORT[:40]: LINE[:200]},
        "limits": {SHORT[:40]: 1},
        "notes": [LINE],
        "runs": runs,
        "releases": releases,
        "distributions": distributions,
    }
    return evidence_text(Evidence.model_validate_json(json.dumps(data)))


def numbers(card: Card) -> list[int]:
    """Return the numbers of the fixes that can be executed."""
    return [number for number, _ in executable_fixes(card)]


def write(root: Path) -> None:
    """Write the library with both cards and their evidence below `root`."""
    for number, record in ((1, card()), (2, long_card())):
        path = root / record["package"] / f"{number}.yaml"
        path.parent.mkdir(parents=True)
        text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100_000)
        path.write_text(f"# yaml-language-server: $schema=../card.schema.json\n{text}", encoding="utf-8")
        proof = evidence(root, f"{record['package']}-{number}")
        path.with_suffix(".evidence.json").write_text(proof, encoding="utf-8")
