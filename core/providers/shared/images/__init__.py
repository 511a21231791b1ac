"""Images of requests and answers, on their way between callers and providers."""
