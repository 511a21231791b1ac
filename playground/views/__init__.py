"""HTTP views of the playground: pages, JSON, files."""
