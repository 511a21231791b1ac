// Unsent input of a model's page, stored for this browser tab, so that a reload or another tab of the page has it.

const key = (model) => `draft:${model}`;

/** The API body without its model, or null. */
export function readDraft(model) {
  try {
    return JSON.parse(sessionStorage.getItem(key(model)));
  } catch {
    return null;
  }
}

export function writeDraft(model, params) {
  try {
    sessionStorage.setItem(key(model), JSON.stringify(params));
  } catch {
    // storage is disabled or full: the draft is lost with the page
  }
}
