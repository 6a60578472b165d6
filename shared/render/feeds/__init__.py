"""Documents for programs: JSON, CSV, calendar, metrics, log."""
