// The tools beside the title of a card that take a script: its address and its Markdown onto the clipboard.

const CONFIRMED = 2000; // milliseconds for which a button says that it has worked

export function enableSharing(tools) {
  const address = document.querySelector("link[rel=canonical]")?.href ?? location.origin + location.pathname;
  for (const button of tools.querySelectorAll("button")) {
    const name = button.dataset.copyFile;
    const text = () => (name ? fetch(new URL(name, document.baseURI)).then(read) : Promise.resolve(address));
    button.addEventListener("click", () => copy(button, text));
    button.hidden = false;
  }
}

async function copy(button, text) {
  const label = button.textContent;
  button.textContent = await toClipboard(text()).then(() => "Copied", () => "Could not be copied");
  setTimeout(() => {
    button.textContent = label;
  }, CONFIRMED);
}

async function toClipboard(promised) {
  if (navigator.clipboard?.write && globalThis.ClipboardItem) {
    // Some browsers allow this only right after the click, so the clipboard itself waits for the text.
    const blob = promised.then((text) => new Blob([text], { type: "text/plain" }));
    blob.catch(() => {}); // where it fails, the write does too, and that is what the button tells
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  }
  return selectAndCopy(await promised);
}

// Browsers close the clipboard to pages over plain http, such as those of a private site.
function selectAndCopy(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("refused");
}

function read(answer) {
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}
