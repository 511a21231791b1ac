// "?" shows the shortcuts, "/" goes to the page's search.

class ShortcutSheet extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) {
        return;
      }
      if (event.key === "?") {
        this.firstElementChild.showModal();
      } else if (event.key === "/") {
        event.preventDefault();
        document.querySelector("main [type=search]")?.focus();
      }
    });
  }
}

customElements.define("shortcut-sheet", ShortcutSheet);
