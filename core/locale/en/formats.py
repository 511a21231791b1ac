"""English dates as one column of a table wants them: Django's own write 6 p.m. beside 5:59 p.m."""

SHORT_DATETIME_FORMAT = "M j, Y, H:i"
DATETIME_FORMAT = "M j, Y, H:i"
