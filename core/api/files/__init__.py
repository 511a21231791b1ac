"""Files in request bodies: received into temporary files, checked, deleted when the response has ended."""
