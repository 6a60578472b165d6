// Copy buttons. Without this script or the clipboard they stay hidden; the page works without them.
"use strict";

if (navigator.clipboard) {
  const status = document.getElementById("copied");
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy).textContent;
      try {
        await navigator.clipboard.writeText(text);
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
