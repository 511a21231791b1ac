"""HTTP itself: the application, its middleware, reading requests, sending whole and streamed responses."""
