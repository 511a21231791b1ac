"""Stored conversations: started and continued by runs, read, copied and searched by pages."""
