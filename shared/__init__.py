"""Lapsewatch: notify people before an Entra credential expires, until the service is safe."""
