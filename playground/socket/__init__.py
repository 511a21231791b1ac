"""The playground's websocket: who may open it, its frames, the runs it follows."""
