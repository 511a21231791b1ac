"""Images over `POST /images/generations`, `/images/edits` and `/images/variations`, or over chat."""
