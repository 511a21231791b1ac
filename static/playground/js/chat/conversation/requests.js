// Conversations that the server keeps.

/** {conversation} or {error}: an envelope's error, code 0 where nothing answered. */
export async function readConversation(id) {
  return asked(`/conversations/${id}/`, {}, (conversation) => ({ conversation }));
}

/** A new conversation that holds everything up to this message: {id} or {error}. */
export async function forkConversation(id, message, csrf) {
  const headers = { "X-CSRFToken": csrf, "Content-Type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify({ message }) };
  return asked(`/conversations/${id}/fork`, request, ({ id: fork }) => ({ id: fork }));
}

async function asked(url, request, read) {
  try {
    const answer = await fetch(url, { ...request, headers: { Accept: "application/json", ...request.headers } });
    const body = await answer.json();
    return answer.ok ? read(body) : { error: body.error ?? { code: answer.status } };
  } catch {
    return { error: { code: 0, message: "" } };
  }
}
