"""Worker processes from the server's side: processes, jobs, their scheduling."""
