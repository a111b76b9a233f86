// What the search decides about a text, as Python's tests have it.

export const sorted = (map) => Object.fromEntries([...map].sort());

const versionsOf = ({ versions }) => sorted(Object.entries(versions));

export const decided = (matches, environment) => ({
  matches: matches.map((each) => {
    const { entry, tier, score, reasons, line, text, marks, fixes, warning } = each;
    return { id: entry.id, tier, score, reasons, line, text, marks, versions: versionsOf(each), fixes, warning };
  }),
  environment: environment.map((each) => ({ id: each.entry.id, versions: versionsOf(each), fixes: each.fixes })),
});
