"""The network engine: planning.schedule over arrays, compiled."""
