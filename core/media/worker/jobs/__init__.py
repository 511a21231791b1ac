"""One module for each job a worker can run; `run` is the job."""
