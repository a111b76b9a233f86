// Copy buttons: the exact text of the element that `data-copy` names, or else of the box around it, goes to the clipboard.

export function enableCopyButtons(root) {
  for (const button of root.querySelectorAll(".fc-copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copyFrom(button));
  }
}

async function copyFrom(button) {
  const label = button.firstChild;
  const done = await writeToClipboard(textOf(button));
  label.data = done ? "Copied" : "Press Ctrl+C";
  button.toggleAttribute("data-done", done);
  setTimeout(() => {
    label.data = "Copy";
    button.toggleAttribute("data-done", false);
  }, 2000);
}

const textOf = (button) => (button.dataset.copy ? document.getElementById(button.dataset.copy) : button.closest(".fc-box").querySelector("code"));

async function writeToClipboard(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    // Browsers close the clipboard to pages over plain http, such as those of a private site. Select the text, so that
    // one keystroke is left if the old command is refused too.
    const selection = getSelection();
    selection.selectAllChildren(element);
    return document.execCommand("copy");
  }
}
