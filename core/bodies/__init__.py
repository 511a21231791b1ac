"""The shapes of what clients send, and the one way from them to the values of the contract."""
