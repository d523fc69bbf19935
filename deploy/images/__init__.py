"""Images: one Containerfile for the services, one for the servers that try-outs bring along, and what prepares their contexts."""
