"""Files in request bodies: in base64, as data URLs and in forms."""
