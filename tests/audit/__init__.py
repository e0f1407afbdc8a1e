"""What can be measured of every kind of page, in one table: ``make audit``."""
