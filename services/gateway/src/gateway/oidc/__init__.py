"""People who come with an access token of an OpenID Connect issuer."""
