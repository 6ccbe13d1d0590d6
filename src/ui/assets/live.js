// What the pages do beyond htmx: ask before something that cannot be taken back, copy, and keep still while nobody looks.
// Every page can be read without it.

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const before = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => {
    button.textContent = before;
  }, 1_500);
});

// Nothing is fetched for a page that nobody sees, nor swapped away under an open detail, a marked text or a focused field.
document.addEventListener("htmx:beforeRequest", (event) => {
  const live = event.target.closest(".live");
  if (!live || event.detail.requestConfig.triggeringEvent?.type === "submit") return;
  const busy =
    live.contains(document.activeElement) ||
    String(window.getSelection()) !== "" ||
    live.querySelector("details[open]");
  if (document.hidden || busy) event.preventDefault();
});
