"""What may not be shown of what a provider sends: our keys, in messages and in answers."""
