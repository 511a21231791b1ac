// The conversation's id in the page's address, for bookmarks and for the browser's back button.

/** Opens the model and the conversation of the address whenever the browser goes back or forward. */
export function followAddress(studio) {
  addEventListener("popstate", async () => {
    await studio.querySelector("chat-settings").choose(decodeURI(location.pathname).replace("/models/", ""));
    const id = new URLSearchParams(location.search).get("conversation");
    const type = id ? "conversation-open" : "conversation-new";
    studio.dispatchEvent(new CustomEvent(type, { detail: { id, back: true } }));
  });
}

export function setAddress(id, replace) {
  const address = new URL(location.href);
  if (address.searchParams.get("conversation") !== id) {
    id ? address.searchParams.set("conversation", id) : address.searchParams.delete("conversation");
    history[replace ? "replaceState" : "pushState"]({}, "", address);
  }
}
