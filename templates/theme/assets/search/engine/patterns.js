// What builder/fixcards/matching/parse/patterns.py has for more than one module.

import { table } from "./table.js";

export const [EXCEPTION, EXCEPTION_CLASS, DOTTED] = table("patterns");
