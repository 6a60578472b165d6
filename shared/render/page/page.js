// Copying text is a convenience: without this script, or without the clipboard, the buttons stay hidden and nothing is missing.
"use strict";

if (navigator.clipboard) {
  const said = document.getElementById("said");
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const words = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy).textContent;
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not allowed: please select the text";
      }
      said.textContent = button.textContent;
      setTimeout(() => {
        button.textContent = words;
        said.textContent = "";
      }, 3000);
    });
  }
}
