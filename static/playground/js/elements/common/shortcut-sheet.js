// "?" shows the shortcuts, "/" searches, Ctrl-K opens the switcher.

const openSwitcher = () => import("../../page/switcher.js").then(({ open }) => open());

class ShortcutSheet extends HTMLElement {
  connectedCallback() {
    document.querySelector("[data-role=switch]")?.addEventListener("click", openSwitcher);
    document.addEventListener("keydown", (event) => {
      const command = event.ctrlKey || event.metaKey;
      if (command || event.altKey || event.target.closest("input, textarea, select")) {
        command && event.key === "k" && (event.preventDefault(), openSwitcher());
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
