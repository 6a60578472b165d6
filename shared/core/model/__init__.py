"""The vocabulary: values that everything else reasons about."""
