"""Roles in one program or project: who has which, and who may give them."""
