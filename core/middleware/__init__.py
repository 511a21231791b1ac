"""What Django does with every request and answer of the pages."""
