from __future__ import annotations

import re

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
    assert script_bundle.parts("a/main.js", MODULES) == ["a/tables.js", "a/parts/counter.js", "a/parts/twice.js"]
    text = script_bundle.join("a/main.js", MODULES)
    assert text.index("let start = tables.start") < text.index("let twice")


def test_a_module_that_is_imported_as_a_whole_is_a_constant() -> None:
    text = script_bundle.join("a/main.js", MODULES)
    assert "import " not in text
    assert text.startswith("export let { twice, Counter, start } = (() => {\nlet tables = {};")
    assert text.endswith("return { twice, Counter, start };\n})();\n")
    assert "export " not in text[text.index("(() =>") :]
    with pytest.raises(ValueError, match=r"^a/main\.js: can't join a module under another name, 'other'"):
        script_bundle.join("a/main.js", {**MODULES, "a/main.js": 'import other from "./tables.js";\n'})


def test_what_a_module_imports_while_it_runs_is_a_function_in_it() -> None:
    worker = """import tables from "./tables.js";

async function run() {
  tables.factor = 2;
  return await import("./main.js");
}
"""
    modules = {**MODULES, "a/worker.js": worker}
    text = script_bundle.join("a/worker.js", modules)
    assert script_bundle.parts("a/worker.js", modules) == [
        "a/tables.js",
        "a/parts/counter.js",
        "a/parts/twice.js",
        "a/main.js",
    ]
    assert "import" not in text
    assert "export" not in text
    assert text.count("let tables = {};") == 1
    assert text.index("tables.factor = 2") < text.index("return (() => {") < text.index("let start = tables.start")


def test_listed_fields_get_short_names() -> None:
    modules = {"a/main.js": "const used = { size, usedUp: 1 }; // used\nconsole.log(used.usedUp, `${size.size}`);\n"}
    text = script_bundle.join("a/main.js", modules, ["size", "usedUp"])
    assert "let used = { A, B: 1 };" in text
    assert "console.log(used.B, `${A.A}`);" in text


def test_more_fields_than_capitals_get_names_of_two_characters() -> None:
    fields = [*(f"field{number}" for number in range(26)), "last"]
    uses = "".join(f"f(x.{field}, y.{field});\n" for field in fields[:-1])
    text = script_bundle.join("a/main.js", {"a/main.js": f"{uses}f(x.last);\n"}, fields)
    assert "f(x.$a);" in text, "those that are used most get the shortest"


def test_a_number_stands_in_place_of_its_constant() -> None:
    modules = {
        "a/main.js": 'import { MOST, WORD } from "./constants.js";\nexport const cut = (x) => x.slice(MOST, WORD);\n',
        "a/constants.js": "export const [\n  WORD,\n] = [\n  ...values,\n];\n"
        "\nexport const [\n  // why: MOST\n  LEAST, MOST,\n] = tables.numbers;\n",
    }
    text = script_bundle.join("a/main.js", modules, constants={"LEAST": -1, "MOST": 40})
    assert re.sub(r"\s", "", text) == "(()=>{let[WORD,]=[...values,];letcut=(x)=>x.slice(40,WORD);})();"


def test_so_it_does_where_a_module_declares_it_by_itself() -> None:
    modules = {
        "a/main.js": 'import { BLOCK } from "./parts.js";\nconst MOST = 10_000; // why\n'
        "const [LEAST] = [1];\nexport const cut = (x) => x.slice(LEAST, at + BLOCK > MOST);\n",
        "a/parts.js": "export const BLOCK = 1 << 4;\n",
    }
    text = script_bundle.join("a/main.js", modules)
    assert re.sub(r"\s", "", text) == "(()=>{let[LEAST]=[1];letcut=(x)=>x.slice(LEAST,at+16>10000);})();"


def test_functions_are_arrow_functions_before_the_statements_that_may_call_them() -> None:
    module = """const first = outer(1);

function outer(value) {
  const twice = inner(2);
  return twice + value;

  async function inner(factor) {
    return { factor };
  }
}

function* numbers() {
  yield 1;
}
"""
    text = script_bundle.join("a/main.js", {"a/main.js": module})
    assert (
        text
        == """(() => {
let outer = (value) => {
  let inner = async (factor) => {
    return { factor };
  };
  let twice = inner(2);
  return twice + value;

};
let first = outer(1);


function* numbers() {
  yield 1;
}

})();
"""
    )


OTHER_FORMS = ('import * as all from "./x.js";', 'import "./x.js";', "export let a;")


@pytest.mark.parametrize("line", OTHER_FORMS)
def test_another_form_of_import_or_export_is_refused_by_name(line: str) -> None:
    with pytest.raises(ValueError, match=r"^a/main\.js: can't join"):
        script_bundle.join("a/main.js", {"a/main.js": f"{line}\n"})
