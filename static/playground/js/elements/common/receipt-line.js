// One line under a result: times, units, cost, model and provider. While a run goes on, what became of a failed attempt.

class ReceiptLine extends HTMLElement {
  /**
   * Ready strings for first, total, units, converted, cost, model, provider, and live, what became of a failed attempt; `url`
   * is that of the run's page, `route` draws the attempts into the closed list.
   */
  show(receipt) {
    this.clear();
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
    receipt.route?.(this.querySelector("details"));
  }

  clear() {
    this.firstElementChild.hidden = this.querySelector("details").hidden = true;
  }
}

customElements.define("receipt-line", ReceiptLine);
