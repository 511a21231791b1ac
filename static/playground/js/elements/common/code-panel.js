// Code samples for the request that the playground tab has as its draft.

import { readDraft } from "../../page/drafts.js";
import "./code-sample.js";

class CodePanel extends HTMLElement {
  async connectedCallback() {
    const model = this.getAttribute("model");
    const params = readDraft(model);
    const task = params?.task ?? this.getAttribute("task");
    if (!params || (task === "speech" && !params.input)) {
      return;
    }
    const response = await fetch(this.dataset.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.dataset.csrf },
      body: JSON.stringify({ model, task, params }),
    });
    if (response.ok) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      this.querySelector("[data-role=samples]").replaceChildren(...page.body.childNodes);
    }
  }
}

customElements.define("code-panel", CodePanel);
