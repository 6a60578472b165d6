"""One outside service a file; each translates that service's errors into its port's own."""
