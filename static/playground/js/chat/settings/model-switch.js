// Changes the model of the page: all that depends on it comes from the server as HTML. Loaded with the first change.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";

const pages = new Map();
/** Values of controls by name, of models that did not have them too. */
const kept = {};

/** The server's HTML of all that depends on a model, parsed; rejects where it cannot be had. */
export function modelPage(slug) {
  if (!pages.has(slug)) {
    pages.set(slug, readPage(slug));
  }
  return pages.get(slug);
}

async function readPage(slug) {
  try {
    const response = await fetch(`/chat/${slug}`);
    if (!response.ok) {
      throw new Error(response.status);
    }
    return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch (error) {
    pages.delete(slug);
    throw error;
  }
}

/**
 * Shows the model that the settings have chosen: title, address, price, notices, tabs, settings. What was entered stays.
 * Rejects where it cannot be had; without effect where another was chosen meanwhile. Event of the settings: "model-change"
 * {slug, address, ready, accepts}.
 */
export async function showModel(studio, settings) {
  const { model: slug } = settings;
  const composer = studio.querySelector("chat-composer");
  composer.busy = true;
  try {
    const page = await modelPage(slug);
    if (settings.model === slug) {
      changePage(page, studio, settings, composer);
    }
  } finally {
    composer.busy = false;
  }
}

function changePage(page, studio, settings, composer) {
  const facts = JSON.parse(page.getElementById("chat-facts").textContent);
  replaceParts(page);
  settings.dataset.model = composer.model = facts.slug;
  showAddress(studio, facts.address);
  settings.dispatchEvent(new CustomEvent("model-change", { bubbles: true, detail: facts }));
  announce(message("model-changed", { name: page.querySelector("h1").textContent }));
}

function replaceParts(page) {
  const focused = document.activeElement?.id;
  document.title = page.title;
  for (const part of document.querySelectorAll("[data-of-model]")) {
    const next = document.importNode(page.querySelector(`[data-of-model="${part.dataset.ofModel}"]`), true);
    keepValues(part, next);
    part.replaceWith(next);
  }
  focused && document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Gives the controls what was entered, where the model has such a choice. */
function keepValues(before, after) {
  for (const control of before.querySelectorAll("[name]")) {
    if (control.options?.length !== 0) {
      kept[control.name] = control.type === "checkbox" ? control.checked : control.value;
    }
  }
  for (const control of after.querySelectorAll("[name]")) {
    const value = kept[control.name];
    if (control.type === "checkbox") {
      control.checked = value;
    } else if (!control.options || [...control.options].some((option) => option.value === value)) {
      control.value = value;
    }
  }
}

/** A reload opens the model with the same conversation. */
function showAddress(studio, path) {
  const address = new URL(path, location.href);
  const conversation = new URLSearchParams(location.search).get("conversation");
  conversation && address.searchParams.set("conversation", conversation);
  history.replaceState({}, "", address);
  studio.querySelector("[data-role=new]").href = path;
}
