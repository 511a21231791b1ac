// "?" shows the shortcuts, "/" goes to the page's search, Ctrl-K and Cmd-K open the switcher.

const openSwitcher = () => import("../../page/switcher.js").then(({ open }) => open());

class ShortcutSheet extends HTMLElement {
  connectedCallback() {
    document.querySelector("[data-role=switch]")?.addEventListener("click", openSwitcher);
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey) {
        if (event.key === "k") {
          event.preventDefault();
          openSwitcher();
        }
      } else if (event.altKey || event.target.closest("input, textarea, select")) {
        return;
      } else if (event.key === "?") {
        this.firstElementChild.showModal();
      } else if (event.key === "/") {
        event.preventDefault();
        document.querySelector("main [type=search]")?.focus();
      }
    });
  }
}

customElements.define("shortcut-sheet", ShortcutSheet);
