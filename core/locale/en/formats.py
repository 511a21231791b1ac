"""English date formats of equal width, for columns of tables: Django's own have both 6 p.m. and 5:59 p.m."""

SHORT_DATETIME_FORMAT = "M j, Y, H:i"
DATETIME_FORMAT = "M j, Y, H:i"
SHORT_DATE_FORMAT = "M j, Y"
DATE_FORMAT = "M j, Y"
MONTH_DAY_FORMAT = "M j"
