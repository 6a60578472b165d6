"""Lapsewatch: tells the right people before an Entra credential lapses, until the service that depends on it is safe."""
