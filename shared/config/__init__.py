"""Settings and watchlist: environment and file become frozen values."""
