"""The routing fields of a body, in the spellings of orq.ai and OpenRouter, and the rules they make."""
