"""Chat over `generateContent` and `streamGenerateContent`."""
