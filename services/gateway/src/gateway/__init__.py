"""The one way in: who may come in, what goes where, and a few combined views. No business rule."""
