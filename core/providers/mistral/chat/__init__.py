"""Chat over `POST /chat/completions`: https://docs.mistral.ai/api/endpoint/chat."""
