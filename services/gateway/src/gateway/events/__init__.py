"""What happens, for those who listen over HTTP: as a list to replay, and live as server-sent events."""
