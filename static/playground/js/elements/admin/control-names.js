/** Names for controls and cells that Django's admin leaves without one; again for each row that is added. */

const text = (element) => element?.textContent.replace(/[:：]\s*$/, "").trim();

function columnOf(control) {
  const field = [...(control.closest("td")?.classList ?? [])].find((name) => name.startsWith("field-"));
  return field && text(control.closest("table").querySelector(`th.${field.replace("field-", "column-")}`));
}

function nameOf(control) {
  return text(document.querySelector(`label[for="${CSS.escape(control.id)}"]`)) || columnOf(control);
}

/** A box with a search: what is seen stands beside the select that has the label. */
function nameSearches() {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const seen = select.nextElementSibling?.querySelectorAll("[role=combobox], [role=textbox]") ?? [];
    for (const each of seen) each.setAttribute("aria-label", nameOf(select) ?? select.name);
  }
}

/** A date and a time share a legend, and each has its word before it. */
function nameTimes() {
  for (const input of document.querySelectorAll(".datetime input:not([aria-label])")) {
    const legend = text(input.closest("fieldset.flex-container, fieldset")?.querySelector("legend"));
    const word = input.previousSibling?.textContent.replace(/[:：]\s*$/, "").trim();
    input.setAttribute("aria-label", [legend || columnOf(input), word].filter(Boolean).join(", "));
  }
}

function name() {
  nameSearches();
  nameTimes();
  for (const icon of document.querySelectorAll(".help-tooltip[aria-label]")) icon.setAttribute("role", "img");
  for (const head of document.querySelectorAll("thead th:empty")) {
    const cell = document.createElement("td");
    cell.className = head.className;
    cell.colSpan = head.colSpan;
    head.replaceWith(cell);
  }
}

name();
// boxes with a search are made later, and with every row that is added
new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
