"""What the chassis is tried with: a made-up service with an outbox and a projection."""

from messaging_kit import bus, kit, running, service, service_template

__all__ = ["bus", "kit", "running", "service", "service_template"]
