// The page's address names the conversation, so that it can be kept and gone back to.

export function namedConversation() {
  return new URLSearchParams(location.search).get("conversation");
}

export function nameConversation(id, replace) {
  const address = new URL(location.href);
  if (address.searchParams.get("conversation") !== id) {
    id ? address.searchParams.set("conversation", id) : address.searchParams.delete("conversation");
    history[replace ? "replaceState" : "pushState"]({}, "", address);
  }
}
