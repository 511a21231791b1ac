// Requests for conversations stored on the server.

/** {conversation}, or {error}: {code, message} of the server, code 0 where there was no response. */
export async function readConversation(id) {
  return requestJson(`/conversations/${id}/`, {}, (conversation) => ({ conversation }));
}

/** Creates a conversation with everything up to this message: {id} or {error}. */
export async function forkConversation(id, message, csrf) {
  const headers = { "X-CSRFToken": csrf, "Content-Type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify({ message }) };
  return requestJson(`/conversations/${id}/fork`, request, ({ id: fork }) => ({ id: fork }));
}

async function requestJson(url, request, read) {
  try {
    const response = await fetch(url, { ...request, headers: { Accept: "application/json", ...request.headers } });
    const body = await response.json();
    return response.ok ? read(body) : { error: body.error ?? { code: response.status } };
  } catch {
    return { error: { code: 0, message: "" } };
  }
}
