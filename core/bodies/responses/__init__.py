"""OpenAI's Responses API, translated to a chat request and from the events of a chat."""
