"""OpenAI's Responses API, for chats that are offered its tool `image_generation`."""
