"""Conversations that the server keeps: begun and gone on with by runs, read, copied and searched by pages."""
