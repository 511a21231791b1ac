"""The face for browsers: pages, the websocket, runs and conversations."""
