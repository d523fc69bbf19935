"""What can be proved of the manifests without a cluster. `make deploy-check` runs every gate; the house policy is also part of `make test`."""
