from __future__ import annotations

import pytest

from fixcards.mkdocs_plugin import script_bundle

MODULES = {
    "a/main.js": """// why
export { twice } from "./parts/twice.js";
export { Counter, start } from "./parts/counter.js";
""",
    "a/parts/twice.js": """import tables from "../tables.js";
import { start } from "./counter.js";

export const twice = (value) => value * tables.factor + start;
""",
    "a/parts/counter.js": """import tables from "../tables.js";

export const start = tables.start;
export class Counter {}
export async function later() {}
""",
    "a/tables.js": "export default {};",
}


def test_a_module_stands_after_those_that_it_takes_names_from() -> None:
    assert script_bundle.parts("a/main.js", MODULES) == ["a/parts/counter.js", "a/parts/twice.js"]
    text = script_bundle.join("a/main.js", MODULES)
    assert text.index("const start = tables.start") < text.index("const twice")


def test_a_module_that_is_imported_as_a_whole_stays_one_of_its_own() -> None:
    text = script_bundle.join("a/main.js", MODULES)
    assert text.count("import ") == 1
    assert text.startswith('import tables from "./tables.js";\nexport const { twice, Counter, start } = (() => {\n')
    assert text.endswith("return { twice, Counter, start };\n})();\n")
    assert "export " not in text[text.index("(() =>") :]


OTHER_FORMS = ('import * as all from "./x.js";', "export default 1;", 'import "./x.js";', "export let a;")


@pytest.mark.parametrize("line", OTHER_FORMS)
def test_another_form_of_import_or_export_is_refused_by_name(line: str) -> None:
    with pytest.raises(ValueError, match=r"^a/main\.js: can't join"):
        script_bundle.join("a/main.js", {"a/main.js": f"{line}\n"})
