// One line under a result: times, units, cost, model and provider.

class ReceiptLine extends HTMLElement {
  /** Ready strings for first, total, units, converted, cost, model, provider; `url` is that of the run's page. */
  show(receipt) {
    this.firstElementChild.hidden = false;
    for (const part of this.querySelectorAll("[data-part]")) {
      const value = receipt[part.dataset.part] ?? "";
      part.hidden = value === "";
      const field = part.querySelector("[data-field]");
      if (field) {
        field.textContent = value;
      } else if (value) {
        part.href = value;
      }
    }
  }

  clear() {
    this.firstElementChild.hidden = true;
  }
}

customElements.define("receipt-line", ReceiptLine);
