// The program that a reader installs packages with: the one whose line he chose last, on any page.

const STORED = "fixcards-program";
const COMMANDS = { pip: "pip install ", uv: "uv add ", poetry: "poetry add " };

// A browser may keep nothing for a site, and says so with an exception.
export function storedProgram(value) {
  try {
    if (value) localStorage.setItem(STORED, value);
    return localStorage.getItem(STORED);
  } catch {
    return value;
  }
}

// In double quotes, which every shell knows, where nothing in it acts; as in ecosystems/pypi.py.
const shellWord = (text) => (/["$`\\!%]/.test(text) ? `'${text.replaceAll("'", "'\"'\"'")}'` : `"${text}"`);

// The line that installs some requirements with the reader's program.
export function installLine(requirements) {
  const program = storedProgram();
  if (program === "requirements.txt") return requirements.join("\n");
  return (COMMANDS[program] ?? COMMANDS.pip) + requirements.map(shellWord).join(" ");
}
