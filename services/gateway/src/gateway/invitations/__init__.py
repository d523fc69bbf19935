"""Asking somebody into an organisation: a secret that is good once, for a while, and gives its bearer a first token."""
