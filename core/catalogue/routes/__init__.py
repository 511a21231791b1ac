"""From a request and its model to a route: a module per task, and the parts they share."""
