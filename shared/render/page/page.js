// Copy buttons. Without this script or the clipboard they stay hidden; the page works without them.
// A field with a value is emptied when its page is left, so that "back" shows it no more.
"use strict";

if (navigator.clipboard) {
  const status = document.getElementById("copied");
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.value ?? source.textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Copying is not allowed. Select the text instead.";
      }
      status.textContent = button.textContent;
      setTimeout(() => {
        button.textContent = label;
        status.textContent = "";
      }, 3000);
    });
  }
}

addEventListener("pagehide", () => {
  for (const field of document.querySelectorAll("[data-forget], input[type=password]")) {
    field.value = field.defaultValue = "";
  }
});
