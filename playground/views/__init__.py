"""What the stage answers over HTTP."""
