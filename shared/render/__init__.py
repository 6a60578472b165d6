"""Words: pure functions from values to text or dict, with their templates beside them."""
