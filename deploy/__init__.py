"""How Interlock is delivered: its images, its manifests, and what checks both. `deploy/README.md` says how to use them."""
