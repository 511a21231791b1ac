"""Upper bounds of what a request uses before it is sent, guesses afterwards where a provider reports less."""
